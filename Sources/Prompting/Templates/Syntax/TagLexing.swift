/// What stands within `{{ … }}` and `{% … %}`.
extension TemplateLexer {
    mutating func tagToken() throws(TemplateFault) -> Token {
        while true {
            if brackets.isEmpty, let end = tagEnd() { return end }
            let end = source.endOfSpace(from: position)
            if end == position { break }
            position = end
        }
        let at = position
        guard let byte = byte(at: at) else { return Token(at: at, kind: .end) }
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return Token(at: at, kind: try number())
        case UInt8(ascii: "'"), UInt8(ascii: "\""): return Token(at: at, kind: try string(quote: byte))
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), 0x80...:
            return Token(at: at, kind: .name(try name()))
        default: return Token(at: at, kind: .symbol(try symbol(byte)))
        }
    }

    private mutating func tagEnd() -> Token? {
        let at = position
        if mode == .output {
            if has("}}", at: at) {
                move(to: at + 2)
            } else if has("-}}", at: at) {
                move(to: source.endOfSpace(from: at + 3))
            } else {
                return nil
            }
            mode = .text
            return Token(at: at, kind: .outputEnd)
        }
        guard let end = endOfTag(at: at, sign: UInt8(ascii: "%")) else { return nil }
        move(to: end)
        mode = .text
        return Token(at: at, kind: .tagEnd)
    }

    // MARK: - Names and symbols

    private mutating func name() throws(TemplateFault) -> String {
        let start = position
        var end = start
        var isASCII = true
        while let byte = byte(at: end), Self.isWordByte(byte) {
            if byte >= 0x80 { isASCII = false }
            end += 1
        }
        guard !isASCII else {
            position = end
            return String(decoding: source.bytes[start..<end], as: UTF8.self)
        }
        // A character that no name can hold ends it, as it does in Jinja2; what follows is then at fault.
        var name = String.UnicodeScalarView()
        for scalar in String(decoding: source.bytes[start..<end], as: UTF8.self).unicodeScalars {
            guard scalar == "_" || scalar.properties.isXIDContinue else { break }
            name.append(scalar)
            position += UTF8.width(scalar)
        }
        guard let first = name.first, first == "_" || first.properties.isXIDStart else {
            throw fault(at: start, .syntax, construct, "a character that no name can begin with")
        }
        return String(name)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    private mutating func symbol(_ byte: UInt8) throws(TemplateFault) -> Token.Symbol {
        let second = self.byte(at: position + 1).map { String(UnicodeScalar($0)) } ?? ""
        let first = String(UnicodeScalar(byte))
        guard let symbol = Token.Symbol(rawValue: first + second) ?? Token.Symbol(rawValue: first) else {
            throw fault(at: position, .syntax, construct, "a character that means nothing in a tag")
        }
        try balance(symbol)
        position += symbol.rawValue.utf8.count
        return symbol
    }

    private mutating func balance(_ symbol: Token.Symbol) throws(TemplateFault) {
        switch symbol {
        case .leftBrace: brackets.append(.rightBrace)
        case .leftBracket: brackets.append(.rightBracket)
        case .leftParenthesis: brackets.append(.rightParenthesis)
        case .rightBrace, .rightBracket, .rightParenthesis:
            guard let expected = brackets.popLast() else {
                throw fault(at: position, .syntax, construct, "\(symbol.rawValue) closes nothing")
            }
            guard expected == symbol else {
                throw fault(
                    at: position, .syntax, construct, "expected \(expected.rawValue), found \(symbol.rawValue)")
            }
        default: break
        }
    }

    // MARK: - Numbers

    private mutating func number() throws(TemplateFault) -> Token.Kind {
        let start = position
        // So that `a.0.1` is two items, not one of 0.1.
        let isAfterDot = start > 0 && source.bytes[start - 1] == UInt8(ascii: ".")
        if !isAfterDot, let end = endOfFloat(from: start) {
            position = end
            return .float(Double(digits(start..<end)) ?? .infinity)
        }
        let (end, radix, first) = endOfInteger(from: start)
        position = end
        guard let value = Int(digits(first..<end), radix: radix) else {
            throw fault(at: start, .literal, "number", "a whole number beyond 64 bits")
        }
        return .int(value)
    }

    private func digits(_ range: Range<Int>) -> String {
        String(decoding: source.bytes[range].lazy.filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    }

    private func isDigit(at offset: Int, radix: Int = 10) -> Bool {
        switch byte(at: offset) {
        case .some(UInt8(ascii: "0")...UInt8(ascii: "1")): true
        case .some(UInt8(ascii: "2")...UInt8(ascii: "7")): radix >= 8
        case .some(UInt8(ascii: "8")...UInt8(ascii: "9")): radix >= 10
        case .some(UInt8(ascii: "a")...UInt8(ascii: "f")), .some(UInt8(ascii: "A")...UInt8(ascii: "F")): radix == 16
        default: false
        }
    }

    /// Past digits that single underscores may part; `offset` itself where there are none.
    private func endOfDigits(from offset: Int, radix: Int = 10) -> Int {
        var end = offset
        while isDigit(at: end, radix: radix)
            || (end > offset && byte(at: end) == UInt8(ascii: "_") && isDigit(at: end + 1, radix: radix))
        {
            end += 1
        }
        return end
    }

    private func endOfFloat(from start: Int) -> Int? {
        var end = endOfDigits(from: start)
        var isFloat = false
        if byte(at: end) == UInt8(ascii: "."), case let fraction = endOfDigits(from: end + 1), fraction > end + 1 {
            end = fraction
            isFloat = true
        }
        if let e = byte(at: end), e | 0x20 == UInt8(ascii: "e") {
            let sign = byte(at: end + 1)
            let first = end + (sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") ? 2 : 1)
            if case let exponent = endOfDigits(from: first), exponent > first { return exponent }
        }
        return isFloat ? end : nil
    }

    /// `first` is where its digits begin.
    private func endOfInteger(from start: Int) -> (end: Int, radix: Int, first: Int) {
        guard byte(at: start) == UInt8(ascii: "0") else { return (endOfDigits(from: start), 10, start) }
        let radix =
            switch byte(at: start + 1).map({ $0 | 0x20 }) {
            case UInt8(ascii: "b"): 2
            case UInt8(ascii: "o"): 8
            case UInt8(ascii: "x"): 16
            default: 10
            }
        if radix != 10 {
            // Python allows an underscore after the prefix.
            let first = start + (byte(at: start + 2) == UInt8(ascii: "_") ? 3 : 2)
            let end = endOfDigits(from: first, radix: radix)
            if end > first { return (end, radix, first) }
        }
        // A number that begins with 0 is zeros only; a digit after them begins another number.
        var end = start + 1
        while case let zero = byte(at: end) == UInt8(ascii: "_") ? end + 1 : end, byte(at: zero) == UInt8(ascii: "0") {
            end = zero + 1
        }
        return (end, 10, start)
    }

    // MARK: - Strings

    private mutating func string(quote: UInt8) throws(TemplateFault) -> Token.Kind {
        let start = position + 1
        var end = start
        var hasEscapes = false
        while let byte = byte(at: end), byte != quote {
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                end += 1
            }
            end += 1
        }
        guard end < source.bytes.count else {
            throw fault(at: position, .unclosed, "string", "a string is never closed")
        }
        let bytes = source.bytes[start..<end]
        guard hasEscapes else {
            position = end + 1
            return .string(Array(bytes))
        }
        var escapes = StringEscapes(bytes)
        do throws(StringEscapes.Failure) {
            let string = try escapes.decoded()
            position = end + 1
            return .string(string)
        } catch {
            throw fault(at: position, .literal, "string", error.reason)
        }
    }
}
