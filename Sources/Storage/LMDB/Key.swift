import Domain

/// The bytes of a key, made of parts so that keys sort by their parts: text ends in NUL (no part holds one),
/// numbers are big-endian.
package struct Key: Hashable, Sendable {
    package private(set) var bytes: [UInt8]

    /// All bytes at once: as an array they would go into the hasher one by one.
    package func hash(into hasher: inout Hasher) {
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
    }

    package init() { bytes = [] }
    package init(bytes: [UInt8]) { self.bytes = bytes }

    package init(_ digest: Digest) { bytes = digest.bytes }
    package init(_ id: RunID) { self = Key(reserving: RunID.byteCount).appending(id.high).appending(id.low) }
    package init(_ number: UInt64) { self = Key(reserving: 8).appending(number) }

    /// - Parameter capacity: room for what is to be appended, so that it is made once.
    init(reserving capacity: Int) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    package init(_ parts: String...) {
        bytes = []
        bytes.reserveCapacity(parts.reduce(8) { $0 + $1.utf8.count + 1 })
        for part in parts {
            bytes.append(contentsOf: part.utf8)
            bytes.append(0)
        }
    }

    // Consuming, so that a chain of these grows one array and copies none.

    package consuming func appending(_ part: String) -> Key {
        bytes.append(contentsOf: part.utf8)
        bytes.append(0)
        return self
    }

    package consuming func appending(_ number: some FixedWidthInteger & UnsignedInteger) -> Key {
        unsafe withUnsafeBytes(of: number.bigEndian) { unsafe bytes.append(contentsOf: $0) }
        return self
    }

    package consuming func appending(raw part: UnsafeRawBufferPointer) -> Key {
        unsafe bytes.append(contentsOf: part)
        return self
    }

    /// The least key above all that begin with this one; nil where there is none.
    var successor: Key? {
        var bytes = bytes
        while let last = bytes.popLast() {
            if last < 255 { return Key(bytes: bytes + [last + 1]) }
        }
        return nil
    }

    /// Runs `body` on a key made in place: for reads on a run's way, where a `Key`, which allocates, would cost more
    /// than the read it is for.
    /// - Parameter count: bytes of the key, exactly.
    static func withParts<R>(
        count: Int, _ write: (inout PartsWriter) -> Void,
        _ body: (UnsafeRawBufferPointer) throws(StorageError) -> R
    ) throws(StorageError) -> R {
        let result: Result<R, StorageError> = unsafe withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) {
            bytes in
            var writer = unsafe PartsWriter(bytes: bytes)
            write(&writer)
            precondition(writer.count == count, "the parts fill the key")
            do throws(StorageError) { return .success(unsafe try body(UnsafeRawBufferPointer(bytes))) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    /// Writes what `appending` appends.
    ///
    /// `@safe`: lent to the closure that writes, within the allocation's life, and each append checks that it fits.
    @safe struct PartsWriter {
        fileprivate let bytes: UnsafeMutableRawBufferPointer
        fileprivate(set) var count = 0

        /// Room that a part takes.
        static func size(_ part: String) -> Int { part.utf8.count + 1 }

        mutating func append(_ part: String) {
            let size = Self.size(part)
            precondition(unsafe bytes.count - count >= size, "a part beyond the key")
            // A String of ours is contiguous: bridged ones, which might not be, there are none on Linux.
            var part = part
            part.withUTF8 { text in
                unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(from: .init(text))
            }
            unsafe bytes[count + size - 1] = 0
            count += size
        }

        mutating func append<Number: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(_ number: Number) {
            let size = MemoryLayout<Number>.size
            precondition(unsafe bytes.count - count >= size, "a part beyond the key")
            unsafe bytes.storeBytes(of: number.bigEndian, toByteOffset: count, as: Number.self)
            count += size
        }
    }

    package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        var result: Result<R, E>?
        unsafe bytes.withUnsafeBytes { bytes in
            do throws(E) { result = unsafe .success(try body(bytes)) } catch { result = .failure(error) }
        }
        guard let result else { preconditionFailure("withUnsafeBytes runs its body once") }
        return try result.get()
    }
}
