extension EventStreamMessage {
    /// The bytes of a message: for tests and goldens, since we only read such streams.
    ///
    /// - Parameter headers: names and values no longer than what `EventStreamHeader` says they can be.
    package static func frame(_ headers: [EventStreamHeader], payload: some Collection<UInt8>) -> [UInt8] {
        var block: [UInt8] = []
        for header in headers { header.append(to: &block) }
        var frame: [UInt8] = []
        appendBigEndian(UInt32(block.count + payload.count + EventStreamParser.overhead), to: &frame)
        appendBigEndian(UInt32(block.count), to: &frame)
        appendBigEndian(CRC32.checksum(frame), to: &frame)
        frame += block
        frame += payload
        appendBigEndian(CRC32.checksum(frame), to: &frame)
        return frame
    }

    /// An event as Bedrock sends it.
    package static func frame(event type: String, json: some Collection<UInt8>) -> [UInt8] {
        let headers = [(":event-type", type), (":content-type", "application/json"), (":message-type", "event")]
        return frame(headers.map { EventStreamHeader($0.0, .string($0.1)) }, payload: json)
    }
}

extension EventStreamHeader {
    fileprivate func append(to block: inout [UInt8]) {
        let name = Array(name.utf8)
        block.append(UInt8(name.count))
        block += name
        switch value {
        case .bool(let value): block.append((value ? EventStreamHeaderType.yes : .no).rawValue)
        case .int8(let value): Self.append(.int8, value, to: &block)
        case .int16(let value): Self.append(.int16, value, to: &block)
        case .int32(let value): Self.append(.int32, value, to: &block)
        case .int64(let value): Self.append(.int64, value, to: &block)
        case .bytes(let value): Self.append(.bytes, value, to: &block)
        case .string(let value): Self.append(.string, Array(value.utf8), to: &block)
        case .timestamp(let value): Self.append(.timestamp, value.milliseconds, to: &block)
        case .uuid(let high, let low):
            Self.append(.uuid, high, to: &block)
            appendBigEndian(low, to: &block)
        }
    }

    private static func append(_ type: EventStreamHeaderType, _ value: some FixedWidthInteger, to block: inout [UInt8])
    {
        block.append(type.rawValue)
        appendBigEndian(value, to: &block)
    }

    private static func append(_ type: EventStreamHeaderType, _ value: [UInt8], to block: inout [UInt8]) {
        append(type, UInt16(value.count), to: &block)
        block += value
    }
}

private func appendBigEndian(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
}
