/// A string of a template: UTF-8, compared and ordered by its code points as Python does, never by what looks the same.
struct Text: Hashable, Sendable, ExpressibleByStringLiteral {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }
    init(_ string: String) { bytes = Array(string.utf8) }
    init(stringLiteral value: String) { bytes = Array(value.utf8) }

    var string: String { String(decoding: bytes, as: UTF8.self) }
}
