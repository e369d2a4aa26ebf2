import Domain
import JSON
import Protocols

typealias Call = RunCall

/// The protocol a client speaks: how its requests are read, and how answers are written for it.
enum ClientFormat: Sendable {
    /// OpenAI's chat completions: the provider's own bytes go through.
    case chat
    /// `POST /v1/run`.
    case native

    /// Of its route.
    var name: String {
        switch self {
        case .chat: "chat"
        case .native: "native"
        }
    }

    func decode(_ body: [UInt8]) throws(GatewayError) -> Call {
        let document: JSONDocument
        do throws(JSONFault) {
            document = try JSONDocument(body)
        } catch {
            let place = error.offset.map { " (byte \($0))" } ?? ""
            throw GatewayError(.invalidRequest, "The request body is not valid JSON: \(error.reason.rawValue)\(place).")
        }
        do throws(RequestFault) {
            switch self {
            case .chat: return try ChatRequest(document).call
            case .native: return try NativeRunRequest(document).call
            }
        } catch {
            throw GatewayError(.invalidRequest, error.message, param: error.param)
        }
    }

    /// An event of the provider's stream as this client gets it; nothing where it gets none.
    func encode(_ event: ServerSentEvent, _ read: ChatStreamEvent) -> [UInt8] {
        switch self {
        case .chat:
            // SDKs join what deltas say, so a role said again on every chunk (Ollama) would become one long role.
            guard read.repeatsRole, let data = read.dataWithoutRepeatedRoles else { return event.raw }
            return ServerSentEvent.frame(json: data)
        case .native:
            var bytes: [UInt8] = []
            if let text = read.textDelta, !text.isEmpty { bytes += NativeRun.delta(text: text) }
            for call in read.toolCallDeltas { bytes += NativeRun.delta(toolCall: call) }
            return bytes
        }
    }

    func errorEvent(_ error: ErrorBody) -> [UInt8] {
        switch self {
        case .chat: error.encodeEvent()
        case .native: NativeRun.error(error.encode())
        }
    }
}
