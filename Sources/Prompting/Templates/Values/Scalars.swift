/// The code points of valid UTF-8, one after the other; what is not valid comes out as U+FFFD.
struct Scalars: Sequence, IteratorProtocol {
    private let bytes: ArraySlice<UInt8>
    /// Of the next code point; the end of the bytes when there is none.
    private(set) var position: Int

    init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    mutating func next() -> Unicode.Scalar? {
        guard position < bytes.endIndex else { return nil }
        let first = bytes[position]
        if first < 0x80 {
            position += 1
            return Unicode.Scalar(first)
        }
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard bytes.endIndex - position >= length else {
            position = bytes.endIndex
            return "\u{FFFD}"
        }
        var code = UInt32(first) & (0x7F >> UInt32(length))
        for offset in 1..<length { code = code << 6 | UInt32(bytes[position + offset] & 0x3F) }
        position += length
        return Unicode.Scalar(code) ?? "\u{FFFD}"
    }
}

extension [UInt8] {
    mutating func append(_ scalar: Unicode.Scalar) {
        let code = scalar.value
        switch code {
        case 0..<0x80:
            append(UInt8(code))
        case 0x80..<0x800:
            append(UInt8(0xC0 | code >> 6))
            append(UInt8(0x80 | code & 0x3F))
        case 0x800..<0x10000:
            append(UInt8(0xE0 | code >> 12))
            append(UInt8(0x80 | code >> 6 & 0x3F))
            append(UInt8(0x80 | code & 0x3F))
        case _:
            append(UInt8(0xF0 | code >> 18))
            append(UInt8(0x80 | code >> 12 & 0x3F))
            append(UInt8(0x80 | code >> 6 & 0x3F))
            append(UInt8(0x80 | code & 0x3F))
        }
    }

    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    mutating func append(_ text: String) { append(contentsOf: text.utf8) }

    mutating func append(repeating byte: UInt8, count: Int) {
        append(contentsOf: repeatElement(byte, count: Swift.max(count, 0)))
    }

    /// Appends an integer in decimal digits.
    mutating func append(decimal value: Int) {
        if value >= 0, value < 10 { return append(48 + UInt8(value)) }
        if value < 0 { append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = count
        repeat {
            append(48 + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        self[start...].reverse()
    }
}

extension RandomAccessCollection<UInt8> where Index == Int {
    /// The byte offset at which the code point of that number begins; the end where there are not as many.
    func offset(ofScalar number: Int) -> Int {
        var left = number
        var position = startIndex
        while position < endIndex {
            if self[position] & 0xC0 != 0x80 {
                if left == 0 { return position }
                left -= 1
            }
            position += 1
        }
        return endIndex
    }
}
