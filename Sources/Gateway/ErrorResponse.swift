import Domain
import NIOHTTP1
import Protocols

/// The one place where errors become HTTP.
enum ErrorResponse {
    static func send(_ error: GatewayError, to client: ResponseWriter, _ facts: RunFacts) {
        client.send(
            HTTPResponseStatus(statusCode: error.status), facts.timed(headers(error, facts)),
            body: encoded(error, facts))
    }

    /// But for the time it took.
    static func headers(_ error: GatewayError, _ facts: RunFacts) -> HTTPHeaders {
        var headers = facts.untimedHeaders
        if let seconds = error.retryAfter { headers.add(name: "retry-after", value: String(seconds)) }
        // SDKs retry 409 and 5xx by themselves: not where the first try was charged, or would fail alike.
        let wouldFailAlike = error.status == 409 || error.code == .invalidOutput
        if wouldFailAlike || error.holdStays || (error.charged ?? .zero) > .zero {
            headers.add(name: "x-should-retry", value: "false")
        }
        return headers
    }

    /// In the envelope of what the client speaks.
    static func encoded(_ error: GatewayError, _ facts: RunFacts) -> [UInt8] {
        facts.format.encode(body(error, facts), status: error.status, requestID: facts.shownID)
    }

    /// The same as the event that ends a stream.
    static func event(_ error: GatewayError, _ facts: RunFacts) -> [UInt8] {
        facts.format.encodeEvent(body(error, facts), status: error.status, requestID: facts.shownID)
    }

    /// The same where a writer has begun the stream: some protocols end it in more than an error.
    static func end(of writer: inout any AnswerWriter, _ error: GatewayError, _ facts: RunFacts) -> [UInt8] {
        writer.fail(body(error, facts), status: error.status, requestID: "\(facts.id)")
    }

    private static func body(_ error: GatewayError, _ facts: RunFacts) -> ErrorBody {
        var extra: [(name: String, json: String)] = [("run_id", "\"\(facts.runID)\"")]
        if let charged = error.charged { extra.append(("charged", "\(charged)")) }
        extra += error.details.map { ($0.name, $0.value) }
        var body = ErrorBody(
            message: error.message, type: ErrorBody.type(forStatus: error.status), param: error.param,
            code: error.code.rawValue, extra: extra)
        body.faults = error.faults
        body.faultsRoot = error.faultsRoot
        return body
    }
}
