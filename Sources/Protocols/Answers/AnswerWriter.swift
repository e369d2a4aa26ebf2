import Domain
import JSON

/// Writes an answer in the protocol a client speaks, from canonical steps. One for each response: streams have a state.
package protocol AnswerWriter: Sendable {
    /// The events that say what the step does, but for its finish, which belongs to `end`. Nothing where there is none.
    mutating func write(_ step: AnswerStep) throws(RelayFault) -> [UInt8]
    /// The events that end the stream; with the first ones where nothing was written before.
    mutating func end(_ ending: AnswerEnding) -> [UInt8]
    /// The events that end a stream that failed, in place of `end`.
    /// - Parameters:
    ///   - status: of HTTP, as it would have been before the first byte.
    ///   - requestID: as the header has it.
    mutating func fail(_ error: ErrorBody, status: Int, requestID: String) -> [UInt8]
    /// The body of an answer that is not streamed.
    static func whole(_ answer: AssembledAnswer, _ ending: AnswerEnding) -> [UInt8]
}

/// What an answer begins with, before its provider has named anything.
package struct AnswerOpening: Sendable {
    /// The run's: for an answer whose provider gives it no id.
    package var id: String
    /// As it was asked for, until the provider names one.
    package var model: String
    /// Seconds since 1970.
    package var created: Int64
    /// The protocol that the answer comes in.
    package var origin: WireProtocol

    package init(id: String, model: String, created: Int64, origin: WireProtocol) {
        self.id = id
        self.model = model
        self.created = created
        self.origin = origin
    }

    /// A call's id: the provider's, or one of ours, which no other call of the conversation has.
    func callID(_ head: CallHead, _ number: Int) -> JSONText { head.id ?? JSONText("call_\(id)_\(number)") }
}

/// What an answer ends with, known once its run is on the books.
package struct AnswerEnding: Sendable {
    package var opening: AnswerOpening
    /// The provider's id of the answer, else the run's.
    package var id: String
    /// As the provider reported it, else as it was asked for.
    package var model: String
    package var finishReason: FinishReason
    package var usage: Usage
    /// Credits, a decimal as `NanoCredits` describes itself.
    package var cost: String
    /// Whether a client that streams asked for usage.
    package var includeUsage: Bool
    /// Nil where nothing was held against an output schema.
    package var verdict: OutputVerdict?

    package init(
        _ opening: AnswerOpening, _ tally: AnswerTally, finishReason: FinishReason?, usage: Usage, cost: String,
        includeUsage: Bool = true, verdict: OutputVerdict? = nil
    ) {
        self.opening = opening
        id = tally.id ?? opening.id
        model = tally.model ?? opening.model
        self.finishReason = finishReason ?? .stop
        self.usage = usage
        self.cost = cost
        self.includeUsage = includeUsage
        self.verdict = verdict
    }

    package var created: Int64 { opening.created }

    /// Why the model stopped, in protocols where a refusal is a reason to stop rather than something said.
    /// - Parameters:
    ///   - refused: whether it said one.
    ///   - called: whether it called tools. OpenAI says that it just stopped where it had to call one.
    func reason(refused: Bool, called: Bool = false) -> FinishReason {
        guard finishReason == .stop else { return finishReason }
        return refused ? .refusal : called ? .toolCalls : .stop
    }
}

/// Why an answer cannot be written in the client's protocol.
package enum RelayFault: Error, Hashable, Sendable {
    /// A call's arguments went on after the next call had begun, which a protocol of blocks in turn cannot say.
    case interleavedCalls
}
