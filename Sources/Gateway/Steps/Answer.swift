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

    /// What the client gets only once the run is settled.
    enum KeptBack {
        case nothing
        /// A whole answer: the provider's own bytes, and what was read of them.
        case whole([UInt8], ChatResponse)
        /// The event that finishes a stream, and all after it.
        case stream(StreamEnd)
    }

    struct StreamEnd {
        var events: [(event: ServerSentEvent, read: ChatStreamEvent)] = []
        /// Whether what was said is kept until the end.
        var gathers: Bool
        var reader: ChatStreamReader
        var choices = ChoiceAssembly()
        /// Of choice 0.
        var toolCalls = ToolCallAssembly()

        init(gathers: Bool, reader: ChatStreamReader) {
            self.gathers = gathers
            self.reader = reader
        }

        /// The text of choice 0.
        var text: [UInt8] { choices.choices.first { $0.number == 0 }?.text ?? [] }

        /// Of what is kept until the end.
        var byteCount: Int { choices.byteCount + toolCalls.byteCount }

        mutating func note(_ read: ChatStreamEvent) {
            guard gathers else { return }
            choices.add(read)
            for delta in read.toolCallDeltas { toolCalls.add(delta) }
        }
    }
}
