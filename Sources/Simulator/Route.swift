import NIOHTTP1

/// Where a request goes, by its method and path.
enum Route {
    case control
    case answer(any SimulatedProtocol, model: String?, isStream: Bool)
    case models(JSONLiteral)
    case unknown

    init(method: String, path: Substring, headers: HTTPHeaders) {
        switch method {
        case _ where path.hasPrefix("/_simulator/"): self = .control
        case "POST": self = Self.posted(path)
        case "GET" where path.hasSuffix("/models"): self = .models(Models.list(path, headers))
        case _: self = .unknown
        }
    }

    private static func posted(_ path: Substring) -> Route {
        let fixed: [(suffix: String, spoken: any SimulatedProtocol)] = [
            ("/chat/completions", OpenAIChat(variant: variant(path))), ("/responses", OpenAIResponses()),
            ("/embeddings", OpenAIEmbeddings()),
            ("/v2/chat", CohereChat()), ("/messages", AnthropicMessages()),
            ("/token", OAuthToken()), ("/messages/count_tokens", AnthropicMessages(onlyCounts: true)),
        ]
        if let found = fixed.first(where: { path.hasSuffix($0.suffix) }) {
            return .answer(found.spoken, model: nil, isStream: false)
        }
        return google(path) ?? bedrock(path) ?? .unknown
    }

    /// By the first part of the path.
    private static func variant(_ path: Substring) -> ChatVariant {
        switch path.split(separator: "/").first {
        case "mistral": .mistral
        case "groq": .groq
        case "xai": .xai
        case _: .openAI
        }
    }

    /// `…/models/MODEL:METHOD`, under a project on Vertex.
    private static func google(_ path: Substring) -> Route? {
        let parts = path.split(separator: "/")
        guard parts.count >= 2, parts[parts.count - 2] == "models", let last = parts.last,
            let colon = last.lastIndex(of: ":"), let model = PercentEncoding.decoded(last[..<colon])
        else { return nil }
        let host = parts.contains("publishers") ? GeminiHost.vertex : .studio
        let method = last[last.index(after: colon)...]
        let spoken: any SimulatedProtocol
        switch method {
        case "generateContent", "streamGenerateContent": spoken = GeminiContent(host: host)
        case "countTokens": spoken = GeminiContent(host: host, onlyCounts: true)
        case "embedContent": spoken = GeminiEmbeddings(isBatch: false)
        case "batchEmbedContents": spoken = GeminiEmbeddings(isBatch: true)
        case "rawPredict", "streamRawPredict":
            spoken = AnthropicMessages(host: .vertex, onlyCounts: model == "count-tokens")
        case _: return nil
        }
        return .answer(spoken, model: model, isStream: method.hasPrefix("stream"))
    }

    /// `…/model/MODEL/converse`; names have their percent encoding.
    private static func bedrock(_ path: Substring) -> Route? {
        let parts = path.split(separator: "/").suffix(3)
        guard parts.count == 3, parts.first == "model", let method = parts.last,
            ["converse", "converse-stream"].contains(method),
            let model = PercentEncoding.decoded(parts[parts.startIndex + 1])
        else { return nil }
        return .answer(BedrockConverse(), model: model, isStream: method == "converse-stream")
    }
}
