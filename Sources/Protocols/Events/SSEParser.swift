import JSON

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Finds server-sent events in a byte stream cut anywhere (HTML Living Standard, "Server-sent events").
///
/// Lines end in CRLF, LF or CR. Comments and unknown fields are left out; blocks without data are no events. A CR that
/// ends a chunk waits for the next one, since an LF that belongs to it may follow. Bare JSON, as Gemini sends its
/// errors in the midst of a stream, counts as data.
package struct SSEParser: Sendable {
    /// In bytes, all of an event counted.
    private let maximumEventSize: Int
    private var buffer: [UInt8] = []
    /// Where the event at hand begins.
    private var eventStart = 0
    /// Where the line at hand begins, and up to where it is known to hold no line end.
    private var lineStart = 0
    private var scanned = 0
    private var isAtEnd = false
    private var isFirstLine = true
    private var name: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    /// Whether the event at hand is JSON without a field name before it.
    private var isBare = false

    package init(maximumEventSize: Int = 16 * 1024 * 1024) { self.maximumEventSize = maximumEventSize }

    package mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if eventStart > 0 {
            buffer.removeSubrange(..<eventStart)
            lineStart -= eventStart
            scanned -= eventStart
            eventStart = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole event of what was appended.
    package mutating func next() throws(SSEFault) -> ServerSentEvent? {
        while let (line, following) = nextLine() {
            lineStart = following
            scanned = following
            guard following - eventStart <= maximumEventSize else { throw .tooLarge }
            if !line.isEmpty {
                take(line)
            } else if let event = takeEvent(upTo: following) {
                return event
            }
        }
        guard buffer.count - eventStart <= maximumEventSize else { throw .tooLarge }
        return nil
    }

    /// After the last byte: the events left, of which the last may lack its blank line. Call until it answers nil.
    package mutating func finish() throws(SSEFault) -> ServerSentEvent? {
        isAtEnd = true
        if let event = try next() { return event }
        if lineStart < buffer.count {
            take(lineStart..<buffer.count)
            lineStart = buffer.count
            scanned = buffer.count
        }
        return takeEvent(upTo: buffer.count)
    }

    /// The range of the line at hand and where the next begins; nil while its end is not here.
    private mutating func nextLine() -> (line: Range<Int>, following: Int)? {
        let end = buffer.count
        let feed = offset(of: UInt8(ascii: "\n"), in: scanned..<end)
        if let mark = offset(of: UInt8(ascii: "\r"), in: scanned..<(feed ?? end)) {
            if mark + 1 == end, !isAtEnd {
                scanned = mark
                return nil
            }
            return (lineStart..<mark, feed == mark + 1 ? mark + 2 : mark + 1)
        }
        guard let feed else {
            scanned = end
            return nil
        }
        return (lineStart..<feed, feed + 1)
    }

    private func offset(of byte: UInt8, in range: Range<Int>) -> Int? {
        guard !range.isEmpty else { return nil }
        return buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress,
                let found = memchr(base + range.lowerBound, Int32(byte), range.count)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private mutating func take(_ line: Range<Int>) {
        var line = line
        if isFirstLine {
            isFirstLine = false
            if buffer[line].starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        }
        if let value = value(of: "data", in: line) {
            appendData(value)
        } else if let value = value(of: "event", in: line) {
            name = Array(buffer[value])
        } else if isBare || beginsBareJSON(line) {
            isBare = true
            appendData(line)
        }
    }

    private func beginsBareJSON(_ line: Range<Int>) -> Bool {
        guard !hasData, let first = buffer[line].first else { return false }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }

    private mutating func appendData(_ value: Range<Int>) {
        if hasData {
            data.append(UInt8(ascii: "\n"))
        } else {
            data.reserveCapacity(value.count + JSONDocument.padding)
        }
        data.append(contentsOf: buffer[value])
        hasData = true
    }

    /// What the line says of the field, less one space after the colon.
    private func value(of field: StaticString, in line: Range<Int>) -> Range<Int>? {
        let count = field.utf8CodeUnitCount
        guard line.count >= count else { return nil }
        return buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, memcmp(base + line.lowerBound, field.utf8Start, count) == 0 else {
                return nil
            }
            let rest = line.dropFirst(count)
            if rest.isEmpty { return rest }
            guard bytes[rest.lowerBound] == UInt8(ascii: ":") else { return nil }
            let value = rest.dropFirst()
            return !value.isEmpty && bytes[value.lowerBound] == UInt8(ascii: " ") ? value.dropFirst() : value
        }
    }

    private mutating func takeEvent(upTo end: Int) -> ServerSentEvent? {
        defer {
            eventStart = end
            name = []
            data = []
            hasData = false
            isBare = false
        }
        guard hasData else { return nil }
        return ServerSentEvent(name: name, data: data, raw: Array(buffer[eventStart..<end]))
    }
}
