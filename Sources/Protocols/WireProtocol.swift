/// The protocols that providers and clients speak.
package enum WireProtocol: String, Hashable, Sendable, CaseIterable {
    /// OpenAI's chat completions, and all that is compatible with it.
    case chat
    /// OpenAI's Responses.
    case responses
    /// Anthropic's Messages.
    case anthropic
    /// Google's generateContent.
    case gemini
    /// Amazon's Converse.
    case bedrock
    /// Cohere's chat, version 2.
    case cohere
    /// OpenAI's embeddings, which most of those have who are compatible with its chat completions.
    case embeddings
}
