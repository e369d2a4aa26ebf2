import JSON

/// A piece of what a model says, whichever protocol it came in: the canonical middle of answers.
///
/// A whole answer and a stream of the same answer come to the same text, reasoning and calls; only the cuts differ.
package struct AnswerPiece: Sendable, Equatable {
    /// The number of the choice that says it; 0 in protocols that know one only.
    package var choice: Int64 = 0
    package var content: Content

    package enum Content: Sendable, Equatable {
        case text(JSONText)
        case refusal(JSONText)
        /// Thoughts in words, or a summary of them.
        case reasoning(JSONText)
        /// What a provider wants back with the reasoning before it, or with the call or text behind it (Gemini).
        case signature(JSONText)
        /// Thoughts that only the provider can read.
        case hiddenReasoning(JSONText)
        /// A call begins. Calls of a choice are numbered from 0, without gaps.
        case toolCall(Int, CallHead)
        /// A call's arguments go on: pieces of JSON text.
        case arguments(Int, JSONText)
        /// Where what was said last comes from.
        case citation(Citation)
    }

    package init(choice: Int64 = 0, _ content: Content) {
        self.choice = choice
        self.content = content
    }

    /// UTF-8 bytes that the model generated for it, for estimates.
    package var byteCount: Int {
        switch content {
        case .text(let text), .refusal(let text), .reasoning(let text), .arguments(_, let text): text.byteCount
        case .toolCall(_, let head): head.name.byteCount
        case .signature, .hiddenReasoning, .citation: 0
        }
    }

    /// Bytes of what the model did not say, but which takes room all the same.
    var opaqueByteCount: Int {
        switch content {
        case .text, .refusal, .reasoning, .arguments, .toolCall: 0
        case .signature(let opaque), .hiddenReasoning(let opaque): opaque.byteCount
        case .citation(let citation):
            [citation.url, citation.title, citation.quote].reduce(64) { $0 + ($1?.byteCount ?? 0) }
        }
    }
}

/// What a tool call begins with.
package struct CallHead: Sendable, Equatable {
    /// Nil where the provider gives none (Gemini).
    package var id: JSONText?
    package var name: JSONText
    /// Whether the tool takes text of any kind rather than JSON (OpenAI's custom tools).
    package var isCustom = false

    package init(id: JSONText?, name: JSONText, isCustom: Bool = false) {
        self.id = id
        self.name = name
        self.isCustom = isCustom
    }
}

/// Where a statement comes from.
package struct Citation: Sendable, Equatable {
    package var url: JSONText?
    package var title: JSONText?
    /// The source's own words.
    package var quote: JSONText?
    /// Characters of the text that it is about, where that is said.
    package var range: Range<Int64>?

    package init(url: JSONText?, title: JSONText? = nil, quote: JSONText? = nil, range: Range<Int64>? = nil) {
        self.url = url
        self.title = title
        self.quote = quote
        self.range = range
    }
}
