import Domain

/// A header of an AWS event stream's message.
package struct EventStreamHeader: Hashable, Sendable {
    /// One to 255 bytes of UTF-8.
    package var name: String
    package var value: Value

    package init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }

    /// The ten types on the wire: a boolean's two values are a type each.
    package enum Value: Hashable, Sendable {
        case bool(Bool)
        case int8(Int8)
        case int16(Int16)
        case int32(Int32)
        case int64(Int64)
        /// At most 65,535.
        case bytes([UInt8])
        /// At most 65,535 bytes of UTF-8.
        case string(String)
        case timestamp(Timestamp)
        case uuid(high: UInt64, low: UInt64)
    }
}

/// The types' numbers on the wire.
enum EventStreamHeaderType: UInt8 {
    case yes = 0
    case no = 1
    case int8 = 2
    case int16 = 3
    case int32 = 4
    case int64 = 5
    case bytes = 6
    case string = 7
    case timestamp = 8
    case uuid = 9

    /// In bytes; nil where the value begins with its length, as two bytes.
    var size: Int? {
        switch self {
        case .yes, .no: 0
        case .int8: 1
        case .int16: 2
        case .int32: 4
        case .int64, .timestamp: 8
        case .uuid: 16
        case .bytes, .string: nil
        }
    }
}

/// Where a header's parts stand among the bytes of all headers.
struct EventStreamHeaderPlace {
    var name: Range<Int>
    var type: EventStreamHeaderType
    /// Of a text or bytes, without its length.
    var value: Range<Int>

    func header(in bytes: [UInt8]) -> EventStreamHeader {
        EventStreamHeader(String(decoding: bytes[name], as: UTF8.self), decoded(in: bytes))
    }

    private func decoded(in bytes: [UInt8]) -> EventStreamHeader.Value {
        switch type {
        case .yes: .bool(true)
        case .no: .bool(false)
        case .int8: .int8(Int8(truncatingIfNeeded: integer(bytes[value])))
        case .int16: .int16(Int16(truncatingIfNeeded: integer(bytes[value])))
        case .int32: .int32(Int32(truncatingIfNeeded: integer(bytes[value])))
        case .int64: .int64(Int64(bitPattern: integer(bytes[value])))
        case .bytes: .bytes(Array(bytes[value]))
        case .string: .string(String(decoding: bytes[value], as: UTF8.self))
        case .timestamp: .timestamp(Timestamp(milliseconds: Int64(bitPattern: integer(bytes[value]))))
        case .uuid: .uuid(high: integer(bytes[value].prefix(8)), low: integer(bytes[value].suffix(8)))
        }
    }

    private func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}

/// Goes through the bytes of a message's headers, one header after the other.
struct EventStreamHeaderWalk {
    private var offset = 0

    mutating func next(in bytes: [UInt8]) throws(EventStreamFault) -> EventStreamHeaderPlace? {
        guard offset < bytes.count else { return nil }
        let name = try take(Int(bytes[offset]), after: 1, of: bytes)
        guard !name.isEmpty, offset < bytes.count, let type = EventStreamHeaderType(rawValue: bytes[offset]) else {
            throw .malformedHeaders
        }
        if let size = type.size {
            return EventStreamHeaderPlace(name: name, type: type, value: try take(size, after: 1, of: bytes))
        }
        guard offset + 3 <= bytes.count else { throw .malformedHeaders }
        let size = Int(bytes[offset + 1]) << 8 | Int(bytes[offset + 2])
        return EventStreamHeaderPlace(name: name, type: type, value: try take(size, after: 3, of: bytes))
    }

    private mutating func take(_ size: Int, after skipped: Int, of bytes: [UInt8]) throws(EventStreamFault) -> Range<
        Int
    > {
        let start = offset + skipped
        guard start + size <= bytes.count else { throw .malformedHeaders }
        offset = start + size
        return start..<offset
    }
}
