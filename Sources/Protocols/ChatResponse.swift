import Domain
import JSON

/// A provider's whole (not streamed) chat completion.
package struct ChatResponse: Sendable {
    package let root: JSONValue
    package let id: String?
    /// As the provider reported it.
    package let model: String?
    package let usage: ReportedUsage?
    /// UTF-8 bytes of what was said aloud, as text, over all choices.
    package let spokenByteCount: Int
    /// Images made, over all choices (OpenRouter's `message.images`).
    package let imageCount: Int
    package let hasChoices: Bool
    /// Of choice 0.
    package let finishReason: String?
    /// What choice 0 says: its content, else its refusal, as UTF-8.
    package let output: [UInt8]?
    /// The tool calls of choice 0, a JSON array as it came.
    package let toolCalls: JSONValue?
    /// UTF-8 bytes generated, over all choices: content, reasoning, refusal, calls.
    package let outputByteCount: Int
    /// What is wrong, where the body says so for all its status of 200: an object or a string, for `ProviderFailure`.
    package let error: JSONValue?

    /// Blank lines before the JSON are fine (DeepSeek sends them to keep the connection alive).
    /// Throws where the body is not a JSON object.
    package init(_ body: [UInt8], dialect: ProviderDialect) throws(JSONFault) {
        root = try JSONDocument(body).root
        guard root.kind == .object else { throw JSONFault(.wrongKind, at: root.range.lowerBound) }
        id = root.member("id")?.string
        model = root.member("model")?.string
        usage = ChatUsage.read(root, dialect: dialect)
        error = root.present("error")
        let choices = root.member("choices")?.elements() ?? []
        hasChoices = !choices.isEmpty
        let first = ChoiceOutput.first(of: choices)
        let message = first?.member("message")
        finishReason = first?.present("finish_reason")?.string
        output = message.flatMap(ChoiceOutput.text) ?? message?.present("refusal")?.decodedBytes
        let calls = message?.present("tool_calls")
        toolCalls = calls?.elements().isEmpty == false ? calls : nil
        spokenByteCount = choices.reduce(0) { $0 + ChoiceOutput.spokenByteCount($1.member("message")) }
        imageCount = choices.reduce(0) { $0 + ChoiceOutput.imageCount($1.member("message")) }
        outputByteCount = choices.reduce(0) { sum, choice in
            sum + (choice.member("message").map(ChoiceOutput.byteCount) ?? 0)
        }
    }
}
