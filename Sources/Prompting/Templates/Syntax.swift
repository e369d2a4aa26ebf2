/// A parsed template: Jinja2's syntax tree, names not resolved yet. `at` is a byte offset in `source.bytes`.
///
/// A tree is at most `TemplateParser.maximumDepth` nodes deep, statements and expressions together, so walking it may
/// recurse.
struct TemplateSyntax: Sendable {
    var body: [Statement]
    var source: TemplateSource
}

struct Statement: Sendable {
    var at: Int
    var kind: Kind

    indirect enum Kind: Sendable {
        /// A range of the source, or what lexing made of it (white space cut, line feeds as Jinja2 leaves them).
        case text([UInt8])
        case output(Expression)
        /// `if` and each `elif`; `otherwise` is empty where there is no `else`.
        case conditional([(test: Expression, body: [Statement])], otherwise: [Statement])
        case loop(Loop)
        case set(Target, Expression)
        /// `{% set x | filter… %}…{% endset %}`
        case setBlock(Target, filters: [FilterCall], body: [Statement])
        case with([(target: Target, value: Expression)], body: [Statement])
        /// `{% filter a | b(c) %}…{% endfilter %}`
        case filterBlock([FilterCall], body: [Statement])
        case macro(Macro)
        /// `{% call(parameters) callee(…) %}body{% endcall %}`: the macro is what `caller()` calls.
        case callBlock(Macro, call: Expression)
        /// `{% break %}`, `{% continue %}`, `{% do … %}`: Jinja2's own extensions of the same names.
        case breakLoop
        case continueLoop
        case evaluate(Expression)
    }

    struct Loop: Sendable {
        var target: Target
        var iterable: Expression
        var condition: Expression?
        var body: [Statement]
        var otherwise: [Statement]
    }

    struct Macro: Sendable {
        /// Empty for that of a call block.
        var name: String
        /// Those with a default stand last.
        var parameters: [(name: String, value: Expression?)]
        var body: [Statement]
    }
}

/// What is assigned to.
indirect enum Target: Sendable {
    case name(String, at: Int)
    case tuple([Target])
    /// `namespace.attribute`
    case attribute(name: String, attribute: String, at: Int)
}

struct FilterCall: Sendable {
    var at: Int
    var name: String
    var arguments: ArgumentList
}

struct ArgumentList: Sendable {
    var positional: [Expression] = []
    var keywords: [(name: String, value: Expression)] = []
    /// `*list` and `**dict`
    var unpacked: Expression?
    var unpackedKeywords: Expression?
}

struct Expression: Sendable {
    var at: Int
    var kind: Kind

    indirect enum Kind: Sendable {
        /// none, bool, int, float or string
        case literal(Value)
        case name(String)
        case list([Expression])
        case tuple([Expression])
        case dict([(key: Expression, value: Expression)])
        case negate(Expression)
        case plus(Expression)
        case not(Expression)
        case and(Expression, Expression)
        case or(Expression, Expression)
        case binary(BinaryOperator, Expression, Expression)
        /// `a ~ b ~ c`
        case concatenate([Expression])
        /// `a < b <= c`
        case compare(Expression, [(ComparisonOperator, Expression)])
        /// `a if test else b`
        case conditional(test: Expression, then: Expression, otherwise: Expression?)
        /// `a.b`; `a.0` is an item
        case attribute(Expression, String)
        case item(Expression, Expression)
        case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
        case call(Expression, ArgumentList)
        /// Without an operand it is the first of a filter block's.
        case filter(Expression, FilterCall)
        case test(Expression, name: String, ArgumentList, isNegated: Bool)
    }
}

enum BinaryOperator: String, Sendable, CaseIterable {
    case add = "+", subtract = "-", multiply = "*", divide = "/", floorDivide = "//", modulo = "%", power = "**"
}

enum ComparisonOperator: String, Sendable, CaseIterable {
    case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
    case `in`, notIn = "not in"
}
