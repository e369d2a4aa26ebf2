import Domain

/// The bytes of a key, made of parts so that keys sort by their parts: text ends in NUL (no part holds one),
/// numbers are big-endian.
package struct Key: Hashable, Sendable {
    package private(set) var bytes: [UInt8]

    package init() { bytes = [] }
    package init(bytes: [UInt8]) { self.bytes = bytes }

    package init(_ digest: Digest) { bytes = digest.bytes }
    package init(_ id: RunID) { bytes = id.bytes }
    package init(_ number: UInt64) { self = Key().appending(number) }

    package init(_ parts: String...) {
        bytes = []
        for part in parts {
            bytes.append(contentsOf: part.utf8)
            bytes.append(0)
        }
    }

    package func appending(_ part: String) -> Key {
        var key = self
        key.bytes.append(contentsOf: part.utf8)
        key.bytes.append(0)
        return key
    }

    package func appending(_ number: some FixedWidthInteger & UnsignedInteger) -> Key {
        var key = self
        unsafe withUnsafeBytes(of: number.bigEndian) { unsafe key.bytes.append(contentsOf: $0) }
        return key
    }

    /// The least key above all that begin with this one; nil where there is none.
    var successor: Key? {
        var bytes = bytes
        while let last = bytes.popLast() {
            if last < 255 { return Key(bytes: bytes + [last + 1]) }
        }
        return nil
    }

    func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        var result: Result<R, E>?
        unsafe bytes.withUnsafeBytes { bytes in
            do throws(E) { result = unsafe .success(try body(bytes)) } catch { result = .failure(error) }
        }
        guard let result else { preconditionFailure("withUnsafeBytes runs its body once") }
        return try result.get()
    }
}
