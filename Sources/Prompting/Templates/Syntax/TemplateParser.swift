/// Makes Jinja2's syntax tree of a template, or says where it is at fault.
struct TemplateParser {
    /// Bytes of a template: 1 MiB.
    static let maximumBytes = 1 << 20
    /// Words, numbers, strings, signs and stretches of text.
    static let maximumTokens = 100_000
    /// Nodes within nodes, statements and expressions together: what walks the tree recurses, on threads whose stack
    /// may be 512 KiB.
    static let maximumDepth = 100

    private var lexer: TemplateLexer
    private(set) var current: Token
    private var ahead: Token?
    private var tokensLeft = maximumTokens
    /// How deep what is being read stands.
    private var depth = 0
    /// How high the tree of the expression read last is.
    var height = 0
    /// What is being read, for faults: `{{`, or a tag's name.
    var construct = "{{"
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
        var parser = try TemplateParser(text, options: options)
        return TemplateSyntax(body: try parser.statements(), source: text)
    }

    private init(_ source: TemplateSource, options: Template.Options) throws(TemplateFault) {
        lexer = TemplateLexer(source, options: options)
        current = try lexer.next()
    }

    // MARK: - Tokens

    @discardableResult
    mutating func advance() throws(TemplateFault) -> Token {
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
    mutating func next() throws(TemplateFault) -> Token {
        if let ahead { return ahead }
        let token = try read()
        ahead = token
        return token
    }

    private mutating func read() throws(TemplateFault) -> Token {
        tokensLeft -= 1
        guard tokensLeft > 0 else {
            throw fault(
                at: current.at, .tooLarge, "template", "a template has at most \(Self.maximumTokens) words and signs")
        }
        return try lexer.next()
    }

    func isName(_ word: String) -> Bool { current.isName(word) }

    func isSymbol(_ symbol: Token.Symbol) -> Bool { current.kind == .symbol(symbol) }

    mutating func skip(_ word: String) throws(TemplateFault) -> Bool {
        guard isName(word) else { return false }
        try advance()
        return true
    }

    mutating func skip(_ symbol: Token.Symbol) throws(TemplateFault) -> Bool {
        guard isSymbol(symbol) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ word: String) throws(TemplateFault) {
        guard try skip(word) else { throw unexpected(expected: word) }
    }

    mutating func expect(_ symbol: Token.Symbol) throws(TemplateFault) {
        guard try skip(symbol) else { throw unexpected(expected: symbol.rawValue) }
    }

    mutating func expectEnd(_ kind: Token.Kind) throws(TemplateFault) {
        guard current.kind == kind else { throw unexpected(expected: kind == .tagEnd ? "%}" : "}}") }
        try advance()
    }

    mutating func expectName(_ what: String = "a name") throws(TemplateFault) -> String {
        guard case .name(let name) = current.kind else { throw unexpected(expected: what) }
        try advance()
        return name
    }

    // MARK: - Depth

    /// Into something that stands within what is being read; `ascend()` leaves it.
    mutating func descend() throws(TemplateFault) {
        depth += 1
        if depth > Self.maximumDepth { throw tooDeep() }
    }

    mutating func ascend() { depth -= 1 }

    /// A node over others, the highest of which is `height` high.
    mutating func node(_ at: Int, _ kind: Expression.Kind, over height: Int = 0) throws(TemplateFault) -> Expression {
        self.height = height + 1
        if depth + self.height > Self.maximumDepth { throw tooDeep() }
        return Expression(at: at, kind: kind)
    }

    private func tooDeep() -> TemplateFault {
        fault(at: current.at, .tooDeep, construct, "nests deeper than \(Self.maximumDepth) levels")
    }

    // MARK: - Faults

    func fault(at offset: Int, _ kind: TemplateFault.Kind, _ construct: String, _ reason: String) -> TemplateFault {
        lexer.fault(at: offset, kind, construct, reason)
    }

    func fault(at offset: Int, _ kind: TemplateFault.Kind, _ reason: String) -> TemplateFault {
        lexer.fault(at: offset, kind, construct, reason)
    }

    func place(of offset: Int) -> (line: Int, column: Int) { lexer.source.place(of: offset) }

    /// What stands here cannot.
    func unexpected(expected: String) -> TemplateFault {
        guard current.kind == .end else {
            return fault(at: current.at, .syntax, "expected \(expected), found \(current.shown)")
        }
        let delimiter = lexer.mode == .tag ? "{%" : "{{"
        return fault(
            at: lexer.opening, .unclosed, construct, "\(delimiter) is never closed: expected \(expected)")
    }
}

extension Token {
    func isName(_ word: String) -> Bool {
        guard case .name(let name) = kind else { return false }
        return name == word
    }
}
