/// What operators stand between: values, and what follows them (`.name`, `[…]`, `(…)`, `| filter`, `is test`).
extension TemplateParser {
    mutating func operand(allowsFilters: Bool) throws(Stop) -> Expression {
        let first = isSymbol(.subtract) || isSymbol(.add) ? try signed() : try primary()
        let operand = try postfix(first)
        return allowsFilters ? try filtersAndTests(operand) : operand
    }

    /// A sign binds more tightly than any operator; filters and tests take it in.
    private mutating func signed() throws(Stop) -> Expression {
        let token = try advance()
        try descend()
        let inner = try operand(allowsFilters: false)
        ascend()
        return try node(token.at, token.symbol == .add ? .plus(inner) : .negate(inner), over: height)
    }

    mutating func primary() throws(Stop) -> Expression {
        switch current.symbol {
        case nil: try constant()
        case .leftParenthesis: try parenthesized()
        case .leftBracket: try list()
        case .leftBrace: try dict()
        default: throw unexpected(expected: "an expression")
        }
    }

    private mutating func constant() throws(Stop) -> Expression {
        let token = current
        switch token.kind {
        case .name(let name):
            try advance()
            return try node(token.at, try named(name, at: token.at))
        case .string: return try strings()
        case .int(let value):
            try advance()
            return try node(token.at, .literal(.int(value)))
        case .float(let value):
            try advance()
            return try node(token.at, .literal(.float(value)))
        case .text, .outputBegin, .outputEnd, .tagBegin, .tagEnd, .symbol, .end:
            throw unexpected(expected: "an expression")
        }
    }

    private mutating func named(_ name: String, at: Int) throws(Stop) -> Expression.Kind {
        switch name {
        case "true", "True": return .literal(.bool(true))
        case "false", "False": return .literal(.bool(false))
        case "none", "None": return .literal(.none)
        case "self", "super":
            throw fault(at: at, .refused, name, "\(name) is refused: templates do not inherit from one another")
        default: return .name(name)
        }
    }

    /// Those that follow one another are one.
    private mutating func strings() throws(Stop) -> Expression {
        let at = current.at
        var bytes: [UInt8] = []
        while case .string(let part) = current.kind {
            bytes += part
            try advance()
        }
        return try node(at, .literal(.string(Text(bytes))))
    }

    private mutating func parenthesized() throws(Stop) -> Expression {
        try advance()
        let inner = try tuple(isInParentheses: true)
        try expect(.rightParenthesis)
        return inner
    }

    private mutating func list() throws(Stop) -> Expression {
        let at = current.at
        try advance()
        var elements: [Expression] = []
        var highest = 0
        while !isSymbol(.rightBracket) {
            if !elements.isEmpty {
                try expect(.comma)
                if isSymbol(.rightBracket) { break }
            }
            elements.append(try expression())
            highest = max(highest, height)
        }
        try advance()
        return try node(at, .list(elements), over: highest)
    }

    private mutating func dict() throws(Stop) -> Expression {
        let at = current.at
        try advance()
        var entries: [(key: Expression, value: Expression)] = []
        var highest = 0
        while !isSymbol(.rightBrace) {
            if !entries.isEmpty {
                try expect(.comma)
                if isSymbol(.rightBrace) { break }
            }
            let key = try expression()
            highest = max(highest, height)
            try expect(.colon)
            entries.append((key, try expression()))
            highest = max(highest, height)
        }
        try advance()
        return try node(at, .dict(entries), over: highest)
    }

    // MARK: - What follows a value

    mutating func postfix(_ first: Expression) throws(Stop) -> Expression {
        var operand = first
        while true {
            switch current.symbol {
            case .dot: operand = try attribute(of: operand)
            case .leftBracket: operand = try item(of: operand)
            case .leftParenthesis: operand = try call(operand)
            default: return operand
            }
        }
    }

    private mutating func filtersAndTests(_ first: Expression) throws(Stop) -> Expression {
        var operand = first
        while true {
            if isSymbol(.pipe) {
                operand = try filter(operand)
            } else if isName("is") {
                operand = try test(operand)
            } else if isSymbol(.leftParenthesis) {
                operand = try call(operand)
            } else {
                return operand
            }
        }
    }

    private mutating func filter(_ operand: Expression) throws(Stop) -> Expression {
        let below = height
        try advance()
        let filter = try filterCall()
        return try node(filter.at, .filter(operand, filter), over: max(below, height))
    }

    private mutating func attribute(of object: Expression) throws(Stop) -> Expression {
        let below = height
        try advance()
        let token = current
        switch token.kind {
        case .name(let name):
            try advance()
            return try node(object.at, .attribute(object, name), over: below)
        case .int(let index):
            try advance()
            let key = Expression(at: token.at, kind: .literal(.int(index)))
            return try node(object.at, .item(object, key), over: below)
        default: throw unexpected(expected: "a name or a number after the dot")
        }
    }

    private mutating func call(_ callee: Expression) throws(Stop) -> Expression {
        let below = height
        let arguments = try argumentList()
        return try node(callee.at, .call(callee, arguments), over: max(below, height))
    }

    private mutating func test(_ operand: Expression) throws(Stop) -> Expression {
        let below = height
        try advance()
        let isNegated = try skip("not")
        let at = current.at
        let name = try dottedName("a test's name")
        height = 0
        let arguments = isSymbol(.leftParenthesis) ? try argumentList() : try bareArgument()
        return try node(
            at, .test(operand, name: name, arguments, isNegated: isNegated), over: max(below, height))
    }

    /// `3` in `is divisibleby 3`. Any word but these is one, as in Jinja2.
    private mutating func bareArgument() throws(Stop) -> ArgumentList {
        switch current.kind {
        case .name("else"), .name("or"), .name("and"): return ArgumentList()
        case .name("is"): throw fault(at: current.at, .syntax, "a test cannot follow a test: put one in parentheses")
        case .name, .string, .int, .float, .symbol(.leftBracket), .symbol(.leftBrace): break
        case .text, .outputBegin, .outputEnd, .tagBegin, .tagEnd, .symbol, .end: return ArgumentList()
        }
        try descend()
        let argument = try primary()
        let whole = try postfix(argument)
        ascend()
        return ArgumentList(positional: [whole])
    }

    /// Names of filters and tests may have dots in them.
    mutating func dottedName(_ what: String) throws(Stop) -> String {
        var name = try expectName(what)
        while try skip(.dot) { name += "." + (try expectName(what)) }
        return name
    }

    /// A filter after its `|`.
    mutating func filterCall() throws(Stop) -> FilterCall {
        let at = current.at
        let name = try dottedName("a filter's name")
        height = 0
        let arguments = isSymbol(.leftParenthesis) ? try argumentList() : ArgumentList()
        return FilterCall(at: at, name: name, arguments: arguments)
    }
}
