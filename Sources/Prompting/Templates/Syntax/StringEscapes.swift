/// Reads a string's content as Python's `unicode-escape` does, which is what Jinja2 leaves escapes to.
struct StringEscapes {
    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var output: [UInt8] = []

    struct Failure: Error {
        var reason: String
    }

    /// - Parameter bytes: UTF-8, without the quotes.
    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    mutating func decoded() throws(Failure) -> [UInt8] {
        output.reserveCapacity(bytes.count)
        while position < bytes.endIndex {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\\") {
                try readEscape()
            } else {
                output.append(byte)
            }
        }
        return output
    }

    private mutating func readEscape() throws(Failure) {
        guard position < bytes.endIndex else { return output.append(UInt8(ascii: "\\")) }
        let byte = bytes[position]
        guard byte < 0x80 else { return appendSpelledOut() }
        position += 1
        switch byte {
        case UInt8(ascii: "\n"): break
        case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): output.append(byte)
        case UInt8(ascii: "a"): output.append(0x07)
        case UInt8(ascii: "b"): output.append(0x08)
        case UInt8(ascii: "f"): output.append(0x0C)
        case UInt8(ascii: "n"): output.append(0x0A)
        case UInt8(ascii: "r"): output.append(0x0D)
        case UInt8(ascii: "t"): output.append(0x09)
        case UInt8(ascii: "v"): output.append(0x0B)
        case UInt8(ascii: "0")...UInt8(ascii: "7"): try readOctal(byte)
        case UInt8(ascii: "x"): try readHexadecimal(digits: 2, name: "\\x")
        case UInt8(ascii: "u"): try readHexadecimal(digits: 4, name: "\\u")
        case UInt8(ascii: "U"): try readHexadecimal(digits: 8, name: "\\U")
        case UInt8(ascii: "N"): throw Failure(reason: "\\N{…} is refused: write the character or its \\u…")
        default: output += [UInt8(ascii: "\\"), byte]
        }
    }

    /// Jinja2 spells out what is beyond ASCII (`\xe9`) before it looks for escapes, so a backslash before such a
    /// character makes one escaped backslash of two, and the spelling stays.
    private mutating func appendSpelledOut() {
        let rest = bytes[position..<Swift.min(position + 4, bytes.endIndex)]
        guard let scalar = String(decoding: rest, as: UTF8.self).unicodeScalars.first else { return }
        position += Swift.min(UTF8.width(scalar), rest.count)
        let digits = String(scalar.value, radix: 16)
        let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
        output += Array("\\\(letter)\(String(repeating: "0", count: width - digits.count))\(digits)".utf8)
    }

    private mutating func readOctal(_ first: UInt8) throws(Failure) {
        var value = UInt32(first - UInt8(ascii: "0"))
        for _ in 0..<2 {
            guard position < bytes.endIndex, case UInt8(ascii: "0")...UInt8(ascii: "7") = bytes[position] else { break }
            value = value * 8 + UInt32(bytes[position] - UInt8(ascii: "0"))
            position += 1
        }
        try append(value)
    }

    private mutating func readHexadecimal(digits: Int, name: String) throws(Failure) {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard position < bytes.endIndex, let digit = Self.hexadecimal(bytes[position])
            else { throw Failure(reason: "\(name) needs \(digits) hexadecimal digits") }
            value = value << 4 | digit
            position += 1
        }
        try append(value)
    }

    private mutating func append(_ value: UInt32) throws(Failure) {
        guard let scalar = UnicodeScalar(value) else {
            throw Failure(reason: "an escape names no character: a surrogate, or beyond U+10FFFF")
        }
        output.append(contentsOf: String(scalar).utf8)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
