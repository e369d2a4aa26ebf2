/// Python's `html.unescape`.
enum HTMLEntities {
    static func unescaped(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(UInt8(ascii: "&")) else { return text }
        var output: [UInt8] = []
        output.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            guard text[position] == UInt8(ascii: "&"), let (end, character) = reference(text[(position + 1)...]) else {
                output.append(text[position])
                position += 1
                continue
            }
            output += character
            position = end
        }
        return output
    }

    /// What a reference behind an ampersand stands for, and where it ends; nil where there is none.
    private static func reference(_ rest: ArraySlice<UInt8>) -> (end: Int, character: [UInt8])? {
        guard rest.first == UInt8(ascii: "#") else { return named(rest) }
        var digits = rest.dropFirst()
        var base: UInt32 = 10
        if digits.first == UInt8(ascii: "x") || digits.first == UInt8(ascii: "X") {
            base = 16
            digits = digits.dropFirst()
        }
        var code: UInt32 = 0
        var end = digits.startIndex
        while end < digits.endIndex, let digit = hexValue(digits[end]), digit < base {
            code = min(code * base + digit, 0x11_0000)
            end += 1
        }
        guard end > digits.startIndex else { return nil }
        if end < digits.endIndex, digits[end] == UInt8(ascii: ";") { end += 1 }
        return (end, character(code))
    }

    private static func hexValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 48...57: UInt32(byte) - 48
        case 65...70: UInt32(byte) - 55
        case 97...102: UInt32(byte) - 87
        case _: nil
        }
    }

    /// As HTML reads numbers: Windows' characters from 0x80 on, nothing for what is no character.
    private static func character(_ code: UInt32) -> [UInt8] {
        var output: [UInt8] = []
        switch code {
        case 0, 0xD800...0xDFFF, 0x11_0000...: output.append("\u{FFFD}" as Unicode.Scalar)
        case 0x0D: output.append("\r" as Unicode.Scalar)
        case 0x80...0x9F:
            let windows = windowsCharacters[Int(code) - 0x80]
            output.append(Unicode.Scalar(windows == 0 ? UInt16(code) : windows) ?? "\u{FFFD}")
        case 0x01...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0xFDD0...0xFDEF: break
        case _ where code & 0xFFFE == 0xFFFE: break
        case _: output.append(Unicode.Scalar(code) ?? "\u{FFFD}")
        }
        return output
    }

    /// Of code page 1252 from 0x80 on; 0 where the number stands for itself.
    private static let windowsCharacters: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E,
        0x0178,
    ]

    private static let longestName = 32

    /// Up to the semicolon where that is a name; else the longest of the old names, which need none, that it begins with.
    private static func named(_ rest: ArraySlice<UInt8>) -> (end: Int, character: [UInt8])? {
        var end = rest.startIndex
        var count = 0
        var scalars = Scalars(rest)
        while count < longestName, let scalar = scalars.next(), !endsName(scalar) {
            end = scalars.position
            count += 1
        }
        guard end > rest.startIndex else { return nil }
        if end < rest.endIndex, rest[end] == UInt8(ascii: ";"), let character = table[Text(rest[..<end])]?.character {
            return (end + 1, character)
        }
        while end - rest.startIndex > 1 {
            if let entry = table[Text(rest[..<end])], entry.needsNoSemicolon { return (end, entry.character) }
            end -= 1
        }
        return nil
    }

    private static func endsName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "\t", "\n", "\u{c}", " ", "<", "&", "#", ";": true
        case _: false
        }
    }

    private static let table: [Text: (character: [UInt8], needsNoSemicolon: Bool)] = {
        var table: [Text: (character: [UInt8], needsNoSemicolon: Bool)] = [:]
        for (list, needsNoSemicolon) in [(htmlEntityNames, false), (oldHTMLEntityNames, true)] {
            for entry in list.utf8.split(whereSeparator: { $0 == 0x20 || $0 == 0x0A }) {
                let parts = entry.split(separator: UInt8(ascii: "="))
                guard parts.count == 2 else { continue }
                var character: [UInt8] = []
                for code in parts[1].split(separator: UInt8(ascii: "+")) {
                    character.append(UInt32(String(code) ?? "", radix: 16).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}")
                }
                table[Text(Array(parts[0]))] = (character, needsNoSemicolon)
            }
        }
        return table
    }()
}
