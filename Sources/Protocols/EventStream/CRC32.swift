/// CRC-32 as gzip and AWS event streams have it (RFC 1952, section 8), eight bytes at a time ("slicing by eight").
package enum CRC32 {
    /// - Parameter earlier: of the bytes before these, where they are not the first.
    package static func checksum(_ bytes: UnsafeRawBufferPointer, after earlier: UInt32 = 0) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var crc = ~earlier
            var offset = 0
            while offset + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                let low = UInt32(truncatingIfNeeded: word) ^ crc
                let high = UInt32(truncatingIfNeeded: word >> 32)
                crc = look(tables, low, 4) ^ look(tables, high, 0)
                offset += 8
            }
            while offset < bytes.count {
                crc = tables[Int((crc ^ UInt32(bytes[offset])) & 255)] ^ crc >> 8
                offset += 1
            }
            return ~crc
        }
    }

    package static func checksum(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { checksum($0) } }

    /// What four bytes come to, the last of which stands `distance` bytes before the end of the eight.
    @inline(__always)
    private static func look(_ tables: UnsafeBufferPointer<UInt32>, _ word: UInt32, _ distance: Int) -> UInt32 {
        let first = tables[(distance + 3) << 8 | Int(word & 255)]
        let second = tables[(distance + 2) << 8 | Int(word >> 8 & 255)]
        let third = tables[(distance + 1) << 8 | Int(word >> 16 & 255)]
        let fourth = tables[distance << 8 | Int(word >> 24)]
        return first ^ second ^ third ^ fourth
    }

    /// Eight tables of 256: what a byte comes to that is followed by none, one … seven more.
    private static let tables: [UInt32] = {
        let polynomial: UInt32 = 0xEDB8_8320
        var tables = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? polynomial ^ crc >> 1 : crc >> 1 }
        }
        for index in 256..<2048 {
            let before = tables[index - 256]
            tables.append(tables[Int(before & 255)] ^ before >> 8)
        }
        return tables
    }()
}
