/// A string of a template: UTF-8, compared and ordered by its code points as Python does, never by what looks the same.
struct Text: Sendable, ExpressibleByStringLiteral {
    let bytes: [UInt8]
    /// Escaped for HTML, or declared to be: markupsafe's `Markup`, a string that escapes what is joined to it.
    let isMarkup: Bool

    init(_ bytes: [UInt8], isMarkup: Bool = false) {
        self.bytes = bytes
        self.isMarkup = isMarkup
    }

    init(_ slice: ArraySlice<UInt8>, isMarkup: Bool = false) { self.init(Array(slice), isMarkup: isMarkup) }
    init(_ string: String) { self.init(Array(string.utf8)) }
    init(stringLiteral value: String) { self.init(Array(value.utf8)) }

    var string: String { String(decoding: bytes, as: UTF8.self) }

    /// How many code points.
    var count: Int { bytes.scalarCount }
    var isASCII: Bool { bytes.isASCII }

    static let empty = Text([] as [UInt8])
    private static let ascii: [Text] = (0..<128).map { Text([UInt8($0)]) }

    /// The text of one ASCII character, made once for all.
    static func character(_ byte: UInt8) -> Text { ascii[Int(byte & 0x7F)] }
}

extension Text: Hashable {
    static func == (a: Text, b: Text) -> Bool { a.bytes == b.bytes }
    func hash(into hasher: inout Hasher) { hasher.combine(bytes) }
}

extension Collection<UInt8> {
    /// How many code points this UTF-8 holds: a code point begins at every byte that continues none.
    var scalarCount: Int { reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) } }
    var isASCII: Bool { reduce(0, |) < 0x80 }
}
