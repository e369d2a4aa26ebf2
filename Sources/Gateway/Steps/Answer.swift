import Domain
import JSON
import Protocols

/// What came of a run at its provider, before it is on the books.
struct Answer {
    /// HTTP status; 0 where no answer came.
    var status = 0
    /// The provider's own id of the request.
    var requestID = ""
    /// The model the provider said it was.
    var model: String?
    var usage: ReportedUsage?
    /// UTF-8 bytes of output seen, for an estimate.
    var outputBytes = 0
    /// UTF-8 bytes of the text of sound seen, for an estimate.
    var spokenBytes = 0
    /// Images in it.
    var images = 0
    /// The provider began to answer and may bill it. What it then leaves unsaid is estimated, not zero.
    var wasServed = false
    /// The usage that a stream reported is not of all of it: more came after, or was to come.
    var usageIsEarly = false
    var fault: GatewayError?
    /// Nil where it was not held against an output schema.
    var verdict: OutputVerdict?
    /// What it says as JSON, where that is what the output schema asks for. Of choice 0.
    var json: [UInt8]?
    var keptBack = KeptBack.nothing
    /// The stream that broke off, as the client has it so far.
    var broken: ClientStream?
    /// What is known of it: what a client is told of its id, model and end.
    var tally = AnswerTally()

    /// What the client gets only once the run is settled.
    enum KeptBack {
        case nothing
        /// A whole answer: the provider's own bytes, and what they say.
        case whole([UInt8], AnswerStep)
        /// The event that finishes a stream, and all after it.
        case stream(StreamEnd)
    }

    struct StreamEnd {
        var events: [(event: ServerSentEvent, step: AnswerStep)] = []
        /// Whether what is said is kept until the end.
        var gathers: Bool
        var reader: any AnswerReader
        /// As the client gets it.
        var stream: ClientStream
        var assembly = AnswerAssembly()

        init(gathers: Bool, reader: any AnswerReader, stream: ClientStream) {
            self.gathers = gathers
            self.reader = reader
            self.stream = stream
        }

        mutating func note(_ step: AnswerStep) {
            if gathers { assembly.add(step) }
        }
    }

    /// Takes over what the run is settled by.
    mutating func note(_ tally: AnswerTally) {
        self.tally = tally
        model = tally.model
        usage = tally.usage
        outputBytes = tally.outputByteCount
        spokenBytes = tally.spokenByteCount
        images = tally.imageCount
    }

    /// What the answer says, choice by choice, where that was kept.
    var choices: [AssembledAnswer] {
        switch keptBack {
        case .nothing: return []
        case .whole(_, let step):
            var assembly = AnswerAssembly()
            assembly.add(step)
            return assembly.choices
        case .stream(let end): return end.assembly.choices
        }
    }
}
