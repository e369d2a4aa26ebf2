/// Text, outputs and tags.
extension TemplateParser {
    /// A tag that waits for one of its end tags.
    struct OpenTag {
        var name: String
        var at: Int
        var ends: [String]
    }

    /// The whole template.
    mutating func statements() throws(Stop) -> [Statement] {
        try statements(within: nil)
    }

    /// What stands between a tag and one of its end tags: begins before the tag's `%}`, ends behind the end tag's name.
    mutating func body(of tag: OpenTag) throws(Stop) -> (statements: [Statement], end: String) {
        // Jinja2 takes a colon there, as Python has it.
        _ = try skip(.colon)
        try expectEnd(.tagEnd)
        try descend()
        let body = try statements(within: tag)
        ascend()
        guard case .name(let end) = try advance().kind else { throw unexpected(expected: tag.ends[0]) }
        return (body, end)
    }

    private mutating func statements(within tag: OpenTag?) throws(Stop) -> [Statement] {
        var body: [Statement] = []
        while true {
            let at = current.at
            switch current.kind {
            case .text(let text):
                body.append(Statement(at: at, kind: .text(text)))
                try advance()
            case .outputBegin:
                construct = "{{"
                try advance()
                body.append(Statement(at: at, kind: .output(try tuple())))
                try expectEnd(.outputEnd)
            case .tagBegin:
                construct = "{%"
                try advance()
                if case .name(let name) = current.kind, let tag, tag.ends.contains(name) { return body }
                try statement(at: at, within: tag, into: &body)
                try expectEnd(.tagEnd)
            case .end:
                guard let tag else { return body }
                throw fault(
                    at: tag.at, .unclosed, tag.name,
                    "{% \(tag.name) %} is never closed: end\(tag.name) is missing")
            case .outputEnd, .tagEnd, .name, .string, .int, .float, .symbol:
                throw unexpected(expected: "text or a tag")
            }
        }
    }

    static func list(_ names: [String]) -> String { names.joined(separator: " or ") }

    /// One tag, and all up to its end tag; its last `%}` is the caller's.
    private mutating func statement(
        at: Int, within tag: OpenTag?, into body: inout [Statement]
    ) throws(Stop) {
        let nameAt = current.at
        guard case .name(let name) = current.kind else { throw unexpected(expected: "a tag's name") }
        guard Self.tags.contains(name) else { throw notATag(name, at: nameAt, within: tag) }
        construct = name
        try advance()
        switch name {
        case "if": body.append(Statement(at: at, kind: try conditional(at: at)))
        case "for": body.append(Statement(at: at, kind: try loop(at: at)))
        case "set": body.append(Statement(at: at, kind: try assignment(at: at)))
        case "with": body.append(Statement(at: at, kind: try with(at: at)))
        case "filter": body.append(Statement(at: at, kind: try filterBlock(at: at)))
        case "macro": body.append(Statement(at: at, kind: try macro(at: at)))
        case "call": body.append(Statement(at: at, kind: try callBlock(at: at)))
        case "do": body.append(Statement(at: at, kind: .evaluate(try tuple())))
        case "print": try print(at: at, into: &body)
        default:
            guard breakableLoops > 0 else {
                throw fault(at: nameAt, .misplacedTag, "\(name) stands in no loop")
            }
            body.append(Statement(at: at, kind: name == "break" ? .breakLoop : .continueLoop))
        }
    }

    private static let tags: Set<String> = [
        "if", "for", "set", "with", "filter", "macro", "call", "do", "print", "break", "continue",
    ]

    // MARK: - Tags

    private mutating func conditional(at: Int) throws(Stop) -> Statement.Kind {
        var branches: [(test: Expression, body: [Statement])] = []
        var tag = OpenTag(name: "if", at: at, ends: ["elif", "else", "endif"])
        while true {
            let test = try tuple(isConditional: false)
            let (body, end) = try self.body(of: tag)
            branches.append((test, body))
            switch end {
            case "elif": continue
            case "else":
                tag.ends = ["endif"]
                return .conditional(branches, otherwise: try self.body(of: tag).statements)
            default: return .conditional(branches, otherwise: [])
            }
        }
    }

    private mutating func loop(at: Int) throws(Stop) -> Statement.Kind {
        let targetAt = current.at
        let target = try target()
        if target.assigns("loop") { throw loopIsTaken(at: targetAt) }
        try expect("in")
        let iterable = try tuple(isConditional: false)
        let condition = try skip("if") ? try expression() : nil
        if isName("recursive") {
            throw fault(at: current.at, .refused, "recursive", "for … recursive is refused")
        }
        var tag = OpenTag(name: "for", at: at, ends: ["endfor", "else"])
        enclosingLoops += 1
        breakableLoops += 1
        var (body, end) = try self.body(of: tag)
        breakableLoops -= 1
        var otherwise: [Statement] = []
        if end == "else" {
            tag.ends = ["endfor"]
            (otherwise, end) = try self.body(of: tag)
        }
        enclosingLoops -= 1
        return .loop(
            Statement.Loop(
                target: target, iterable: iterable, condition: condition, body: body, otherwise: otherwise))
    }

    mutating func loopIsTaken(at: Int) -> Stop {
        fault(at: at, .assignment, "loop cannot be assigned to in a for: it is the loop's own")
    }

    private mutating func assignment(at: Int) throws(Stop) -> Statement.Kind {
        let targetAt = current.at
        let target = try target(allowsAttributes: true)
        if enclosingLoops > 0, target.assigns("loop") { throw loopIsTaken(at: targetAt) }
        if try skip(.assign) { return .set(target, try tuple()) }
        var filters: [FilterCall] = []
        while try skip(.pipe) { filters.append(try filterCall()) }
        let tag = OpenTag(name: "set", at: at, ends: ["endset"])
        return .setBlock(target, filters: filters, body: try body(of: tag).statements)
    }

    private mutating func with(at: Int) throws(Stop) -> Statement.Kind {
        var values: [(target: Target, value: Expression)] = []
        while current.kind != .tagEnd {
            if !values.isEmpty { try expect(.comma) }
            let target = try target()
            try expect(.assign)
            values.append((target, try expression()))
        }
        return .with(values, body: try body(of: OpenTag(name: "with", at: at, ends: ["endwith"])).statements)
    }

    private mutating func filterBlock(at: Int) throws(Stop) -> Statement.Kind {
        var filters = [try filterCall()]
        while try skip(.pipe) { filters.append(try filterCall()) }
        return .filterBlock(
            filters, body: try body(of: OpenTag(name: "filter", at: at, ends: ["endfilter"])).statements)
    }

    /// Jinja2's `{% print a, b %}`: outputs like any other.
    private mutating func print(at: Int, into body: inout [Statement]) throws(Stop) {
        var isFirst = true
        while current.kind != .tagEnd {
            if !isFirst { try expect(.comma) }
            isFirst = false
            body.append(Statement(at: at, kind: .output(try expression())))
        }
    }
}
