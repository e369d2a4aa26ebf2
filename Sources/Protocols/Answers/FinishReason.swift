/// Why a model stopped, by meaning; each protocol has its own words for it.
package enum FinishReason: Hashable, Sendable {
    case stop
    /// It said one of the words it was to stop at; which one, where that is told.
    case stopSequence(String?)
    /// At the output maximum, or where its context was full.
    case length
    case toolCalls
    case contentFilter
    /// It would not answer.
    case refusal
    /// A provider's own tool takes long: the answer goes on when it is sent back (Anthropic).
    case paused
    /// The provider says that it failed, in a word of its own.
    case failed(String)
    /// In a word that is not known here.
    case other(String)

    /// As OpenAI's chat completions have it.
    package var chatName: String {
        switch self {
        case .stop, .stopSequence, .paused: "stop"
        case .length: "length"
        case .toolCalls: "tool_calls"
        case .contentFilter, .refusal: "content_filter"
        case .failed(let word), .other(let word): word
        }
    }
}
