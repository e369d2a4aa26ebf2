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

    /// The protocol that its requests are in.
    var spoken: WireProtocol {
        switch self {
        case .chat, .native: .chat
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

    func errorEvent(_ error: ErrorBody) -> [UInt8] {
        switch self {
        case .chat: error.encodeEvent()
        case .native: NativeRun.error(error.encode())
        }
    }
}
