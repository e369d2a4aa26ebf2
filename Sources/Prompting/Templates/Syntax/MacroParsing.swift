/// Macros, and the blocks that a call of a macro takes along.
extension TemplateParser {
    mutating func macro(at: Int) throws(Stop) -> Statement.Kind {
        let name = try assignableName("a macro's name")
        let parameters = try parameters()
        return .macro(try macro(name, parameters, tag: OpenTag(name: "macro", at: at, ends: ["endmacro"])))
    }

    mutating func callBlock(at: Int) throws(Stop) -> Statement.Kind {
        let parameters = isSymbol(.leftParenthesis) ? try parameters() : []
        let callAt = current.at
        let call = try expression()
        guard case .call = call.kind else {
            throw fault(at: callAt, .syntax, "expected a call after {% call %}")
        }
        let macro = try macro("", parameters, tag: OpenTag(name: "call", at: at, ends: ["endcall"]))
        return .callBlock(macro, call: call)
    }

    private mutating func macro(
        _ name: String, _ parameters: [(name: String, value: Expression?)], tag: OpenTag
    ) throws(Stop) -> Statement.Macro {
        // A macro's body is a place of its own: no loop around it can be left from within.
        let loops = breakableLoops
        breakableLoops = 0
        let body = try body(of: tag).statements
        breakableLoops = loops
        let macro = Statement.Macro(name: name, parameters: parameters, body: body)
        if parameters.contains(where: { $0.name == "caller" && $0.value == nil }), macro.uses.contains("caller") {
            throw fault(
                at: tag.at, .arguments, tag.name,
                "the parameter caller needs a default where the body uses it, or is left out")
        }
        return macro
    }

    private mutating func parameters() throws(Stop) -> [(name: String, value: Expression?)] {
        try expect(.leftParenthesis)
        var parameters: [(name: String, value: Expression?)] = []
        var names: Set<String> = []
        var hasDefaults = false
        while !isSymbol(.rightParenthesis) {
            if !parameters.isEmpty { try expect(.comma) }
            let at = current.at
            let name = try assignableName("a parameter's name")
            guard names.insert(name).inserted else {
                throw fault(at: at, .arguments, "the parameter \(TemplateFault.shown(name)) stands twice")
            }
            if try skip(.assign) {
                hasDefaults = true
                parameters.append((name, try expression()))
            } else {
                guard !hasDefaults else {
                    throw fault(
                        at: at, .arguments,
                        "the parameter \(TemplateFault.shown(name)) without a default follows one with a default")
                }
                parameters.append((name, nil))
            }
        }
        try advance()
        return parameters
    }
}

extension Statement.Macro {
    /// Which of the names that a macro is given by its call (`caller`, `kwargs`, `varargs`) its body reads.
    var uses: Set<String> { FreeNames(["caller", "kwargs", "varargs"]).read(in: body) }
}
