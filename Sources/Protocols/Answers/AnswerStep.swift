import JSON

/// What one event of a provider's stream says, or the whole of an answer that is not streamed, in canonical terms.
package struct AnswerStep: Sendable {
    package struct Finish: Hashable, Sendable {
        package var choice: Int64 = 0
        package var reason: FinishReason
        package init(choice: Int64 = 0, _ reason: FinishReason) {
            self.choice = choice
            self.reason = reason
        }
    }

    /// The provider's id of the answer, where this names it.
    package var id: String?
    /// The model as the provider reports it, where this names it.
    package var model: String?
    package var pieces: [AnswerPiece] = []
    /// The choices that end here.
    package var finishes: [Finish] = []
    /// All that was consumed so far, as far as the provider says.
    package var usage: ReportedUsage?
    /// What is wrong, where it says so: an object or a string, for `ProviderFailure`.
    package var error: JSONValue?
    /// The last event of a stream.
    package var isDone = false
    /// Usage and nothing else: the extra chunk of a chat stream that a client gets only if it asked.
    package var isUsageOnly = false
    /// Of a whole answer: whether there is any, if only an empty one.
    package var isAnswer = false
    /// UTF-8 bytes of what was said aloud, as text, over all choices.
    package var spokenByteCount = 0
    /// Images made, over all choices.
    package var imageCount = 0
    /// What a client of the same protocol gets in place of the provider's own JSON, which would mislead it.
    package var amended: [UInt8]?

    package init() {}

    /// UTF-8 bytes generated, over all choices: text, reasoning, refusal, calls.
    package var outputByteCount: Int { pieces.reduce(0) { $0 + $1.byteCount } }
}
