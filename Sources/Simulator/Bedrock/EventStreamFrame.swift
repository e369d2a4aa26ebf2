/// One message of AWS's event stream: lengths, headers, payload, and a checksum over each of the two parts.
struct EventStreamFrame {
    /// All of them text.
    var headers: [(name: String, value: String)]
    var payload: [UInt8]

    var bytes: [UInt8] {
        var heads: [UInt8] = []
        for (name, value) in headers {
            heads.append(UInt8(name.utf8.count))
            heads += name.utf8
            heads.append(Self.textType)
            heads += Self.bigEndian(UInt16(value.utf8.count))
            heads += value.utf8
        }
        let total = 12 + heads.count + payload.count + 4
        var bytes = Self.bigEndian(UInt32(total))
        bytes += Self.bigEndian(UInt32(heads.count))
        bytes += Self.bigEndian(Self.checksum(bytes))
        bytes += heads
        bytes += payload
        bytes += Self.bigEndian(Self.checksum(bytes))
        return bytes
    }

    private static let textType: UInt8 = 7

    private static func bigEndian(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.bigEndian) { Array($0) }
    }

    /// CRC-32 as of zip and Ethernet: reflected, polynomial 0x04C11DB7.
    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var value = ~UInt32(0)
        for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ (value >> 8) }
        return ~value
    }

    private static let table: [UInt32] = (0..<256).map { (index: UInt32) -> UInt32 in
        var value = index
        for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
        return value
    }
}
