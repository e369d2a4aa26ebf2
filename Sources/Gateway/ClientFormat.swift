import Domain
import JSON
import NIOHTTP1
import Protocols

typealias Call = RunCall

/// The protocol a client speaks: how its requests are read, and how answers are written for it.
enum ClientFormat: Sendable {
    /// OpenAI's chat completions: the provider's own bytes go through.
    case chat
    /// Anthropic's Messages.
    case anthropic
    /// OpenAI's Responses.
    case responses
    /// Google's generateContent.
    case gemini
    /// `POST /v1/run`.
    case native

    /// That of a client, as far as a request tells that may be no run: Anthropic's SDKs always say a version, and Google's
    /// name the header of their key.
    init(of path: String, _ headers: HTTPHeaders) {
        self =
            if path == "/v1/run" {
                .native
            } else if path.hasPrefix("/v1beta/") || GeminiPath(path) != nil {
                .gemini
            } else if headers.contains(name: AnthropicRequest.versionHeader) {
                .anthropic
            } else if headers.contains(name: "x-goog-api-key") {
                .gemini
            } else {
                .chat
            }
    }

    /// Of its route.
    var name: String {
        switch self {
        case .chat: "chat"
        case .anthropic: "anthropic"
        case .responses: "responses"
        case .gemini: "gemini"
        case .native: "native"
        }
    }

    /// The protocol that its requests are in.
    var spoken: WireProtocol {
        switch self {
        case .chat, .native: .chat
        case .anthropic: .anthropic
        case .responses: .responses
        case .gemini: .gemini
        }
    }

    func decode(_ request: GatewayRequest) throws(GatewayError) -> Call {
        var call = try decode(request.body, request)
        if self == .anthropic {
            for name in AnthropicRequest.headers {
                let value = request.headers[name].joined(separator: ",")
                if !value.isEmpty { call.protocolHeaders.append((name, value)) }
            }
        }
        return call
    }

    private func decode(_ body: [UInt8], _ request: GatewayRequest) throws(GatewayError) -> Call {
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
            case .anthropic: return try AnthropicRequest(document).call
            case .responses: return try ResponsesRequest(document).call
            case .gemini:
                guard let path = GeminiPath(request.path) else {
                    throw RequestFault("The path must end in :generateContent or :streamGenerateContent.")
                }
                guard !path.streams || request.query.contains("alt=sse") else {
                    throw RequestFault("A stream is sent as server-sent events: add ?alt=sse.", param: "alt")
                }
                return try GeminiRequest(document, model: path.model, stream: path.streams).call
            case .native: return try NativeRunRequest(document).call
            }
        } catch {
            throw GatewayError(.invalidRequest, error.message, param: error.param)
        }
    }

    /// An error in this client's envelope.
    func encode(_ error: ErrorBody, status: Int, requestID: String) -> [UInt8] {
        switch self {
        case .chat, .native: error.encode()
        case .anthropic: error.encodeAnthropic(status: status, requestID: requestID)
        case .responses: error.encodeResponses()
        case .gemini: error.encodeGemini(status: status)
        }
    }

    /// The event that ends a stream in an error.
    func encodeEvent(_ error: ErrorBody, status: Int, requestID: String) -> [UInt8] {
        switch self {
        case .chat: error.encodeEvent()
        case .native: NativeRun.error(error.encode())
        case .anthropic: error.encodeAnthropicEvent(status: status, requestID: requestID)
        case .responses: error.encodeResponsesEvent()
        case .gemini: error.encodeGeminiEvent(status: status)
        }
    }
}
