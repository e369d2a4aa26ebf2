import Domain

/// Writes a record: little-endian integers, texts and bytes preceded by their length, the layout's number first.
///
/// `@safe`: the room is allocated by `init`, moved by `makeRoom` and freed by `deinit`; all writes go to what `take` answers.
@safe package struct RecordWriter: ~Copyable {
    private var room: UnsafeMutableRawPointer
    private var capacity: Int
    private var count = 0

    package init(layout: UInt8, reserving capacity: Int = 256) {
        self.init(partReserving: capacity)
        put(layout)
    }

    /// For a part of a record, which has no layout of its own.
    package init(partReserving capacity: Int) {
        self.capacity = max(capacity, 1)
        unsafe room = .allocate(byteCount: self.capacity, alignment: 1)
    }

    deinit { unsafe room.deallocate() }

    /// What is written so far, lent.
    package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        unsafe try body(UnsafeRawBufferPointer(start: room, count: count))
    }

    package var bytes: [UInt8] { unsafe withBytes { unsafe Array($0) } }

    /// Where the next `size` bytes go: there is room for them.
    private mutating func take(_ size: Int) -> UnsafeMutableRawPointer {
        if size > capacity - count { makeRoom(size) }
        defer { count += size }
        return unsafe room + count
    }

    private mutating func makeRoom(_ size: Int) {
        capacity = max(2 * capacity, count + size)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 1)
        unsafe larger.copyMemory(from: room, byteCount: count)
        unsafe room.deallocate()
        unsafe room = larger
    }

    /// As they are, without their length.
    package mutating func put(raw bytes: UnsafeRawBufferPointer) {
        // Nothing has no address.
        guard let start = bytes.baseAddress else { return }
        unsafe take(bytes.count).copyMemory(from: start, byteCount: bytes.count)
    }

    package mutating func put(raw bytes: RawSpan) { unsafe bytes.withUnsafeBytes { unsafe put(raw: $0) } }

    package mutating func put(_ value: some FixedWidthInteger & BitwiseCopyable) {
        unsafe take(MemoryLayout.size(ofValue: value)).storeBytes(of: value.littleEndian, as: type(of: value))
    }

    package mutating func put(_ value: Bool) { put(value ? UInt8(1) : 0) }

    /// At most 65,535 bytes of UTF-8; what is longer is cut at a character.
    package mutating func put(_ text: String) {
        unsafe text.utf8Span.span.bytes.withUnsafeBytes { utf8 in
            var size = utf8.count
            if size > UInt16.max {
                size = Int(UInt16.max)
                // A continuation byte after the cut means that the cut is within a character.
                while size > 0, unsafe utf8[size] & 0xC0 == 0x80 { size -= 1 }
            }
            put(UInt16(size))
            unsafe put(raw: UnsafeRawBufferPointer(rebasing: utf8[..<size]))
        }
    }

    package mutating func put(_ value: [UInt8]) {
        put(UInt32(value.count))
        unsafe value.withUnsafeBytes { unsafe put(raw: $0) }
    }

    package mutating func put(_ digest: Digest) {
        var words = digest.words
        unsafe withUnsafeBytes(of: &words) { unsafe put(raw: $0) }
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

    package mutating func skipString(_ bytes: RawSpan) throws(StorageError) {
        try skip(Int(try integer(bytes, as: UInt16.self)), of: bytes)
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
