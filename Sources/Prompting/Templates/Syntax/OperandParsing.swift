/// What operators stand between: values, and what follows them (`.name`, `[…]`, `(…)`, `| filter`, `is test`).
extension TemplateParser {
    /// A sign before it binds more tightly than any operator; filters and tests take the sign in.
    mutating func operand(allowsFilters: Bool) throws(TemplateFault) -> Expression {
        let at = current.at
        var operand: Expression
        if isSymbol(.subtract) || isSymbol(.add) {
            let isNegative = isSymbol(.subtract)
            try advance()
            try descend()
            let inner = try self.operand(allowsFilters: false)
            ascend()
            operand = try node(at, isNegative ? .negate(inner) : .plus(inner), over: height)
        } else {
            operand = try primary()
        }
        operand = try postfix(operand)
        return allowsFilters ? try filtersAndTests(operand) : operand
    }

    mutating func primary() throws(TemplateFault) -> Expression {
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
        case .symbol(.leftParenthesis): return try parenthesized()
        case .symbol(.leftBracket): return try list()
        case .symbol(.leftBrace): return try dict()
        default: throw unexpected(expected: "an expression")
        }
    }

    private func named(_ name: String, at: Int) throws(TemplateFault) -> Expression.Kind {
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
    private mutating func strings() throws(TemplateFault) -> Expression {
        let at = current.at
        var bytes: [UInt8] = []
        while case .string(let part) = current.kind {
            bytes += part
            try advance()
        }
        return try node(at, .literal(.string(Text(bytes))))
    }

    private mutating func parenthesized() throws(TemplateFault) -> Expression {
        try advance()
        let inner = try tuple(isInParentheses: true)
        try expect(.rightParenthesis)
        return inner
    }

    private mutating func list() throws(TemplateFault) -> Expression {
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

    private mutating func dict() throws(TemplateFault) -> Expression {
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

    mutating func postfix(_ first: Expression) throws(TemplateFault) -> Expression {
        var operand = first
        while true {
            switch current.kind {
            case .symbol(.dot): operand = try attribute(of: operand)
            case .symbol(.leftBracket): operand = try item(of: operand)
            case .symbol(.leftParenthesis): operand = try call(operand)
            default: return operand
            }
        }
    }

    private mutating func filtersAndTests(_ first: Expression) throws(TemplateFault) -> Expression {
        var operand = first
        while true {
            switch current.kind {
            case .symbol(.pipe):
                let highest = height
                try advance()
                let filter = try filterCall()
                operand = try node(filter.at, .filter(operand, filter), over: max(highest, height))
            case .name("is"): operand = try test(operand)
            case .symbol(.leftParenthesis): operand = try call(operand)
            default: return operand
            }
        }
    }

    private mutating func attribute(of object: Expression) throws(TemplateFault) -> Expression {
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

    private mutating func call(_ callee: Expression) throws(TemplateFault) -> Expression {
        let below = height
        let arguments = try argumentList()
        return try node(callee.at, .call(callee, arguments), over: max(below, height))
    }

    private mutating func test(_ operand: Expression) throws(TemplateFault) -> Expression {
        let below = height
        try advance()
        let isNegated = try skip("not")
        let at = current.at
        let name = try dottedName("a test's name")
        var arguments = ArgumentList()
        height = 0
        switch current.kind {
        case .symbol(.leftParenthesis): arguments = try argumentList()
        case .name("else"), .name("or"), .name("and"): break
        case .name("is"):
            throw fault(at: current.at, .syntax, "a test cannot follow a test: put parentheses around one")
        case .name, .string, .int, .float, .symbol(.leftBracket), .symbol(.leftBrace):
            try descend()
            let argument = try primary()
            arguments.positional = [try postfix(argument)]
            ascend()
        default: break
        }
        return try node(
            at, .test(operand, name: name, arguments, isNegated: isNegated), over: max(below, height))
    }

    /// Names of filters and tests may have dots in them.
    mutating func dottedName(_ what: String) throws(TemplateFault) -> String {
        var name = try expectName(what)
        while try skip(.dot) { name += "." + (try expectName(what)) }
        return name
    }

    /// A filter after its `|`.
    mutating func filterCall() throws(TemplateFault) -> FilterCall {
        let at = current.at
        let name = try dottedName("a filter's name")
        height = 0
        let arguments = isSymbol(.leftParenthesis) ? try argumentList() : ArgumentList()
        return FilterCall(at: at, name: name, arguments: arguments)
    }
}
