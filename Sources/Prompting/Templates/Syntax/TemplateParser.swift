/// Makes Jinja2's syntax tree of a template, or says where it is at fault.
struct TemplateParser {
    /// Bytes of a template: 1 MiB.
    static let maximumBytes = 1 << 20
    /// Words, numbers, strings, signs and stretches of text.
    static let maximumTokens = 100_000
    /// Nodes within nodes, statements and expressions together; brackets count twice, since reading them takes the most
    /// stack. What reads and walks the tree recurses, on threads whose stack may be 512 KiB: measured in a debug build,
    /// the worst nesting takes 320 KiB of it.
    static let maximumDepth = 64

    /// Says that reading is over; why stands in `failure`. Thrown through recursion, whose frames it keeps small: a
    /// fault itself would take its room in each of them, once a call.
    struct Stop: Error {}

    private var lexer: TemplateLexer
    private var failure: TemplateFault?
    private(set) var current: Token
    private var ahead: Token?
    private var tokensLeft = maximumTokens
    /// How deep what is being read stands.
    private var depth = 0
    /// How high the tree of the expression read last is.
    var height = 0
    /// What is being read, for faults: `{{`, or a tag's name.
    var construct = "{{" {
        didSet { lexer.construct = construct }
    }
    /// Loops around the statement, within the innermost macro: where `break` may stand.
    var breakableLoops = 0
    /// Loops around the statement, macros or not: where `loop` may not be set.
    var enclosingLoops = 0

    /// - Parameter source: UTF-8.
    static func parse(_ source: [UInt8], options: Template.Options) throws(TemplateFault) -> TemplateSyntax {
        guard source.count <= maximumBytes else {
            throw TemplateFault(
                line: 1, column: 1, kind: .tooLarge, construct: "template",
                reason: "a template has at most \(maximumBytes) bytes")
        }
        guard String(validating: source, as: UTF8.self) != nil else {
            throw TemplateFault(
                line: 1, column: 1, kind: .syntax, construct: "template", reason: "a template must be UTF-8")
        }
        let text = TemplateSource(source, keepTrailingNewline: options.keepTrailingNewline)
        var parser = TemplateParser(text, options: options)
        do throws(Stop) {
            try parser.advance()
            return TemplateSyntax(body: try parser.statements(), source: text)
        } catch {
            throw parser.failure ?? parser.lexer.fault(at: 0, .syntax, "template", "cannot be read")
        }
    }

    private init(_ source: TemplateSource, options: Template.Options) {
        lexer = TemplateLexer(source, options: options)
        current = Token(at: 0, kind: .end)
    }

    // MARK: - Tokens

    @discardableResult
    mutating func advance() throws(Stop) -> Token {
        let token = current
        if let next = ahead {
            current = next
            ahead = nil
        } else {
            current = try read()
        }
        return token
    }

    /// The token after the current one.
    mutating func next() throws(Stop) -> Token {
        if let ahead { return ahead }
        let token = try read()
        ahead = token
        return token
    }

    private mutating func read() throws(Stop) -> Token {
        tokensLeft -= 1
        guard tokensLeft > 0 else {
            throw fault(
                at: current.at, .tooLarge, "template", "a template has at most \(Self.maximumTokens) words and signs")
        }
        do throws(TemplateFault) {
            return try lexer.next()
        } catch {
            failure = error
            throw Stop()
        }
    }

    func isName(_ word: String) -> Bool { current.isName(word) }

    func isSymbol(_ symbol: Token.Symbol) -> Bool { current.symbol == symbol }

    mutating func skip(_ word: String) throws(Stop) -> Bool {
        guard isName(word) else { return false }
        try advance()
        return true
    }

    mutating func skip(_ symbol: Token.Symbol) throws(Stop) -> Bool {
        guard isSymbol(symbol) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ word: String) throws(Stop) {
        guard try skip(word) else { throw unexpected(expected: word) }
    }

    mutating func expect(_ symbol: Token.Symbol) throws(Stop) {
        guard try skip(symbol) else { throw unexpected(expected: symbol.rawValue) }
    }

    mutating func expectEnd(_ kind: Token.Kind) throws(Stop) {
        guard current.kind == kind else { throw unexpected(expected: kind == .tagEnd ? "%}" : "}}") }
        try advance()
    }

    mutating func expectName(_ what: String = "a name") throws(Stop) -> String {
        guard case .name(let name) = current.kind else { throw unexpected(expected: what) }
        try advance()
        return name
    }

    // MARK: - Depth

    /// Into something that stands within what is being read; `ascend()` leaves it.
    mutating func descend(by levels: Int = 1) throws(Stop) {
        depth += levels
        if depth > Self.maximumDepth { throw tooDeep() }
    }

    mutating func ascend(by levels: Int = 1) { depth -= levels }

    /// A node over others, the highest of which is `height` high.
    mutating func node(_ at: Int, _ kind: Expression.Kind, over height: Int = 0) throws(Stop) -> Expression {
        self.height = height + 1
        if depth + self.height > Self.maximumDepth { throw tooDeep() }
        return Expression(at: at, kind: kind)
    }

    private mutating func tooDeep() -> Stop {
        fault(at: current.at, .tooDeep, construct, "nests deeper than \(Self.maximumDepth) levels")
    }

    // MARK: - Faults

    mutating func fault(
        at offset: Int, _ kind: TemplateFault.Kind, _ construct: String, _ reason: String
    ) -> Stop {
        failure = lexer.fault(at: offset, kind, construct, reason)
        return Stop()
    }

    mutating func fault(at offset: Int, _ kind: TemplateFault.Kind, _ reason: String) -> Stop {
        fault(at: offset, kind, construct, reason)
    }

    func place(of offset: Int) -> (line: Int, column: Int) { lexer.source.place(of: offset) }

    /// What stands here cannot.
    mutating func unexpected(expected: String) -> Stop {
        guard current.kind == .end else {
            return fault(at: current.at, .syntax, "expected \(expected), found \(current.shown)")
        }
        let delimiter = lexer.mode == .tag ? "{%" : "{{"
        return fault(
            at: lexer.opening, .unclosed, construct, "\(delimiter) is never closed: expected \(expected)")
    }
}
