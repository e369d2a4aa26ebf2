/// Reads what stands between `{{` and `}}`.
struct TemplateExpression {
    private let source: [UInt8]
    private let opening: Int
    /// The next byte to read; past the closing `}}` when `path()` has returned.
    private(set) var position: Int

    init(source: [UInt8], opening: Int) {
        self.source = source
        self.opening = opening
        position = opening + 2
    }

    mutating func path() throws(TemplateFault) -> VariablePath {
        try refuseWhiteSpaceControl()
        skipWhiteSpace()
        let start = position
        if closes { throw fault(at: opening, .empty, "{{ }}") }
        var segments = [try word()]
        guard isName(segments[0]) else {
            if segments[0].isEmpty { throw try unexpected() }
            throw fault(at: start, .literal, "a number")
        }
        if Self.literals.contains(segments[0]) { throw fault(at: start, .literal, "the literal \(segments[0])") }
        if Self.keywords.contains(segments[0]) { throw fault(at: start, .keyword, "the operator \(segments[0])") }
        while byte() == UInt8(ascii: ".") {
            position += 1
            let start = position
            let segment = try word()
            if segment.isEmpty {
                throw fault(at: start, .path, "a name or a number is missing after the dot")
            }
            guard isName(segment) || isNumber(segment) else {
                throw fault(at: start, .path, "a name cannot begin with a digit")
            }
            segments.append(segment)
        }
        skipWhiteSpace()
        guard closes else { throw try unexpected() }
        position += 2
        return VariablePath(segments)
    }

    // MARK: - Words

    /// Names that Jinja2 reads as values.
    private static let literals: Set<String> = ["true", "false", "none", "True", "False", "None"]
    /// Names that Jinja2 reads as operators.
    private static let keywords: Set<String> = ["not", "and", "or", "in", "is", "if", "else"]

    /// The letters, digits and underscores that come next, all alphabets' (as in Jinja2); empty where there are none.
    private mutating func word() throws(TemplateFault) -> String {
        let start = position
        while let next = byte(), Self.isWordByte(next) { position += 1 }
        let word = String(decoding: source[start..<position], as: UTF8.self)
        var offset = start
        for scalar in word.unicodeScalars {
            guard scalar == "_" || scalar.properties.isXIDContinue else {
                throw fault(at: offset, .unexpected, "a character that no name can hold")
            }
            offset += UTF8.width(scalar)
        }
        return word
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default:
            false
        }
    }

    private func isName(_ word: String) -> Bool {
        guard let first = word.unicodeScalars.first else { return false }
        return first == "_" || first.properties.isXIDStart
    }

    private func isNumber(_ word: String) -> Bool {
        word.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
    }

    // MARK: - Around the path

    private func byte(_ ahead: Int = 0) -> UInt8? {
        position + ahead < source.count ? source[position + ahead] : nil
    }

    private var closes: Bool { byte() == UInt8(ascii: "}") && byte(1) == UInt8(ascii: "}") }

    private mutating func skipWhiteSpace() {
        while let next = byte(), next == 0x20 || (0x09...0x0D).contains(next) { position += 1 }
    }

    /// `{{-` cuts the white space before it in Jinja2, `{{+` keeps it.
    private func refuseWhiteSpaceControl() throws(TemplateFault) {
        switch byte() {
        case UInt8(ascii: "-"): throw fault(at: opening, .whiteSpaceControl, "{{-")
        case UInt8(ascii: "+"): throw fault(at: opening, .whiteSpaceControl, "{{+")
        default: break
        }
    }

    // MARK: - Faults

    private func fault(at offset: Int, _ kind: TemplateFault.Kind, _ construct: String) -> TemplateFault {
        TemplateFault(at: offset, in: source, kind, construct)
    }

    /// What stands where `}}` or a name should.
    private mutating func unexpected() throws(TemplateFault) -> TemplateFault {
        guard let next = byte() else { return fault(at: opening, .unclosed, "{{") }
        let start = position
        if Self.isWordByte(next) {
            let word = try word()
            return Self.keywords.contains(word)
                ? fault(at: start, .keyword, "the operator \(word)") : fault(at: start, .unexpected, "a second name")
        }
        let sign = String(UnicodeScalar(next))
        return switch sign {
        case "}":
            fault(at: opening, .unclosed, "{{")
        case "-" where byte(1) == UInt8(ascii: "}") && byte(2) == UInt8(ascii: "}"):
            fault(at: start, .whiteSpaceControl, "-}}")
        case "|":
            fault(at: start, .filter, "a filter (|)")
        case "(":
            fault(at: start, .call, "a call (…)")
        case "[", "]", "{", ")":
            fault(at: start, .bracket, "the bracket \(sign)")
        case "+", "-", "*", "/", "%", "~", "=", "!", "<", ">", ":", ",":
            fault(at: start, .operator, "the operator \(sign)")
        case "'", "\"":
            fault(at: start, .literal, "a string")
        case ".":
            fault(at: start, .path, "a dot must stand right behind a name")
        default:
            fault(at: start, .unexpected, "a character that no name can hold")
        }
    }
}
