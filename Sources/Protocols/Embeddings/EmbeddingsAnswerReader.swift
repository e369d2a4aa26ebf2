import JSON

/// Reads OpenAI's embeddings, which come whole.
package struct EmbeddingsAnswerReader: AnswerReader {
    package private(set) var tally = AnswerTally()
    private let request: EmbeddingsRequest?

    /// - Parameter request: says how many vectors there are to be, and how the client wants them.
    package init(to request: EmbeddingsRequest?) { self.request = request }

    /// Nobody streams them.
    package mutating func read(_ event: ServerSentEvent) throws(JSONFault) -> AnswerStep {
        throw JSONFault(.wrongKind, at: 0)
    }

    /// An answer with more or fewer vectors than inputs is none, and one with something that is no vector neither.
    package mutating func read(whole body: [UInt8]) throws(JSONFault) -> AnswerStep {
        let answer = try EmbeddingsAnswer(body)
        var step = AnswerStep()
        step.model = answer.model
        step.usage = answer.usage
        step.error = answer.error
        step.isAnswer = answer.error == nil && answer.count == request?.inputCount ?? answer.count
        do throws(JSONFault) {
            if step.isAnswer, let request { step.amended = try answer.encode(as: request.encoding) }
        } catch {
            step.isAnswer = false
        }
        tally.note(step)
        return step
    }
}
