import Domain
import JSON

/// What a relay needs to know of one event of an OpenAI-compatible stream.
package struct ChatStreamEvent: Sendable {
    /// The chunk; nil for `[DONE]` and for events without content.
    package let root: JSONValue?
    package let isDone: Bool
    /// What is wrong, where the event says so: an object or a string, for `ProviderFailure`.
    package let error: JSONValue?
    /// Of choice 0, or of the first that has one.
    package let finishReason: String?
    /// How many choices this event finishes.
    package let finishedChoices: Int
    /// UTF-8 bytes generated, over all choices: content, reasoning, refusal, calls.
    package let outputByteCount: Int
    package let usage: Usage?
    /// No choice, only usage: the extra chunk that a client gets only if it asked.
    package let isUsageOnly: Bool

    package var hasFinishReason: Bool { finishedChoices > 0 }
    package var id: String? { root?.member("id")?.string }
    package var model: String? { root?.member("model")?.string }

    /// The text that choice 0 goes on with, as UTF-8.
    package var textDelta: [UInt8]? { delta.flatMap(ChoiceOutput.text) }

    /// The pieces of tool calls that choice 0 goes on with, as they came.
    package var toolCallDeltas: [JSONValue] { delta?.member("tool_calls")?.elements() ?? [] }

    private var delta: JSONValue? {
        (root?.member("choices")?.elements()).flatMap(ChoiceOutput.first)?.member("delta")
    }

    /// An event that says nothing, or that the stream is done.
    init(isDone: Bool) {
        self.isDone = isDone
        root = nil
        error = nil
        finishReason = nil
        finishedChoices = 0
        outputByteCount = 0
        usage = nil
        isUsageOnly = false
    }

    init(_ root: JSONValue, isNamedError: Bool, dialect: ProviderDialect) {
        self.root = root
        isDone = false
        error = Self.error(root) ?? (isNamedError ? root : nil)
        // Absent, null and empty all occur (vLLM, Azure's first chunk, the usage chunk).
        let choices = root.member("choices")?.elements() ?? []
        var bytes = 0
        var reasons: [(isFirst: Bool, reason: String)] = []
        for choice in choices {
            if let delta = choice.member("delta") { bytes += ChoiceOutput.byteCount(delta) }
            if let reason = choice.present("finish_reason")?.string {
                reasons.append((choice.member("index")?.int ?? 0 == 0, reason))
            }
        }
        outputByteCount = bytes
        finishedChoices = reasons.count
        finishReason = (reasons.first(where: \.isFirst) ?? reasons.first)?.reason
        usage = ChatUsage.read(root, dialect: dialect)
        isUsageOnly = choices.isEmpty && root.present("usage") != nil && error == nil
    }

    private static func error(_ root: JSONValue) -> JSONValue? {
        root.present("error") ?? root.present("x_groq")?.present("error")
    }
}
