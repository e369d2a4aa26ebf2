/// What is known of a model of Bedrock's, as far as its id tells: an ARN of an inference profile's tells nothing.
struct BedrockModel {
    /// Nil where it is none of Anthropic's.
    let anthropic: AnthropicModel?

    /// - Parameter id: `us.anthropic.claude-sonnet-4-5-20250929-v1:0`, `amazon.nova-pro-v1:0`, or an ARN.
    init(_ id: String) { anthropic = id.contains("claude") ? AnthropicModel(id) : nil }

    /// Whether it is known that an answer's schema can be asked for.
    var takesSchemas: Bool { anthropic?.takesSchemas ?? false }
}
