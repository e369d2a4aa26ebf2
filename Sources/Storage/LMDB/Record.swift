import Domain

/// Writes a record: little-endian integers, texts and bytes preceded by their length, the layout's number first.
package struct RecordWriter {
    /// What is written, and room behind it.
    private var buffer: [UInt8]
    private var count = 0

    package init(layout: UInt8, reserving capacity: Int = 256) {
        buffer = [UInt8](repeating: 0, count: max(capacity, 1))
        put(layout)
    }

    package var bytes: [UInt8] {
        consuming get {
            buffer.removeLast(buffer.count - count)
            return buffer
        }
    }

    /// Where the next `size` bytes go.
    private mutating func take(_ size: Int) -> Int {
        defer { count += size }
        if count + size > buffer.count {
            buffer.append(contentsOf: repeatElement(0, count: max(buffer.count, size)))
        }
        return count
    }

    private mutating func put(bytes: UnsafeRawBufferPointer) {
        let start = take(bytes.count)
        unsafe buffer.withUnsafeMutableBytes { buffer in
            unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[start...]).copyMemory(from: bytes)
        }
    }

    package mutating func put(_ value: some FixedWidthInteger & BitwiseCopyable) {
        let start = take(MemoryLayout.size(ofValue: value))
        // In bounds by `take`.
        unsafe buffer.withUnsafeMutableBytes { buffer in
            unsafe buffer.storeBytes(of: value.littleEndian, toByteOffset: start, as: type(of: value))
        }
    }

    package mutating func put(_ value: Bool) { put(value ? UInt8(1) : 0) }

    /// At most 65,535 bytes of UTF-8; what is longer is cut at a character.
    package mutating func put(_ text: String) {
        var text = text
        text.withUTF8 { utf8 in
            var size = utf8.count
            if size > UInt16.max {
                size = Int(UInt16.max)
                // A continuation byte after the cut means that the cut is within a character.
                while size > 0, unsafe utf8[size] & 0xC0 == 0x80 { size -= 1 }
            }
            put(UInt16(size))
            unsafe put(bytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(utf8)[..<size]))
        }
    }

    package mutating func put(_ value: [UInt8]) {
        put(UInt32(value.count))
        unsafe value.withUnsafeBytes { unsafe put(bytes: $0) }
    }

    package mutating func put(_ digest: Digest) {
        var words = digest.words
        unsafe withUnsafeBytes(of: &words) { unsafe put(bytes: $0) }
    }

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
