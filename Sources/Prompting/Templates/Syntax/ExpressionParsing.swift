/// Expressions, by Jinja2's precedences; each reader leaves in `height` how high its tree is.
extension TemplateParser {
    /// What binds more tightly has the greater number.
    enum Precedence: Int, Comparable {
        case or = 1, and, not, comparison, sum, concatenation, product, power, operand

        static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
        /// That of a right operand: operators of one precedence group to the left, `**` included, as Jinja2 has it.
        var next: Self { Self(rawValue: rawValue + 1) ?? .operand }
    }

    /// One expression: what stands in brackets, between commas, or by itself in a tag.
    /// - Parameter isConditional: whether `a if b else c` is read.
    mutating func expression(isConditional: Bool = true) throws(Stop) -> Expression {
        try descend(by: 2)
        let expression = isConditional ? try conditional() : try operation(.or)
        ascend(by: 2)
        return expression
    }

    private mutating func conditional() throws(Stop) -> Expression {
        var result = try operation(.or)
        while isName("if") { result = try conditional(then: result) }
        return result
    }

    private mutating func conditional(then: Expression) throws(Stop) -> Expression {
        var highest = height
        try advance()
        let test = try operation(.or)
        highest = max(highest, height)
        var otherwise: Expression?
        if try skip("else") {
            try descend()
            otherwise = try conditional()
            ascend()
            highest = max(highest, height)
        }
        return try node(then.at, .conditional(test: test, then: then, otherwise: otherwise), over: highest)
    }

    /// Several expressions with commas between them are a tuple, one alone is itself.
    /// - Parameters:
    ///   - isInParentheses: nothing at all is then the empty tuple.
    mutating func tuple(
        isConditional: Bool = true, isInParentheses: Bool = false
    ) throws(Stop) -> Expression {
        let at = current.at
        var elements: [Expression] = []
        var isTuple = false
        var highest = 0
        while true {
            if !elements.isEmpty { try expect(.comma) }
            if isTupleEnd { break }
            elements.append(try expression(isConditional: isConditional))
            highest = max(highest, height)
            guard isSymbol(.comma) else { break }
            isTuple = true
        }
        if !isTuple {
            if let only = elements.first { return only }
            guard isInParentheses else { throw unexpected(expected: "an expression") }
        }
        return try node(at, .tuple(elements), over: highest)
    }

    var isTupleEnd: Bool {
        switch current.kind {
        case .outputEnd, .tagEnd, .symbol(.rightParenthesis): true
        default: false
        }
    }

    // MARK: - Operators

    /// Operands and the operators between them that bind at least as tightly as `minimum`.
    private mutating func operation(_ minimum: Precedence) throws(Stop) -> Expression {
        var left =
            minimum <= .not && isName("not") ? try negation() : try operand(allowsFilters: true)
        while let precedence = try precedence(), precedence >= minimum {
            switch precedence {
            case .comparison: left = try comparison(left)
            case .concatenation: left = try concatenation(left)
            case .or, .and: left = try logical(left, precedence)
            case .not, .sum, .product, .power, .operand: left = try binary(left, precedence)
            }
        }
        return left
    }

    /// Of the operator that stands here.
    private mutating func precedence() throws(Stop) -> Precedence? {
        switch current.kind {
        case .symbol(.add), .symbol(.subtract): return .sum
        case .symbol(.tilde): return .concatenation
        case .symbol(.multiply), .symbol(.divide), .symbol(.floorDivide), .symbol(.modulo): return .product
        case .symbol(.power): return .power
        case .symbol(let symbol): return ComparisonOperator(rawValue: symbol.rawValue) == nil ? nil : .comparison
        case .name("or"): return .or
        case .name("and"): return .and
        case .name("in"): return .comparison
        case .name("not"): return try next().isName("in") ? .comparison : nil
        default: return nil
        }
    }

    private mutating func negation() throws(Stop) -> Expression {
        let at = current.at
        try advance()
        let operand = try rightOperand(.not)
        return try node(at, .not(operand), over: height)
    }

    private mutating func rightOperand(_ minimum: Precedence) throws(Stop) -> Expression {
        try descend()
        let operand = try operation(minimum)
        ascend()
        return operand
    }

    private mutating func binary(_ left: Expression, _ precedence: Precedence) throws(Stop) -> Expression {
        let below = height
        let token = try advance()
        let right = try rightOperand(precedence.next)
        guard let symbol = token.symbol, let binary = BinaryOperator(rawValue: symbol.rawValue) else {
            throw unexpected(expected: "an operator")
        }
        return try node(token.at, .binary(binary, left, right), over: max(below, height))
    }

    /// `a or b or c`, which is the same whichever two are taken first: so their tree is kept low.
    private mutating func logical(_ first: Expression, _ precedence: Precedence) throws(Stop) -> Expression {
        let word = precedence == .or ? "or" : "and"
        var operands = [(expression: first, height: height)]
        while try skip(word) { operands.append((try rightOperand(precedence.next), height)) }
        return try logical(operands[...], precedence)
    }

    private mutating func logical(
        _ operands: ArraySlice<(expression: Expression, height: Int)>, _ precedence: Precedence
    ) throws(Stop) -> Expression {
        let middle = (operands.startIndex + operands.endIndex) / 2
        guard middle > operands.startIndex else {
            height = operands[middle].height
            return operands[middle].expression
        }
        let left = try logical(operands[..<middle], precedence)
        let below = height
        let right = try logical(operands[middle...], precedence)
        return try node(
            left.at, precedence == .or ? .or(left, right) : .and(left, right), over: max(below, height))
    }

    private mutating func concatenation(_ first: Expression) throws(Stop) -> Expression {
        let at = current.at
        var highest = height
        var parts = [first]
        while try skip(.tilde) {
            parts.append(try rightOperand(.product))
            highest = max(highest, height)
        }
        return try node(at, .concatenate(parts), over: highest)
    }

    private mutating func comparison(_ first: Expression) throws(Stop) -> Expression {
        let at = current.at
        var highest = height
        var others: [(ComparisonOperator, Expression)] = []
        while let comparison = try comparisonOperator() {
            others.append((comparison, try rightOperand(.sum)))
            highest = max(highest, height)
        }
        return try node(at, .compare(first, others), over: highest)
    }

    /// The one that stands here, skipped.
    private mutating func comparisonOperator() throws(Stop) -> ComparisonOperator? {
        switch current.kind {
        case .symbol(let symbol):
            guard let comparison = ComparisonOperator(rawValue: symbol.rawValue) else { return nil }
            try advance()
            return comparison
        case .name("in"):
            try advance()
            return .in
        case .name("not"):
            guard try next().isName("in") else { return nil }
            try advance()
            try advance()
            return .notIn
        default: return nil
        }
    }
}
