import JSON

/// A JSON object that comes in pieces, as what it is so far: what is open is closed, a text ends where it is, and a
/// member that has no value yet, or a number that may go on, is left out.
package struct PartialObject: Sendable {
    /// What is expected, or being read.
    private enum Place: Hashable {
        case start, key, colon, value, scalar, afterValue, over
        case string(isKey: Bool)
    }

    private var text: [UInt8] = []
    private var place = Place.start
    /// The brackets that close what is open, the innermost last.
    private var closers: [UInt8] = []
    /// How much of the text `closers` (and a quote, within a text) make whole.
    private var whole = 0
    private var isEscaped = false
    /// Hexadecimal digits to come, and the UTF-16 unit that they make.
    private var digits = 0
    private var unit: UInt16 = 0
    /// The text ends in the first half of a surrogate pair.
    private var isHalf = false

    package init() {}

    package mutating func append(_ bytes: [UInt8]) {
        text.reserveCapacity(text.count + bytes.count)
        for byte in bytes {
            text.append(byte)
            if case .string(let isKey) = place { read(byte, isKey: isKey) } else { read(byte) }
        }
    }

    /// Nil where there is no object, or no JSON.
    package var value: [UInt8]? {
        guard whole > 0 else { return nil }
        var value = Array(text[..<whole])
        if place == .string(isKey: false) { value.append(UInt8(ascii: "\"")) }
        value += closers.reversed()
        // What a model says may be anything.
        return (try? JSONDocument(value)) == nil ? nil : value
    }

    private mutating func read(_ byte: UInt8) {
        switch (byte, place) {
        case (_, .over): return
        case (UInt8(ascii: " "), _), (UInt8(ascii: "\n"), _), (UInt8(ascii: "\r"), _), (UInt8(ascii: "\t"), _):
            if place == .scalar { end(at: text.count - 1) }
        case (UInt8(ascii: "{"), _):
            closers.append(UInt8(ascii: "}"))
            (place, whole) = (.key, text.count)
        case (_, .start): place = .over
        case (UInt8(ascii: "["), _):
            closers.append(UInt8(ascii: "]"))
            (place, whole) = (.value, text.count)
        case (UInt8(ascii: "}"), _), (UInt8(ascii: "]"), _):
            _ = closers.popLast()
            end(at: text.count)
        case (UInt8(ascii: ","), _):
            if place == .scalar { whole = text.count - 1 }
            place = closers.last == UInt8(ascii: "}") ? .key : .value
        case (UInt8(ascii: ":"), .colon): place = .value
        case (UInt8(ascii: "\""), _):
            place = .string(isKey: place == .key)
            if place == .string(isKey: false) { whole = text.count }
        case _: place = .scalar
        }
    }

    /// A value is whole.
    private mutating func end(at count: Int) {
        (place, whole) = (closers.isEmpty ? .over : .afterValue, count)
    }

    /// A byte within quotes.
    private mutating func read(_ byte: UInt8, isKey: Bool) {
        if digits > 0 {
            digits -= 1
            unit = unit << 4 | UInt16(Character(UnicodeScalar(byte)).hexDigitValue ?? 0)
            isHalf = digits == 0 && (0xD800...0xDBFF).contains(unit)
        } else if isEscaped {
            isEscaped = false
            if byte == UInt8(ascii: "u") { (digits, unit) = (4, 0) } else { isHalf = false }
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isHalf = false
            if isKey { place = .colon } else { end(at: text.count) }
            return
        } else {
            isHalf = false
        }
        if !isKey, digits == 0, !isEscaped, !isHalf { whole = text.count }
    }
}
