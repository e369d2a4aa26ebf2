import JSON

/// A prompt text in Jinja2's language, compiled once and rendered for every run. Never changes, so all loops share it.
package struct Template: Sendable {
    package let source: [UInt8]
    package let options: Options
    /// The names it reads that nothing in it binds, in the order of their first use.
    package let variables: [TemplateVariable]
    let program: Program

    /// - Parameter text: UTF-8.
    package init(compiling text: [UInt8], options: Options = Options()) throws(TemplateFault) {
        let syntax = try TemplateParser.parse(text, options: options)
        source = text
        self.options = options
        variables = syntax.variables()
        program = try TemplateCompiler(source: syntax.source).compile(syntax)
    }

    package init(compiling text: String, options: Options = Options()) throws(TemplateFault) {
        try self.init(compiling: Array(text.utf8), options: options)
    }

    /// Appends the text with its variables filled in. When it throws, `output` may hold a part of the text.
    ///
    /// - Parameter context: its budget is shared by all that is rendered in it.
    func render(in context: RenderContext, into output: inout [UInt8]) throws(RenderFault) {
        let start = output.count
        try Machine.with(program, context) { (machine) throws(RenderFault) in try machine.run(into: &output) }
        context.outputBytesLeft -= output.count - start
    }

    /// - Parameter input: of a JSON object; without one every variable is undefined.
    package func render(
        input: JSONTape?, into output: inout [UInt8], limits: RenderLimits = RenderLimits()
    ) throws(RenderFault) {
        let context = RenderContext(input: input, isLenient: options.isLenient, limits: limits)
        try render(in: context, into: &output)
    }

    /// Of a template that is one `{{ … }}` and nothing else: its value as JSON text, nothing where it is undefined and
    /// undefined values print as nothing; nil of any other.
    func renderJSON(in context: RenderContext) throws(RenderFault) -> [UInt8]? {
        guard let expression = program.expression else { return nil }
        var json: [UInt8] = []
        try Machine.with(program, context) { (machine) throws(RenderFault) in
            try machine.writeJSON(of: expression, to: &json)
        }
        guard json.count <= context.outputBytesLeft else {
            throw .outputTooLarge(maximumBytes: context.limits.outputBytes)
        }
        context.outputBytesLeft -= json.count
        return json
    }

    /// Memory it holds, in bytes, roughly.
    package var byteCost: Int {
        source.count + program.byteCost
            + variables.reduce(0) { cost, variable in
                variable.paths.reduce(cost + 128 + variable.name.utf8.count) { $0 + 32 + $1.utf8.count }
            }
    }
}
