/// What a provider speaks, and in what its endpoint differs from others that do.
package struct ProviderDialect: Hashable, Sendable {
    package enum OutputMaximum: String, Sendable {
        case maxCompletionTokens = "max_completion_tokens"
        case maxTokens = "max_tokens"
    }

    /// How reasoning tokens are counted where `total_tokens` does not settle it.
    package enum Reasoning: String, Sendable {
        /// Part of `completion_tokens`, as OpenAI has it.
        case withinOutput
        /// Beside `completion_tokens`.
        case besideOutput
    }

    /// What of `response_format` is known.
    package enum StructuredOutput: String, Sendable {
        case jsonSchema
        /// Only schemas whose every object is closed, with all its members required.
        case strictJSONSchema
        /// Only that the answer be JSON, and only where the prompt speaks of JSON: else the request is refused.
        case jsonObject
        /// It is refused, or there is no telling.
        case none
    }

    /// A cloud that models are reached through: it has its own ways to authorize requests, and its own paths.
    package enum Platform: String, Sendable {
        /// Google's Vertex AI: an access token, which a service account's key is exchanged for.
        case vertex
        /// Amazon Bedrock: an API key, or each request signed with an access key.
        case bedrock
    }

    /// The provider's name in versions and keys.
    package var name: String
    /// What it speaks.
    package var wire = WireProtocol.chat
    /// Nil where the provider is asked itself, with the key as it is.
    package var platform: Platform?
    /// Without a slash at the end; nil where everyone has their own (Azure, vLLM, Ollama elsewhere).
    package var baseURL: String?
    /// The header that carries the key, and what stands before the key in it.
    package var keyHeader = "Authorization"
    package var keyPrefix = "Bearer "
    /// The name of the output maximum; the other one is never sent.
    package var outputMaximum = OutputMaximum.maxTokens
    /// Whether `stream_options` may be sent. A provider that refuses it reports usage unasked.
    package var acceptsStreamOptions = true
    /// Whether the `developer` role is known; otherwise it is written `system`.
    package var knowsDeveloperRole = false
    /// Whether more than one choice can be asked for.
    package var acceptsN = true
    /// Whether an assistant's thoughts are to come back with what it said (DeepSeek refuses calls of tools without).
    package var wantsReasoningBack = false
    /// Whether `reasoning_content` in a message is refused.
    package var refusesReasoningBack = false
    /// Whether ids of calls must be nine letters and digits.
    package var wantsShortCallIDs = false
    /// Whether `user` is known; where it is not, it is refused.
    package var knowsUser = true
    /// What `seed` is called.
    package var seed = "seed"
    /// Whether an image's `detail` is kept to.
    package var keepsDetail = false
    package var reasoning = Reasoning.withinOutput
    package var structuredOutput = StructuredOutput.none

    /// Where requests go; nil where there is no base URL.
    /// - Parameter base: the configured one.
    package func url(base: String? = nil, model: String = "", stream: Bool = false) -> String? {
        guard var base = base ?? baseURL else { return nil }
        while base.hasSuffix("/") { base.removeLast() }
        switch wire {
        case .chat: return base + "/chat/completions"
        case .anthropic where platform == .vertex:
            return VertexPath.url(
                base: base, publisher: "anthropic", model: model, method: stream ? "streamRawPredict" : "rawPredict")
        case .anthropic: return base + "/messages"
        case .gemini where platform == .vertex:
            return VertexPath.url(
                base: base, publisher: "google", model: model,
                method: stream ? "streamGenerateContent?alt=sse" : "generateContent")
        case .responses: return base + "/responses"
        case .gemini: return base + GeminiBody.path(model: model, stream: stream)
        case .bedrock: return base + BedrockBody.path(model: model, stream: stream)
        case .cohere: return base + "/chat"
        case .embeddings: return base + "/embeddings"
        }
    }

    /// What its protocol wants beside the key.
    /// - Parameter call: whose own choice of a protocol's version goes through where it speaks the same one.
    package func headers(for call: RunCall) -> [(name: String, value: String)] {
        switch wire {
        // Its version stands in the body.
        case .anthropic where platform == .vertex:
            return call.spoken == .anthropic
                ? call.protocolHeaders.filter { $0.name != AnthropicRequest.versionHeader } : []
        case .anthropic:
            let own = call.spoken == .anthropic ? call.protocolHeaders : []
            let saysVersion = own.contains { $0.name == AnthropicRequest.versionHeader }
            return own + (saysVersion ? [] : [(AnthropicRequest.versionHeader, AnthropicRequest.version)])
        case .bedrock: return [("Accept", call.stream ? streamType : "application/json")]
        case .chat, .responses, .gemini, .cohere, .embeddings: return []
        }
    }

    /// The content type of its streams, without parameters.
    package var streamType: String {
        switch wire {
        case .bedrock: "application/vnd.amazon.eventstream"
        case .chat, .responses, .anthropic, .gemini, .cohere, .embeddings: "text/event-stream"
        }
    }

    /// What a model of its can be told of an answer's shape.
    package func structuredOutput(of model: String) -> StructuredOutput {
        switch wire {
        case .anthropic: AnthropicModel(model).takesSchemas ? structuredOutput : .none
        case .bedrock: BedrockModel(model).takesSchemas ? structuredOutput : .none
        case .chat, .responses, .gemini, .cohere, .embeddings: structuredOutput
        }
    }
}

extension ProviderDialect {
    /// Reads one answer of the provider's.
    /// - Parameter request: what it is to, where vectors are asked for.
    package func reader(to request: EmbeddingsRequest? = nil) -> any AnswerReader {
        switch wire {
        case .anthropic: AnthropicAnswerReader()
        case .responses: ResponsesAnswerReader(dialect: self)
        case .gemini: GeminiAnswerReader()
        case .bedrock: BedrockAnswerReader()
        case .cohere: CohereAnswerReader()
        case .chat: ChatAnswerReader(dialect: self)
        case .embeddings: EmbeddingsAnswerReader(to: request)
        }
    }

    /// The same provider in the protocol that a version asks for, or that its model speaks, where it speaks several.
    package func speaking(responses: Bool, model: String) -> ProviderDialect {
        var dialect = self
        if responses, wire == .chat {
            dialect.wire = .responses
            dialect.acceptsN = false
        }
        if platform == .vertex, VertexPath.isAnthropic(model) {
            dialect.wire = .anthropic
            // Whether Vertex takes schemas for it is not documented.
            dialect.structuredOutput = .none
        }
        return dialect
    }

    /// The same provider as it makes embeddings; nil where it does not in OpenAI's form.
    package var embedding: ProviderDialect? {
        guard wire == .chat else { return nil }
        var dialect = self
        dialect.wire = .embeddings
        return dialect
    }

    package static func isBuiltIn(_ name: String) -> Bool { byName[name] != nil }

    /// Of the provider by that name, or of OpenAI-compatible endpoints in general.
    package static func named(_ name: String) -> ProviderDialect {
        if let known = byName[name] { return known }
        var other = compatible
        other.name = name
        return other
    }

    /// Of the provider by that name with another one's habits: where it stands stays its own, so that its key is not
    /// sent to the other.
    package static func named(_ name: String, habitsOf other: String?) -> ProviderDialect {
        guard let other else { return named(name) }
        var dialect = named(other)
        dialect.baseURL = named(name).baseURL
        return dialect
    }

    /// The most cautious spelling, for an endpoint nothing is known of.
    package static let compatible = ProviderDialect(name: "default")

    package static let all: [ProviderDialect] = [
        ProviderDialect(
            name: "openai", baseURL: "https://api.openai.com/v1", outputMaximum: .maxCompletionTokens,
            knowsDeveloperRole: true, keepsDetail: true, structuredOutput: .jsonSchema),
        ProviderDialect(
            name: "azure", keyHeader: "api-key", keyPrefix: "", outputMaximum: .maxCompletionTokens,
            knowsDeveloperRole: true, keepsDetail: true, structuredOutput: .jsonSchema),
        ProviderDialect(
            name: "anthropic", wire: .anthropic, baseURL: "https://api.anthropic.com/v1", keyHeader: "x-api-key",
            keyPrefix: "", acceptsN: false, structuredOutput: .strictJSONSchema),
        ProviderDialect(
            name: "gemini", wire: .gemini, baseURL: "https://generativelanguage.googleapis.com/v1beta",
            keyHeader: "x-goog-api-key", keyPrefix: "", acceptsN: false, structuredOutput: .jsonSchema),
        // Where it stands depends on the region; an access key signs instead of standing in the header.
        ProviderDialect(
            name: "bedrock", wire: .bedrock, platform: .bedrock, acceptsN: false,
            structuredOutput: .strictJSONSchema),
        // Where it stands depends on project and location.
        ProviderDialect(
            name: "vertex", wire: .gemini, platform: .vertex, acceptsN: false, structuredOutput: .jsonSchema),
        ProviderDialect(
            name: "cohere", wire: .cohere, baseURL: "https://api.cohere.com/v2", acceptsN: false, keepsDetail: true,
            structuredOutput: .strictJSONSchema),
        ProviderDialect(
            name: "mistral", baseURL: "https://api.mistral.ai/v1", acceptsStreamOptions: false,
            refusesReasoningBack: true, wantsShortCallIDs: true, knowsUser: false, seed: "random_seed",
            structuredOutput: .jsonSchema),
        // JSON Schema is known to some of its models only; the others refuse the request.
        ProviderDialect(
            name: "groq", baseURL: "https://api.groq.com/openai/v1", outputMaximum: .maxCompletionTokens,
            acceptsN: false, refusesReasoningBack: true, structuredOutput: .jsonObject),
        ProviderDialect(
            name: "fireworks", baseURL: "https://api.fireworks.ai/inference/v1", structuredOutput: .jsonSchema),
        ProviderDialect(
            name: "xai", baseURL: "https://api.x.ai/v1", outputMaximum: .maxCompletionTokens,
            reasoning: .besideOutput, structuredOutput: .jsonSchema),
        ProviderDialect(
            name: "deepseek", baseURL: "https://api.deepseek.com", acceptsN: false, wantsReasoningBack: true,
            structuredOutput: .jsonObject),
        ProviderDialect(
            name: "openrouter", baseURL: "https://openrouter.ai/api/v1", acceptsN: false,
            structuredOutput: .jsonSchema),
        ProviderDialect(
            name: "ollama", baseURL: "http://localhost:11434/v1", acceptsN: false, structuredOutput: .jsonSchema),
        ProviderDialect(name: "vllm", structuredOutput: .jsonSchema),
        ProviderDialect(
            name: "simulated", outputMaximum: .maxCompletionTokens, knowsDeveloperRole: true,
            structuredOutput: .jsonSchema),
    ]

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
