/// What the lexer makes of a template.
struct Token: Sendable {
    /// Byte offset of its first byte.
    var at: Int
    var kind: Kind

    enum Kind: Equatable, Sendable {
        /// Outside of tags; white space cut, never empty.
        case text([UInt8])
        case outputBegin, outputEnd
        case tagBegin, tagEnd
        /// Keywords too: Jinja2 reserves none.
        case name(String)
        case string([UInt8])
        case int(Int)
        case float(Double)
        case symbol(Symbol)
        case end
    }

    enum Symbol: String, Sendable, CaseIterable {
        case add = "+", subtract = "-", multiply = "*", divide = "/", floorDivide = "//", modulo = "%", power = "**"
        case tilde = "~"
        case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
        case leftBracket = "[", rightBracket = "]", leftParenthesis = "(", rightParenthesis = ")"
        case leftBrace = "{", rightBrace = "}"
        case assign = "=", dot = ".", colon = ":", comma = ",", pipe = "|", semicolon = ";"
    }

    var symbol: Symbol? {
        guard case .symbol(let symbol) = kind else { return nil }
        return symbol
    }

    func isName(_ word: String) -> Bool {
        guard case .name(let name) = kind else { return false }
        return name == word
    }

    /// What faults call it; never a string's or a number's value.
    var shown: String {
        switch kind {
        case .text: "text"
        case .outputBegin: "{{"
        case .outputEnd: "}}"
        case .tagBegin: "{%"
        case .tagEnd: "%}"
        case .name(let name): TemplateFault.shown(name)
        case .string: "a string"
        case .int, .float: "a number"
        case .symbol(let symbol): symbol.rawValue
        case .end: "the end of the template"
        }
    }
}
