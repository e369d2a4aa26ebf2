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
    var usage: Usage?
    /// UTF-8 bytes of output seen, for an estimate.
    var outputBytes = 0
    /// The provider began to answer and may bill it. What it then leaves unsaid is estimated, not zero.
    var wasServed = false
    /// The stream broke before its answer was whole, so that usage it reported may be early.
    var isCutShort = false
    var fault: GatewayError?
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
        var reader: ChatStreamReader
        /// The text and the calls of choice 0, for the native form, which repeats them at the end.
        var text: [UInt8] = []
        var toolCalls = ToolCallAssembly()

        /// Of what the native form keeps until the end.
        var byteCount: Int { text.count + toolCalls.byteCount }

        mutating func note(_ read: ChatStreamEvent) {
            if let delta = read.textDelta { text += delta }
            for delta in read.toolCallDeltas { toolCalls.add(delta) }
        }
    }
}
