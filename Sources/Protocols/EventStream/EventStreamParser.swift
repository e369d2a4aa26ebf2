import JSON

/// Finds the messages of an AWS event stream (`application/vnd.amazon.eventstream`) in bytes cut anywhere.
///
/// A message is 4 bytes total length, 4 bytes length of its headers, 4 bytes CRC-32 of these eight, the headers, the
/// payload, 4 bytes CRC-32 of all before; integers are big-endian (the AWS SDKs' "Amazon Event Stream Specification").
/// Lengths are believed once their checksum is right. After a fault, `next` throws it again.
package struct EventStreamParser: Sendable {
    /// The format's own limits, in bytes.
    package static let maximumHeadersSize = 128 * 1024
    package static let maximumPayloadSize = 24 * 1024 * 1024

    private static let preludeSize = 12
    /// Prelude and last checksum.
    static let overhead = 16

    private let headersLimit: Int
    private let payloadLimit: Int
    private var buffer: [UInt8] = []
    /// Where the message at hand begins.
    private var start = 0
    /// Of the message at hand, once its prelude is here and right.
    private var sizes: (total: Int, headers: Int)?

    /// - Parameters:
    ///   - maximumHeadersSize: in bytes; the format's own limit holds beyond it.
    ///   - maximumPayloadSize: in bytes; the format's own limit holds beyond it.
    package init(
        maximumHeadersSize: Int = Self.maximumHeadersSize, maximumPayloadSize: Int = Self.maximumPayloadSize
    ) {
        headersLimit = min(maximumHeadersSize, Self.maximumHeadersSize)
        payloadLimit = min(maximumPayloadSize, Self.maximumPayloadSize)
    }

    package mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if start > 0 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole message of what was appended.
    package mutating func next() throws(EventStreamFault) -> EventStreamMessage? {
        guard let (total, headers) = try readSizes(), buffer.count - start >= total else { return nil }
        let end = start + total
        // The first checksum is that of the bytes before it, so the last one goes on from there.
        guard checksum(start + 8..<end - 4, after: integer(at: start + 8)) == integer(at: end - 4) else {
            throw .wrongChecksum
        }
        let headersEnd = start + Self.preludeSize + headers
        var payload: [UInt8] = []
        payload.reserveCapacity(end - 4 - headersEnd + JSONDocument.padding)
        payload.append(contentsOf: buffer[headersEnd..<end - 4])
        let message = try EventStreamMessage(
            headerBytes: Array(buffer[start + Self.preludeSize..<headersEnd]), payload: payload)
        start = end
        sizes = nil
        return message
    }

    /// After the last byte: the messages left. Call until it answers nil. Throws `incomplete` where the stream ends
    /// within a message.
    package mutating func finish() throws(EventStreamFault) -> EventStreamMessage? {
        if let message = try next() { return message }
        guard start == buffer.count else { throw .incomplete }
        return nil
    }

    /// Nil while the prelude is not here.
    private mutating func readSizes() throws(EventStreamFault) -> (total: Int, headers: Int)? {
        if let sizes { return sizes }
        guard buffer.count - start >= Self.preludeSize else { return nil }
        guard checksum(start..<start + 8) == integer(at: start + 8) else { throw .wrongPreludeChecksum }
        let total = Int(integer(at: start))
        let headers = Int(integer(at: start + 4))
        guard headers <= headersLimit else { throw .headersTooLarge }
        guard total >= headers + Self.overhead else { throw .wrongLength }
        guard total - headers - Self.overhead <= payloadLimit else { throw .payloadTooLarge }
        sizes = (total, headers)
        return sizes
    }

    private func integer(at offset: Int) -> UInt32 {
        buffer.withUnsafeBytes { UInt32(bigEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self)) }
    }

    private func checksum(_ range: Range<Int>, after earlier: UInt32 = 0) -> UInt32 {
        buffer.withUnsafeBytes { CRC32.checksum(UnsafeRawBufferPointer(rebasing: $0[range]), after: earlier) }
    }
}
