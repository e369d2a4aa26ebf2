import Domain

/// Writes a record: little-endian integers, texts and bytes preceded by their length, the layout's number first.
package struct RecordWriter {
    package private(set) var bytes: [UInt8] = []

    package init(layout: UInt8, reserving capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
        bytes.append(layout)
    }

    package mutating func put(_ value: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    package mutating func put(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// At most 65,535 bytes of UTF-8; what is longer is cut at a character.
    package mutating func put(_ text: String) {
        var kept = text.utf8.prefix(Int(UInt16.max))
        // A continuation byte after the cut means that the cut is within a character.
        if kept.endIndex < text.utf8.endIndex {
            while kept.endIndex > kept.startIndex, text.utf8[kept.endIndex] & 0xC0 == 0x80 { kept.removeLast() }
        }
        put(UInt16(kept.count))
        bytes.append(contentsOf: kept)
    }

    package mutating func put(_ value: [UInt8]) {
        put(UInt32(value.count))
        bytes.append(contentsOf: value)
    }

    package mutating func put(_ digest: Digest) { unsafe digest.withBytes { unsafe bytes.append(contentsOf: $0) } }

    package mutating func put(_ id: RunID) {
        put(id.high)
        put(id.low)
    }

    package mutating func put(_ usage: Usage) {
        // Most counters of most runs are zero: which are not, and then those.
        var present: UInt16 = 0
        for counter in Usage.Counter.allCases where usage[counter] != 0 { present |= 1 << UInt16(counter.rawValue) }
        put(present)
        for counter in Usage.Counter.allCases where usage[counter] != 0 { put(usage[counter]) }
    }
}

/// Reads in place what `RecordWriter` wrote. A record too short, or of another layout, is `corrupt`.
package struct RecordReader {
    /// Of the next byte.
    package private(set) var offset = 1

    package init(layout: UInt8, _ bytes: RawSpan) throws(StorageError) {
        guard bytes.byteCount > 0, unsafe bytes.unsafeLoad(fromByteOffset: 0, as: UInt8.self) == layout else {
            throw StorageError(.corrupt, "read record: another layout")
        }
    }

    package func isAtEnd(_ bytes: RawSpan) -> Bool { offset >= bytes.byteCount }

    /// Moves on by `count` bytes and answers where they began.
    private mutating func take(_ count: Int, of bytes: RawSpan) throws(StorageError) -> Int {
        guard count >= 0, bytes.byteCount - offset >= count else {
            throw StorageError(.corrupt, "read record: too short")
        }
        defer { offset += count }
        return offset
    }

    package mutating func skip(_ count: Int, of bytes: RawSpan) throws(StorageError) {
        _ = try take(count, of: bytes)
    }

    package mutating func integer<T: FixedWidthInteger & BitwiseCopyable>(
        _ bytes: RawSpan, as type: T.Type = T.self
    ) throws(StorageError) -> T {
        let start = try take(MemoryLayout<T>.size, of: bytes)
        // In bounds by `take`; any bit pattern is an integer.
        return unsafe T(littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: T.self))
    }

    package mutating func bool(_ bytes: RawSpan) throws(StorageError) -> Bool {
        try integer(bytes, as: UInt8.self) != 0
    }

    package mutating func string(_ bytes: RawSpan) throws(StorageError) -> String {
        let count = Int(try integer(bytes, as: UInt16.self))
        let start = try take(count, of: bytes)
        return unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0[start..<start + count], as: UTF8.self) }
    }

    package mutating func array(_ bytes: RawSpan) throws(StorageError) -> [UInt8] {
        let count = Int(try integer(bytes, as: UInt32.self))
        let start = try take(count, of: bytes)
        return unsafe bytes.withUnsafeBytes { unsafe Array($0[start..<start + count]) }
    }

    package mutating func digest(_ bytes: RawSpan) throws(StorageError) -> Digest {
        let start = try take(Digest.byteCount, of: bytes)
        let digest = unsafe bytes.withUnsafeBytes {
            unsafe Digest(UnsafeRawBufferPointer(rebasing: $0[start..<start + Digest.byteCount]))
        }
        guard let digest else { throw StorageError(.corrupt, "read record: digest") }
        return digest
    }

    package mutating func runID(_ bytes: RawSpan) throws(StorageError) -> RunID {
        RunID(high: try integer(bytes), low: try integer(bytes))
    }

    package mutating func usage(_ bytes: RawSpan) throws(StorageError) -> Usage {
        let present: UInt16 = try integer(bytes)
        var usage = Usage()
        for counter in Usage.Counter.allCases where present & 1 << UInt16(counter.rawValue) != 0 {
            usage[counter] = try integer(bytes)
        }
        return usage
    }
}
