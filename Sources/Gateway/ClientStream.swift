import Protocols

/// A stream as its client gets it.
enum ClientStream {
    /// Both sides speak one protocol: the provider's own bytes go through.
    case raw
    /// Our own form.
    case native
    case workflowAI(WorkflowAIStream)
    case written(any AnswerWriter)

    /// - Parameter isJSON: whether what is said is to be JSON.
    init(_ format: ClientFormat, _ opening: AnswerOpening, isJSON: Bool) {
        switch format {
        case .native: self = .native
        case .workflowAI: self = .workflowAI(WorkflowAIStream(id: opening.id, isJSON: isJSON))
        // Nobody streams them.
        case .embeddings: self = .raw
        case _ where format.spoken == opening.origin: self = .raw
        case .anthropic: self = .written(AnthropicAnswerWriter(opening))
        case .responses: self = .written(ResponsesAnswerWriter(opening))
        case .gemini: self = .written(GeminiAnswerWriter(opening))
        case .chat: self = .written(ChatAnswerWriter(opening))
        }
    }

    var isRaw: Bool {
        if case .raw = self { true } else { false }
    }

    /// An event of the provider's stream as this client gets it; nothing where it gets none.
    mutating func write(_ event: ServerSentEvent, _ step: AnswerStep) throws(RelayFault) -> [UInt8] {
        switch self {
        case .raw: return step.amended.map { ServerSentEvent.frame(json: $0) } ?? event.raw
        case .native:
            var bytes: [UInt8] = []
            for piece in step.pieces where piece.choice == 0 {
                switch piece.content {
                case .text(let text), .refusal(let text): if !text.isEmpty { bytes += NativeRun.delta(text: text) }
                case .toolCall, .arguments: bytes += NativeRun.delta(toolCall: piece.content) ?? []
                case .reasoning, .signature, .hiddenReasoning, .citation: break
                }
            }
            return bytes
        // Given up while they write: with two owners all that they keep would be copied for each event.
        case .workflowAI(var stream):
            self = .raw
            defer { self = .workflowAI(stream) }
            return stream.write(step)
        case .written(var writer):
            self = .raw
            defer { self = .written(writer) }
            return try writer.write(step)
        }
    }
}
