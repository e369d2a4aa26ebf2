import JSON
import Prompting

extension FuzzTarget {
    /// Bounds small enough that a template which reaches them does so in milliseconds.
    private static let limits = RenderLimits(steps: 10_000, bytes: 1 << 20, outputBytes: 1 << 14)

    private enum Rendered: Equatable {
        case output([UInt8])
        case fault(RenderFault)
    }

    /// A template, a NUL, and its input. What compiles renders within its limits, always alike, or says where it fails.
    static let template = FuzzTarget(name: "template") { input in
        let (text, json) = halves(input)
        let context = (try? JSONDocument(json[...])).map { JSONTape($0.root) }
        // Each input is tried with one set of options: the fuzzer finds its way to the other by itself.
        var options = Template.Options()
        options.trimBlocks = text.count.isMultiple(of: 2)
        options.lstripBlocks = options.trimBlocks
        guard let template = try compiled(text, options) else { return }
        let strict = try rendered(template, context, text)
        guard let again = try compiled(text, options) else {
            throw Violation(description: "a template compiles alike each time")
        }
        try hold(try rendered(again, context, text) == strict, "a template renders alike each time")
        options.isLenient = true
        guard let lenient = try compiled(text, options) else {
            throw Violation(description: "what undefined values do is no matter of syntax")
        }
        let leniently = try rendered(lenient, context, text)
        // `is sequence` is no for what raises, and yes for what is empty.
        if case .output = strict, !String(decoding: text, as: UTF8.self).contains("sequence") {
            try hold(leniently == strict, "what renders strictly renders leniently alike")
        }
        try hold(Set(template.variables.map(\.name)).count == template.variables.count, "a variable is told once")
    }

    /// nil where it is refused, which is said with a place in the text.
    private static func compiled(_ text: [UInt8], _ options: Template.Options) throws -> Template? {
        do throws(TemplateFault) {
            return try Template(compiling: text, options: options)
        } catch {
            try holds(line: error.line, column: error.column, within: text)
            try hold(!error.message.isEmpty, "a fault says what is wrong")
            return nil
        }
    }

    private static func rendered(_ template: Template, _ context: JSONTape?, _ text: [UInt8]) throws -> Rendered {
        var output = Array("before".utf8)
        do throws(RenderFault) {
            try template.render(input: context, into: &output, limits: limits)
        } catch {
            guard let line = error.line, let column = error.column else {
                throw Violation(description: "a fault has a place")
            }
            try holds(line: line, column: column, within: text)
            return .fault(error)
        }
        try hold(output.starts(with: "before".utf8), "what was there stays")
        try hold(output.count <= limits.outputBytes + 6, "no more is rendered than allowed")
        try hold(String(validating: output, as: UTF8.self) != nil, "what is rendered is UTF-8")
        return .output(output)
    }

    private static func holds(line: Int, column: Int, within text: [UInt8]) throws {
        let lines = text.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } + 1
        try hold((1...lines).contains(line), "a fault's line is one of the template's")
        try hold((1...text.count + 1).contains(column), "a fault's column is one of its line's")
    }

    /// A schema, a NUL, and what is held against it. One that compiles finds the same faults each time, and says where.
    static let schema = FuzzTarget(name: "schema") { input in
        let (text, json) = halves(input)
        for draft in [JSONSchema.Draft.draft202012, .draft7] {
            let schema: JSONSchema
            do throws(SchemaFault) {
                schema = try JSONSchema(compiling: text, default: draft, assertsFormats: true)
            } catch {
                try hold(isPointer(error.pointer), "a schema's fault has a place")
                continue
            }
            guard let value = (try? JSONDocument(json[...]))?.root else { continue }
            let tape = JSONTape(value)
            let violations = schema.faults(of: tape, atMost: 8)
            try hold(violations.count <= 8, "no more faults than asked for")
            try hold(schema.accepts(tape) == violations.isEmpty, "accepted is what has no faults")
            try hold(schema.faults(of: tape, atMost: 8) == violations, "the same faults each time")
            for violation in violations {
                try hold(isPointer(violation.pointer), "a violation has a place")
                try hold(!violation.rule.isEmpty && !violation.message.isEmpty, "a violation says what was broken")
            }
        }
    }

    private static func isPointer(_ text: String) -> Bool { text.isEmpty || text.utf8.first == UInt8(ascii: "/") }

    /// A version's canonical form is its own, and never longer than what it was made from.
    static let versionDocument = FuzzTarget(name: "version-document") { input in
        guard let document = try? JSONDocument(input[...]), let version = try? VersionDocument(document) else { return }
        let canonical = version.canonical()
        try hold(canonical.count <= input.count, "the canonical form is never longer")
        let again = try VersionDocument(try reread(canonical, "the canonical form is JSON"))
        try hold(again.canonical() == canonical, "the canonical form is its own")
    }
}
