import Protocols

extension FuzzTarget {
    /// Any cutting of a stream gives the same messages and the same fault, which are the bytes that came; a limit refuses
    /// the same streams however they are cut. With checksums put right where they can be, or no input passed them.
    static let eventStream = FuzzTarget(name: "event-stream") { input in
        guard let seed = input.first else { return }
        for stream in [Array(input.dropFirst()), withRightChecksums(Array(input.dropFirst()))] {
            for limit in [1 << 20, 48] {
                let whole = Reading([stream[...]], limit: limit)
                let parts = Reading(pieces(of: stream, seed: seed), limit: limit)
                let bytes = Reading(stream.indices.map { stream[$0...$0] }, limit: limit)
                try hold(whole == parts && whole == bytes, "the messages do not depend on how the stream was cut")
                try hold(stream.starts(with: whole.framed), "messages framed again are the bytes they came as")
                try hold(whole.fault != nil || whole.framed == stream, "without a fault no byte is left over")
                try hold(
                    whole.messages.allSatisfy { $0.headerBytes.count <= limit && $0.payload.count <= limit },
                    "no message is beyond the limits")
            }
        }
    }

    /// The stream with both checksums of every message written over what stands in their place, as far as lengths lead.
    private static func withRightChecksums(_ stream: [UInt8]) -> [UInt8] {
        var stream = stream
        var start = 0
        while start + 16 <= stream.count {
            // Lengths that lead nowhere are made to: their upper bytes are cleared.
            for offset in [0, 1, 4, 5] { stream[start + offset] = 0 }
            let total = Int(stream[start + 2]) << 8 | Int(stream[start + 3])
            guard total >= 16, start + total <= stream.count else { break }
            write(CRC32.checksum(Array(stream[start..<start + 8])), to: &stream, at: start + 8)
            let end = start + total
            write(CRC32.checksum(Array(stream[start..<end - 4])), to: &stream, at: end - 4)
            start = end
        }
        return stream
    }

    private static func write(_ checksum: UInt32, to stream: inout [UInt8], at offset: Int) {
        withUnsafeBytes(of: checksum.bigEndian) { stream.replaceSubrange(offset..<offset + 4, with: $0) }
    }
}

/// What a parser finds in a stream that comes in these pieces.
private struct Reading: Equatable {
    var messages: [EventStreamMessage] = []
    var fault: EventStreamFault?
    var framed: [UInt8] { messages.flatMap { EventStreamMessage.frame($0.headers, payload: $0.payload) } }

    init(_ pieces: [ArraySlice<UInt8>], limit: Int) {
        var parser = EventStreamParser(maximumHeadersSize: limit, maximumPayloadSize: limit)
        do throws(EventStreamFault) {
            for piece in pieces {
                parser.append(Array(piece))
                while let message = try parser.next() { messages.append(message) }
            }
            while let message = try parser.finish() { messages.append(message) }
        } catch {
            fault = error
        }
    }

    static func == (left: Self, right: Self) -> Bool {
        left.fault == right.fault && left.messages.count == right.messages.count
            && zip(left.messages, right.messages).allSatisfy {
                $0.kind == $1.kind && $0.headerBytes == $1.headerBytes && $0.payload == $1.payload
                    && $0.eventType == $1.eventType && $0.exceptionType == $1.exceptionType
            }
    }
}
