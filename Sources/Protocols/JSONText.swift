import JSON

/// A text as it stands in somebody's JSON, or bytes of our own: goes from one JSON into another without being decoded
/// in between.
package enum JSONText: Sendable {
    /// A string of a checked document.
    case json(JSONValue)
    /// UTF-8, not escaped.
    case utf8([UInt8])

    /// Nil for what is not a string.
    package init?(_ value: JSONValue?) {
        guard let value, value.kind == .string else { return nil }
        self = .json(value)
    }

    package init(_ text: String) { self = .utf8(Array(text.utf8)) }

    package var utf8: [UInt8] {
        switch self {
        case .json(let value): value.decodedBytes ?? []
        case .utf8(let bytes): bytes
        }
    }

    package var string: String { String(decoding: utf8, as: UTF8.self) }

    /// Of the text as UTF-8, escapes decoded.
    package var byteCount: Int {
        switch self {
        case .json(let value): value.decodedByteCount
        case .utf8(let bytes): bytes.count
        }
    }

    package var isEmpty: Bool {
        switch self {
        // Between its quotes there is nothing.
        case .json(let value): value.range.count <= 2
        case .utf8(let bytes): bytes.isEmpty
        }
    }
}

extension JSONText: Equatable {
    package static func == (left: Self, right: Self) -> Bool { left.utf8 == right.utf8 }
}

extension JSONWriter {
    package mutating func text(_ text: JSONText) {
        switch text {
        case .json(let value): self.value(value)
        case .utf8(let bytes): string(utf8: bytes)
        }
    }

    mutating func member(_ name: String, _ text: JSONText) {
        key(name)
        self.text(text)
    }

    mutating func member(_ name: String, _ text: String) {
        key(name)
        string(text)
    }
}
