import Domain
import NIOCore
import NIOHTTP1
import Transport

/// What is known of a run so far: for the headers of its response, and its line in the log.
struct RunFacts {
    var id: RunID
    /// The run whose request this is again, under its idempotency key.
    var repeats: RunID?
    /// The client's own name for the run, where its protocol has that.
    var givenID: String?
    /// What the client speaks: errors are told in its envelope.
    var format: ClientFormat
    var receivedAt: NIODeadline
    var organization = ""
    var agent = ""
    var environment = ""
    var version: UInt32 = 0
    var revision: UInt64 = 0
    /// Names of request fields that the deployment decides.
    var ignored: [String] = []
    var cost: NanoCredits?
    var error: ErrorCode?
    /// HTTP status of the response; 0 before there is one.
    var status = 0
    var isStreamed = false
    /// From the hold on; with its end once that is on the books.
    var run: RunRecord?
    var attempt: Attempt?
    /// Those whose answer was not taken.
    var earlierAttempts: [Attempt] = []
    /// Nil where no answer was held against an output schema.
    var outputIsValid: Bool?
    /// When a stream's response began.
    var firstByteAt: NIODeadline?
    /// Time in which the run waited for its provider.
    var providerTime = TimeAmount.zero

    /// What is known of the try at a provider.
    struct Attempt {
        var result: AttemptClass
        /// From the attempt's start to the answer's head; nil where none came.
        var firstByteMicroseconds: Int?
        /// How often the request was sent: two where libcurl found a kept connection dead.
        var sends: Int
        var connectionReused = false

        init(result: AttemptClass, firstByteMicroseconds: Int?) {
            self.result = result
            self.firstByteMicroseconds = firstByteMicroseconds
            // An answer is to something sent.
            sends = firstByteMicroseconds == nil ? 0 : 1
        }
    }

    init(id: RunID, format: ClientFormat = .chat, receivedAt: NIODeadline) {
        self.id = id
        self.format = format
        self.receivedAt = receivedAt
    }

    mutating func note(_ caller: Caller) {
        organization = caller.organization
        agent = caller.agent
        environment = caller.environment
    }

    mutating func note(_ target: Target) {
        version = target.deployment.versionNumber
        revision = target.deployment.revision
    }

    /// - Parameter exchange: nil until it has ended, which a stream's may do after its answer.
    mutating func note(_ exchange: ExchangeFacts?) {
        guard let exchange else { return }
        attempt?.sends = exchange.sends
        attempt?.connectionReused = exchange.connectionReused
    }

    mutating func note(_ settled: RunRecord) {
        run = settled
        cost = settled.end?.cost
    }

    var microsecondsSoFar: Int { Int((NIODeadline.now() - receivedAt).nanoseconds / 1_000) }

    var firstByteMicroseconds: Int? { firstByteAt.map { Int(($0 - receivedAt).nanoseconds / 1_000) } }

    /// Time spent in Tollgate so far.
    var overheadMicroseconds: Int64 { ((NIODeadline.now() - receivedAt) - providerTime).nanoseconds / 1_000 }

    /// The run that a response speaks of.
    var runID: RunID { repeats ?? id }

    /// What the client is told as the answer's id.
    var shownID: String { givenID ?? "\(id)" }

    /// On every response.
    var headers: HTTPHeaders {
        var headers: HTTPHeaders = ["x-request-id": "\(id)", "tollgate-run-id": "\(runID)"]
        // Where Anthropic's SDKs look for it.
        if format == .anthropic { headers.add(name: "request-id", value: "\(id)") }
        if version > 0 {
            headers.add(name: "tollgate-version", value: String(version))
            headers.add(name: "tollgate-deployment-revision", value: String(revision))
        }
        if !ignored.isEmpty { headers.add(name: "tollgate-ignored", value: ignored.joined(separator: ", ")) }
        return headers
    }

    /// On every response that is not streamed, but for the time it took.
    var untimedHeaders: HTTPHeaders {
        var headers = headers
        headers.add(name: "content-type", value: "application/json")
        if let cost { headers.add(name: "tollgate-cost", value: "\(cost)") }
        if let outputIsValid { headers.add(name: "tollgate-output", value: outputIsValid ? "valid" : "invalid") }
        return headers
    }

    /// On every response that is not streamed.
    var wholeHeaders: HTTPHeaders { timed(untimedHeaders) }

    /// With the time it took until now.
    func timed(_ headers: HTTPHeaders) -> HTTPHeaders {
        var headers = headers
        headers.add(name: "tollgate-overhead-us", value: String(overheadMicroseconds))
        return headers
    }

    /// On every response that is.
    var streamHeaders: HTTPHeaders {
        var headers = headers
        headers.add(name: "content-type", value: "text/event-stream; charset=utf-8")
        headers.add(name: "cache-control", value: "no-cache")
        // Asks proxies in front of us not to gather events.
        headers.add(name: "x-accel-buffering", value: "no")
        return headers
    }
}
