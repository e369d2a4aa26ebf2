/// A template's text as Jinja2 reads it: line ends are line feeds, the last one is gone unless it is to be kept.
struct TemplateSource: Sendable {
    /// What offsets of statements, expressions and faults count in: bytes of this.
    let bytes: [UInt8]

    init(_ text: [UInt8], keepTrailingNewline: Bool) {
        var bytes = text.contains(UInt8(ascii: "\r")) ? Self.withLineFeeds(text) : text
        if !keepTrailingNewline, bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        self.bytes = bytes
    }

    private static func withLineFeeds(_ text: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var isAfterReturn = false
        for byte in text {
            if byte == UInt8(ascii: "\r") {
                bytes.append(UInt8(ascii: "\n"))
            } else if byte != UInt8(ascii: "\n") || !isAfterReturn {
                bytes.append(byte)
            }
            isAfterReturn = byte == UInt8(ascii: "\r")
        }
        return bytes
    }

    /// Line and column of a byte offset, both counted from 1, columns in Unicode scalars. Reads all that is before it:
    /// for faults only.
    func place(of offset: Int) -> (line: Int, column: Int) {
        let end = min(max(offset, 0), bytes.count)
        var line = 1
        var column = 1
        for byte in bytes[..<end] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                // A scalar begins at every byte that continues none.
                column += 1
            }
        }
        return (line, column)
    }
}

/// What Python's `str.isspace` holds to be white space.
extension TemplateSource {
    /// The bytes of the white space scalar that begins here; 0 where none does.
    @inline(__always)
    func spaceWidth(at offset: Int) -> Int {
        guard offset < bytes.count else { return 0 }
        let byte = bytes[offset]
        if byte < 0x80 { return Self.isASCIISpace(byte) ? 1 : 0 }
        return wideSpaceWidth(at: offset)
    }

    func endOfSpace(from offset: Int) -> Int {
        var end = offset
        while case let width = spaceWidth(at: end), width > 0 { end += width }
        return end
    }

    /// Where the white space that ends at `end` begins; not before `start`.
    func startOfSpace(before end: Int, notBefore start: Int) -> Int {
        var place = end
        scan: while place > start {
            for width in 1...3 where place - width >= start && spaceWidth(at: place - width) == width {
                place -= width
                continue scan
            }
            break
        }
        return place
    }

    private static func isASCIISpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte) || (0x1C...0x1F).contains(byte)
    }

    private func wideSpaceWidth(at offset: Int) -> Int {
        guard offset + 1 < bytes.count else { return 0 }
        let second = bytes[offset + 1]
        if bytes[offset] == 0xC2 { return second == 0x85 || second == 0xA0 ? 2 : 0 }
        guard offset + 2 < bytes.count else { return 0 }
        let third = bytes[offset + 2]
        let isSpace =
            switch (bytes[offset], second) {
            case (0xE1, 0x9A): third == 0x80
            // U+2000 to U+200A, U+2028, U+2029, U+202F
            case (0xE2, 0x80): third <= 0x8A || third == 0xA8 || third == 0xA9 || third == 0xAF
            case (0xE2, 0x81): third == 0x9F
            case (0xE3, 0x80): third == 0x80
            default: false
            }
        return isSpace ? 3 : 0
    }
}
