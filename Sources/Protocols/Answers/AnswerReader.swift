import JSON

/// Reads what a provider answers in its own protocol, event by event or whole, into canonical steps. One for each
/// attempt: it keeps what the run is settled by.
package protocol AnswerReader: Sendable {
    var tally: AnswerTally { get }
    /// Throws where the event's data is no JSON of the protocol's.
    mutating func read(_ event: ServerSentEvent) throws(JSONFault) -> AnswerStep
    /// The body of an answer that is not streamed. Throws where it is not a JSON object.
    mutating func read(whole body: [UInt8]) throws(JSONFault) -> AnswerStep
}
