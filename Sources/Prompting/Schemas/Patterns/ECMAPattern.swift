/// Reads a regular expression of ECMA 262 (its Unicode mode) and writes what means the same to RE2.
///
/// Backreferences and lookaround, which RE2 has not because nothing bounds their time, are refused by name, and so is
/// what ECMA 262 does not know. A bracket or brace that stands alone is taken for itself, as browsers do.
struct ECMAPattern {
    struct Fault: Error, Hashable {
        var message: String

        init(_ message: String) { self.message = message }
    }

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var output = ""
    private var openGroups = 0

    /// - Returns: the pattern in RE2's syntax.
    static func translate(_ pattern: [UInt8]) throws(Fault) -> [UInt8] {
        var reader = ECMAPattern(scalars: Array(String(decoding: pattern, as: UTF8.self).unicodeScalars))
        try reader.run()
        return Array(reader.output.utf8)
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        position + ahead < scalars.count ? scalars[position + ahead] : nil
    }

    private mutating func take(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard position + wanted.count <= scalars.count,
            scalars[position..<position + wanted.count].elementsEqual(wanted)
        else { return false }
        position += wanted.count
        return true
    }

    private mutating func run() throws(Fault) {
        while let next = peek() {
            position += 1
            switch next {
            case "\\": try escape()
            case "[": try characterClass()
            case "(": try group()
            case ")":
                guard openGroups > 0 else { throw Fault("a ) closes nothing") }
                openGroups -= 1
                output += ")"
            case ".": output += "[^\\n\\r\\x{2028}\\x{2029}]"
            case "$": output += "\\z"
            case "^": output += "\\A"
            case "{":
                if let quantifier = quantifier() { output += quantifier } else { output += "\\{" }
            case "}", "]": output += "\\" + String(next)
            case _: output.unicodeScalars.append(next)
            }
        }
        guard openGroups == 0 else { throw Fault("a ( is never closed") }
    }

    /// `{2}`, `{2,}` or `{2,5}`, after its brace; nil, and nothing read, where it is none.
    private mutating func quantifier() -> String? {
        var text = "{"
        var at = position
        while at < scalars.count, scalars[at] != "}", text.utf8.count < 32 {
            guard scalars[at] == "," || ("0"..."9").contains(scalars[at]) else { return nil }
            text.unicodeScalars.append(scalars[at])
            at += 1
        }
        let bounds = text.dropFirst().split(separator: ",", omittingEmptySubsequences: false)
        guard at < scalars.count, scalars[at] == "}", (1...2).contains(bounds.count), !bounds[0].isEmpty else {
            return nil
        }
        position = at + 1
        return text + "}"
    }

    private mutating func group() throws(Fault) {
        openGroups += 1
        guard peek() == "?" else {
            output += "(?:"
            return
        }
        if take("?:") {
            output += "(?:"
        } else if take("?=") || take("?!") {
            throw Fault("it looks ahead, which cannot be held")
        } else if take("?<=") || take("?<!") {
            throw Fault("it looks behind, which cannot be held")
        } else if take("?<") {
            guard let end = scalars[position...].firstIndex(of: ">"), end > position else {
                throw Fault("the name of a group is not closed")
            }
            position = end + 1
            output += "(?:"
        } else {
            throw Fault("a group begins in a way that ECMA 262 does not know")
        }
    }

    // MARK: - Escapes

    private mutating func escape() throws(Fault) {
        guard let letter = peek() else { throw Fault("it ends in a backslash") }
        switch letter {
        case "b", "B":
            position += 1
            output += "\\" + String(letter)
        case "1"..."9": throw Fault("it refers back to a group, which cannot be held")
        case "k": throw Fault("it refers back to a named group, which cannot be held")
        case _:
            if let set = try setEscape() {
                output += "[" + set + "]"
            } else {
                output += Self.literal(try characterEscape())
            }
        }
    }

    /// `\d`, `\S`, `\p{…}`: what goes between brackets for it, read behind its backslash; nil, and nothing read, where
    /// it is a single character.
    private mutating func setEscape() throws(Fault) -> String? {
        guard let letter = peek() else { return nil }
        switch letter {
        case "d", "D", "w", "W":
            position += 1
            return "\\" + String(letter)
        case "s":
            position += 1
            return Self.whiteSpace
        case "S":
            position += 1
            return Self.notWhiteSpace
        case "p", "P":
            position += 1
            guard take("{"), let end = scalars[position...].firstIndex(of: "}") else {
                throw Fault("\\\(letter) is not followed by a property in braces")
            }
            var name = ""
            name.unicodeScalars.append(contentsOf: scalars[position..<end])
            position = end + 1
            guard let set = UnicodePropertyNames.set(name, isNegated: letter == "P") else {
                throw Fault("it names a Unicode property that cannot be held")
            }
            return set
        case _: return nil
        }
    }

    /// A single character, read behind its backslash.
    private mutating func characterEscape() throws(Fault) -> Unicode.Scalar {
        guard let letter = peek() else { throw Fault("it ends in a backslash") }
        position += 1
        switch letter {
        case "t": return "\t"
        case "n": return "\n"
        case "v": return "\u{B}"
        case "f": return "\u{C}"
        case "r": return "\r"
        case "0":
            if let next = peek(), ("0"..."9").contains(next) { throw Fault("it has an octal escape") }
            return "\0"
        case "c":
            guard let control = peek(), control.properties.isASCIIHexDigit || control.isASCII,
                ("A"..."Z").contains(control) || ("a"..."z").contains(control)
            else { throw Fault("\\c is not followed by a letter") }
            position += 1
            return Unicode.Scalar(UInt8(control.value % 32))
        case "x":
            guard let value = hexadecimal(2), let scalar = Unicode.Scalar(value) else {
                throw Fault("\\x is not followed by two hexadecimal digits")
            }
            return scalar
        case "u": return try unicodeEscape()
        case "A"..."Z", "a"..."z", "1"..."9": throw Fault("\\\(letter) is no escape of ECMA 262")
        case _: return letter
        }
    }

    private mutating func unicodeEscape() throws(Fault) -> Unicode.Scalar {
        let fault = Fault("\\u is not followed by four hexadecimal digits, or a code point in braces")
        if take("{") {
            guard let end = scalars[position...].firstIndex(of: "}"), (1...8).contains(end - position) else {
                throw fault
            }
            let digits = end - position
            guard let value = hexadecimal(digits), let scalar = Unicode.Scalar(value) else { throw fault }
            position = end + 1
            return scalar
        }
        guard let unit = hexadecimal(4) else { throw fault }
        if let scalar = Unicode.Scalar(unit) { return scalar }
        if unit < 0xDC00, take("\\u"), let low = hexadecimal(4), (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
        {
            return scalar
        }
        throw Fault("it asks for half a surrogate pair, which no text has")
    }

    /// The next `count` scalars as a number, read where they are digits.
    private mutating func hexadecimal(_ count: Int) -> UInt32? {
        guard count > 0, position + count <= scalars.count else { return nil }
        var value: UInt32 = 0
        for scalar in scalars[position..<position + count] {
            guard scalar.isASCII, let digit = Character(scalar).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        position += count
        return value
    }

    // MARK: - Classes

    private mutating func characterClass() throws(Fault) {
        let isNegated = take("^")
        var set = ""
        /// The last single character read, which may begin a range.
        var lower: Unicode.Scalar?
        var isClosed = false
        while let next = peek() {
            if next == "]" {
                position += 1
                isClosed = true
                break
            }
            if next == "-", let from = lower, let after = peek(1), after != "]" {
                position += 1
                guard case .character(let to) = try classAtom() else {
                    throw Fault("a range of a class ends in a set of characters")
                }
                guard from <= to else { throw Fault("a range of a class runs backwards") }
                set += "-" + Self.literal(to)
                lower = nil
                continue
            }
            switch try classAtom() {
            case .character(let character):
                set += Self.literal(character)
                lower = character
            case .set(let text):
                set += text
                lower = nil
            }
        }
        guard isClosed else { throw Fault("a [ is never closed") }
        if set.isEmpty {
            output += isNegated ? "(?s:.)" : "[^\\x{0}-\\x{10FFFF}]"
        } else {
            output += (isNegated ? "[^" : "[") + set + "]"
        }
    }

    private enum ClassAtom {
        case character(Unicode.Scalar)
        case set(String)
    }

    private mutating func classAtom() throws(Fault) -> ClassAtom {
        guard let next = peek() else { throw Fault("a [ is never closed") }
        position += 1
        guard next == "\\" else { return .character(next) }
        if let set = try setEscape() { return .set(set) }
        if take("b") { return .character("\u{8}") }
        return .character(try characterEscape())
    }

    // MARK: - Writing

    /// A character that stands for itself, in a class and outside.
    private static func literal(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "0"..."9", "A"..."Z", "a"..."z", "_", " ": String(scalar)
        case _ where scalar.isASCII && scalar.value > 0x20 && scalar.value < 0x7F: "\\" + String(scalar)
        case _: "\\x{" + String(scalar.value, radix: 16) + "}"
        }
    }

    /// WhiteSpace and LineTerminator of ECMA 262.
    private static let whiteSpace =
        "\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}"
    private static let notWhiteSpace =
        "\\x{0}-\\x{8}\\x{e}-\\x{1f}!-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}"
        + "\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{fefe}\\x{ff00}-\\x{10ffff}"
}
