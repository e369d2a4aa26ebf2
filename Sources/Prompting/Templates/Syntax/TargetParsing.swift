/// What is assigned to: names, tuples of them, and with `set` a namespace's attributes.
extension TemplateParser {
    /// - Parameter allowsAttributes: whether `namespace.attribute` can be assigned to.
    mutating func target(allowsAttributes: Bool = false) throws(Stop) -> Target {
        var targets: [Target] = []
        var isTuple = false
        while true {
            if !targets.isEmpty { try expect(.comma) }
            if isTupleEnd { break }
            targets.append(try singleTarget(allowsAttributes: allowsAttributes))
            guard isSymbol(.comma) else { break }
            isTuple = true
        }
        if isTuple { return .tuple(targets) }
        guard let only = targets.first else { throw unexpected(expected: "a name to assign to") }
        return only
    }

    private mutating func singleTarget(allowsAttributes: Bool) throws(Stop) -> Target {
        let at = current.at
        switch current.kind {
        case .name(let name):
            try advance()
            if Self.constants.contains(name) { throw cannotAssign(to: name, at: at) }
            if allowsAttributes, try skip(.dot) {
                return .attribute(name: name, attribute: try expectName(), at: at)
            }
            return .name(name, at: at)
        case .symbol(.leftParenthesis):
            return try target(from: try primary())
        case .string, .int, .float, .symbol(.leftBracket), .symbol(.leftBrace):
            throw cannotAssign(to: current.shown, at: at)
        default: throw unexpected(expected: "a name to assign to")
        }
    }

    /// Of what stood in parentheses; no deeper than expressions are.
    private mutating func target(from expression: Expression) throws(Stop) -> Target {
        switch expression.kind {
        case .name(let name): return .name(name, at: expression.at)
        case .tuple(let elements):
            var targets: [Target] = []
            for element in elements { targets.append(try target(from: element)) }
            return .tuple(targets)
        case .literal, .list, .dict, .negate, .plus, .not, .and, .or, .binary, .concatenate, .compare, .conditional,
            .attribute, .item, .slice, .call, .filter, .test:
            throw cannotAssign(to: "what is no name", at: expression.at)
        }
    }

    /// A name by itself: a macro's or a parameter's.
    mutating func assignableName(_ what: String) throws(Stop) -> String {
        let at = current.at
        let name = try expectName(what)
        if Self.constants.contains(name) { throw cannotAssign(to: name, at: at) }
        return name
    }

    private static let constants: Set<String> = ["true", "false", "none", "True", "False", "None"]

    private mutating func cannotAssign(to what: String, at: Int) -> Stop {
        fault(at: at, .assignment, "cannot assign to \(what)")
    }
}

extension Target {
    /// Whether it gives this name a value; no deeper than expressions are.
    func assigns(_ name: String) -> Bool {
        switch self {
        case .name(let own, _): own == name
        case .tuple(let targets): targets.contains { $0.assigns(name) }
        case .attribute: false
        }
    }
}
