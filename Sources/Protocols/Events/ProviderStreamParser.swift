import JSON

/// Finds the events of a provider's stream, whichever framing it has, in bytes cut anywhere.
package enum ProviderStreamParser: Sendable {
    case serverSent(SSEParser)
    /// What stands for a server-sent event there is named as the message's event type is, and carries its payload. An
    /// exception is named `exception:` and its type, an error outside the service's model `error`; a message that says
    /// of itself none of these has no name.
    case eventStream(EventStreamParser)

    package static let exceptionPrefix = "exception:"
    package static let errorName = "error"

    package mutating func append(_ bytes: [UInt8]) {
        switch self {
        case .serverSent(var parser):
            // Given up while it grows: two owners would copy its buffer.
            self = .idle
            parser.append(bytes)
            self = .serverSent(parser)
        case .eventStream(var parser):
            self = .idle
            parser.append(bytes)
            self = .eventStream(parser)
        }
    }

    /// The next whole event of what was appended.
    package mutating func next() throws(ProviderStreamFault) -> ServerSentEvent? { try take(isAtEnd: false) }

    /// After the last byte: the events left. Call until it answers nil.
    package mutating func finish() throws(ProviderStreamFault) -> ServerSentEvent? { try take(isAtEnd: true) }

    private static var idle: ProviderStreamParser { .serverSent(SSEParser(maximumEventSize: 0)) }

    private mutating func take(isAtEnd: Bool) throws(ProviderStreamFault) -> ServerSentEvent? {
        switch self {
        case .serverSent(var parser):
            self = .idle
            defer { self = .serverSent(parser) }
            do throws(SSEFault) {
                return isAtEnd ? try parser.finish() : try parser.next()
            } catch {
                throw .serverSent(error)
            }
        case .eventStream(var parser):
            self = .idle
            defer { self = .eventStream(parser) }
            do throws(EventStreamFault) {
                let message = isAtEnd ? try parser.finish() : try parser.next()
                return message.map { ServerSentEvent($0) }
            } catch {
                throw .eventStream(error)
            }
        }
    }
}

/// Why a provider's stream cannot be read on.
package enum ProviderStreamFault: Error, Hashable, Sendable {
    case serverSent(SSEFault)
    case eventStream(EventStreamFault)
}

extension ServerSentEvent {
    /// Of a message of an AWS event stream, which no client is sent: `raw` is its payload, for whoever counts bytes.
    init(_ message: EventStreamMessage) {
        var payload = message.payload
        let name: [UInt8]
        switch message.kind {
        case .event: name = Array(message.eventTypeBytes)
        case .exception: name = Array((ProviderStreamParser.exceptionPrefix + message.exceptionType).utf8)
        case .error:
            name = Array(ProviderStreamParser.errorName.utf8)
            payload = Self.error(message)
        case .unknown: name = []
        }
        self.init(name: name, data: payload, raw: payload)
    }

    /// What its headers say, as a JSON object `{"type","message"}`.
    private static func error(_ message: EventStreamMessage) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        if case .string(let code)? = message.header(":error-code") { writer.member("type", code) }
        if case .string(let text)? = message.header(":error-message") { writer.member("message", text) }
        writer.endObject()
        return writer.bytes
    }
}

extension ProviderDialect {
    /// - Parameter maximumEventSize: in bytes.
    package func streamParser(maximumEventSize: Int) -> ProviderStreamParser {
        switch wire {
        case .bedrock: .eventStream(EventStreamParser(maximumPayloadSize: maximumEventSize))
        case .chat, .responses, .anthropic, .gemini, .cohere, .embeddings:
            .serverSent(SSEParser(maximumEventSize: maximumEventSize))
        }
    }
}
