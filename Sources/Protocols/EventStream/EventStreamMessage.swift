/// One message of an AWS event stream, both of its checksums right.
package struct EventStreamMessage: Sendable {
    /// What `:message-type` says.
    package enum Kind: Hashable, Sendable {
        /// `eventType` says which.
        case event
        /// An error the service's model has; `exceptionType` says which.
        case exception
        /// An error it has not: the headers `:error-code` and `:error-message` say which.
        case error
        /// Another type, or none said.
        case unknown
    }

    package let kind: Kind
    /// All headers as they stand on the wire.
    package let headerBytes: [UInt8]
    /// With room behind for a JSON check in place.
    package let payload: [UInt8]
    private var eventTypeRange = 0..<0
    private var exceptionTypeRange = 0..<0
    private var contentTypeRange = 0..<0

    /// - Parameter headerBytes: not yet looked at.
    init(headerBytes: [UInt8], payload: [UInt8]) throws(EventStreamFault) {
        self.headerBytes = headerBytes
        self.payload = payload
        var kind = Kind.unknown
        var walk = EventStreamHeaderWalk()
        var names = EventStreamNames()
        while let header = try walk.next(in: headerBytes) {
            guard Self.isUTF8(headerBytes[header.name]) else { throw .malformedHeaders }
            if header.type == .string, !Self.isUTF8(headerBytes[header.value]) { throw .malformedHeaders }
            try names.add(header.name, of: headerBytes)
            let name = header.name
            if Self.says(":event-type", headerBytes, name) {
                eventTypeRange = try Self.text(header)
            } else if Self.says(":message-type", headerBytes, name) {
                kind = Self.kind(headerBytes, try Self.text(header))
            } else if Self.says(":content-type", headerBytes, name) {
                contentTypeRange = try Self.text(header)
            } else if Self.says(":exception-type", headerBytes, name) {
                exceptionTypeRange = try Self.text(header)
            }
        }
        self.kind = kind
    }

    /// Whether this is an event of that type.
    package func isEvent(_ type: StaticString) -> Bool {
        kind == .event && Self.says(type, headerBytes, eventTypeRange)
    }

    /// Whether this is an exception of that type.
    package func isException(_ type: StaticString) -> Bool {
        kind == .exception && Self.says(type, headerBytes, exceptionTypeRange)
    }

    package func hasContentType(_ type: StaticString) -> Bool { Self.says(type, headerBytes, contentTypeRange) }

    /// Empty where it is not said, as are those that follow.
    package var eventType: String { String(decoding: headerBytes[eventTypeRange], as: UTF8.self) }
    /// UTF-8.
    var eventTypeBytes: ArraySlice<UInt8> { headerBytes[eventTypeRange] }
    package var exceptionType: String { String(decoding: headerBytes[exceptionTypeRange], as: UTF8.self) }
    package var contentType: String { String(decoding: headerBytes[contentTypeRange], as: UTF8.self) }

    /// In their order. Not for the hot path.
    package var headers: [EventStreamHeader] {
        var headers: [EventStreamHeader] = []
        var walk = EventStreamHeaderWalk()
        // They were walked before, without a fault.
        while let place = try? walk.next(in: headerBytes) { headers.append(place.header(in: headerBytes)) }
        return headers
    }

    package func header(_ name: StaticString) -> EventStreamHeader.Value? {
        var walk = EventStreamHeaderWalk()
        while let place = try? walk.next(in: headerBytes) {
            if Self.says(name, headerBytes, place.name) { return place.header(in: headerBytes).value }
        }
        return nil
    }

    private static func kind(_ bytes: [UInt8], _ range: Range<Int>) -> Kind {
        if says("event", bytes, range) { return .event }
        if says("exception", bytes, range) { return .exception }
        return says("error", bytes, range) ? .error : .unknown
    }

    private static func text(_ header: EventStreamHeaderPlace) throws(EventStreamFault) -> Range<Int> {
        guard header.type == .string else { throw .malformedHeaders }
        return header.value
    }

    private static func says(_ text: StaticString, _ bytes: [UInt8], _ range: Range<Int>) -> Bool {
        guard text.utf8CodeUnitCount == range.count else { return false }
        return text.withUTF8Buffer { bytes[range].elementsEqual($0) }
    }

    private static func isUTF8(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { $0 < 0x80 } || String(validating: bytes, as: UTF8.self) != nil
    }
}

/// The names of a message's headers so far, of which none may come again: looked for among the bytes while they are few.
private struct EventStreamNames {
    private static let few = 16
    private var count = 0
    private var many: Set<ArraySlice<UInt8>> = []

    mutating func add(_ name: Range<Int>, of bytes: [UInt8]) throws(EventStreamFault) {
        count += 1
        guard count > Self.few else {
            guard !Self.names(before: name, of: bytes, { bytes[$0] == bytes[name] }) else { throw .malformedHeaders }
            return
        }
        if many.isEmpty {
            _ = Self.names(before: name, of: bytes) {
                many.insert(bytes[$0])
                return false
            }
        }
        guard many.insert(bytes[name]).inserted else { throw .malformedHeaders }
    }

    /// Whether one of the names that stand before this one is as wanted.
    private static func names(before name: Range<Int>, of bytes: [UInt8], _ isWanted: (Range<Int>) -> Bool) -> Bool {
        var walk = EventStreamHeaderWalk()
        while let earlier = try? walk.next(in: bytes), earlier.name != name {
            if isWanted(earlier.name) { return true }
        }
        return false
    }
}
