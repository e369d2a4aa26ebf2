import JSON

/// WorkflowAI's stream: each event is `{"id","task_output"}` with all that was said so far (`RunResponseStreamChunk` of
/// its server), of an object as much as is whole. The last one is the whole run.
///
/// Since each repeats the one before, they come the more rarely the longer the answer is, or it would be sent in the
/// square of its length: one at each thirty-second part more.
package struct WorkflowAIStream: Sendable {
    private let id: String
    private let isJSON: Bool
    private var text: [UInt8] = []
    private var object = PartialObject()
    private var byteCount = 0
    private var toldAt = 0

    /// - Parameter isJSON: whether the answer is to be an object.
    package init(id: String, isJSON: Bool) {
        self.id = id
        self.isJSON = isJSON
    }

    /// Nothing where there is nothing new to tell.
    package mutating func write(_ step: AnswerStep) -> [UInt8] {
        for piece in step.pieces where piece.choice == 0 {
            switch piece.content {
            case .text(let more), .refusal(let more):
                let bytes = more.utf8
                byteCount += bytes.count
                if isJSON { object.append(bytes) } else { text += bytes }
            case .toolCall, .arguments, .reasoning, .signature, .hiddenReasoning, .citation: break
            }
        }
        guard byteCount - toldAt > toldAt / 32, let output else { return [] }
        toldAt = byteCount
        var writer = JSONWriter(capacity: byteCount + 128)
        writer.beginObject()
        writer.member("id", id)
        writer.key("task_output")
        writer.taskOutput(output)
        writer.endObject()
        return ServerSentEvent.frame(json: writer.bytes)
    }

    private var output: NativeRun.Output? { isJSON ? object.value.map { .json($0) } : .text(text) }
}
