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
    /// OpenAI's embeddings.
    case embeddings
    /// `POST /v1/run`.
    case native
    /// WorkflowAI's run route.
    case workflowAI

    /// That of a client, as far as a request tells that may be no run: Anthropic's SDKs always say a version, and Google's
    /// name the header of their key.
    init(of path: String, _ headers: HTTPHeaders) {
        self =
            if path == "/v1/run" {
                .native
            } else if WorkflowAIPath(path) != nil {
                .workflowAI
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
        case .embeddings: "embeddings"
        case .native: "native"
        case .workflowAI: "workflowai"
        }
    }

    /// The protocol that its requests are in.
    var spoken: WireProtocol {
        switch self {
        case .chat, .native, .workflowAI: .chat
        case .embeddings: .embeddings
        case .anthropic: .anthropic
        case .responses: .responses
        case .gemini: .gemini
        }
    }

    /// Whether the end of a stream says once more all that was said.
    var repeatsAnswer: Bool {
        switch self {
        case .native, .workflowAI: true
        case .chat, .anthropic, .responses, .gemini, .embeddings: false
        }
    }

    /// JSON Pointer to the template's input in a request.
    var inputPointer: String {
        switch self {
        case .workflowAI: "/task_input"
        case .chat, .anthropic, .responses, .gemini, .embeddings, .native: "/input"
        }
    }

    /// What makes a request one run however often it is sent: the header, or, where WorkflowAI's clients say one, the id
    /// that they give the run.
    func idempotencyKey(_ request: GatewayRequest) -> String? {
        if let key = request.headers.first(name: "idempotency-key") { return key }
        return self == .workflowAI ? WorkflowAIRequest.id(in: request.body) : nil
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
            case .embeddings: return try EmbeddingsRequest(document).call
            case .native: return try NativeRunRequest(document).call
            case .workflowAI:
                guard let path = WorkflowAIPath(request.path) else { throw RequestFault("The path is incomplete.") }
                return try WorkflowAIRequest(document, tenant: path.tenant, agent: path.agent, schema: path.schema).call
            }
        } catch {
            throw GatewayError(.invalidRequest, error.message, param: error.param)
        }
    }

    /// An error in this client's envelope.
    func encode(_ error: ErrorBody, status: Int, requestID: String) -> [UInt8] {
        switch self {
        case .chat, .embeddings, .native: error.encode()
        case .workflowAI: error.encodeWorkflowAI(status: status, id: requestID)
        case .anthropic: error.encodeAnthropic(status: status, requestID: requestID)
        case .responses: error.encodeResponses()
        case .gemini: error.encodeGemini(status: status)
        }
    }

    /// The event that ends a stream in an error.
    func encodeEvent(_ error: ErrorBody, status: Int, requestID: String) -> [UInt8] {
        switch self {
        case .chat, .embeddings: error.encodeEvent()
        case .workflowAI: error.encodeWorkflowAIEvent(status: status)
        case .native: NativeRun.error(error.encode())
        case .anthropic: error.encodeAnthropicEvent(status: status, requestID: requestID)
        case .responses: error.encodeResponsesEvent()
        case .gemini: error.encodeGeminiEvent(status: status)
        }
    }
}
