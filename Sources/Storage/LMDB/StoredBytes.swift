import Domain

/// What is a key or a value of a table by the bytes that it lends.
package protocol StoredBytes: ~Copyable {
    func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R
}

extension Key: StoredBytes {}
extension RecordWriter: StoredBytes {}

extension [UInt8]: StoredBytes {
    package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe Key(bytes: self).withBytes(body)
    }
}

/// One or two numbers, big-endian, so that they sort by them. Made in place, where a `Key` allocates.
package struct NumberBytes: StoredBytes {
    private var words: (UInt64, UInt64)
    private let count: Int

    package init(_ number: UInt64) {
        words = (number.bigEndian, 0)
        count = 8
    }

    package init(_ first: UInt64, _ second: UInt64) {
        words = (first.bigEndian, second.bigEndian)
        count = 16
    }

    /// What `Key` makes of it, too.
    package init(_ id: RunID) { self.init(id.high, id.low) }

    package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe withUnsafeBytes(of: words) { words throws(E) in
            try unsafe body(UnsafeRawBufferPointer(rebasing: words[..<count]))
        }
    }
}
