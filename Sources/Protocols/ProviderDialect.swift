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
        /// Not reported: what `total_tokens` has beyond prompt and completion.
        case restOfTotal
    }

    /// What of `response_format` is known.
    package enum StructuredOutput: String, Sendable {
        case jsonSchema
        /// Only that the answer be JSON, and only where the prompt speaks of JSON: else the request is refused.
        case jsonObject
        /// It is refused, or there is no telling.
        case none
    }

    /// The provider's name in versions and keys.
    package var name: String
    /// What it speaks.
    package var wire = WireProtocol.chat
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
    /// Whether an image's `detail` is kept to.
    package var keepsDetail = false
    package var reasoning = Reasoning.withinOutput
    package var structuredOutput = StructuredOutput.none

    /// Appended to the base URL.
    package static let chatPath = "/chat/completions"

    package func chatURL(base: String? = nil) -> String? {
        guard var base = base ?? baseURL else { return nil }
        while base.hasSuffix("/") { base.removeLast() }
        return base + Self.chatPath
    }
}

extension ProviderDialect {
    /// Reads one answer of the provider's.
    package func reader() -> any AnswerReader {
        ChatAnswerReader(dialect: self)
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
        // Its endpoint ignores `response_format`.
        ProviderDialect(
            name: "anthropic", baseURL: "https://api.anthropic.com/v1", knowsDeveloperRole: true, acceptsN: false),
        ProviderDialect(
            name: "gemini", baseURL: "https://generativelanguage.googleapis.com/v1beta/openai",
            reasoning: .restOfTotal, structuredOutput: .jsonSchema),
        ProviderDialect(
            name: "mistral", baseURL: "https://api.mistral.ai/v1", acceptsStreamOptions: false,
            structuredOutput: .jsonSchema),
        // JSON Schema is known to some of its models only; the others refuse the request.
        ProviderDialect(
            name: "groq", baseURL: "https://api.groq.com/openai/v1", outputMaximum: .maxCompletionTokens,
            acceptsN: false, structuredOutput: .jsonObject),
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
