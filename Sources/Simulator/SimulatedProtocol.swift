import NIOHTTP1

/// A request for an answer, before anybody has read it.
struct Call {
    var headers: HTTPHeaders
    var body: [UInt8]
    /// Of protocols that name the model in the path.
    var pathModel: String?
    /// Of protocols that ask for a stream by the path.
    var pathIsStream = false
}

/// An error in a protocol's own envelope.
struct ErrorAnswer {
    var status: Int
    var headers: [(String, String)] = []
    var body: JSONLiteral
}

/// What one protocol is to the simulator: how it reads a request, what its errors look like, who writes an answer.
protocol SimulatedProtocol: Sendable {
    /// As the log says it.
    var name: String { get }
    var traits: Traits { get }
    var streamType: String { get }

    func answerID(_ sequence: Int) -> String
    /// Of every answer, errors included.
    func headers(_ sequence: Int) -> [(String, String)]
    func read(_ call: Call) throws(BadRequest) -> Inquiry
    func voice(_ answer: Answer, withUsage: Bool) -> any Voice
    /// - Parameter retryAfter: seconds, for those that tell them in the body.
    func error(_ refusal: Refusal, retryAfter: Int, sequence: Int) -> ErrorAnswer
}

extension SimulatedProtocol {
    var traits: Traits { Traits() }
    var streamType: String { "text/event-stream" }
    func headers(_ sequence: Int) -> [(String, String)] { [("x-request-id", "req-sim-\(sequence)")] }
}

/// Writes down one answer in one protocol.
protocol Voice {
    func whole() -> String
    /// The bytes of a moment of the stream; none where the protocol has nothing to say of it.
    mutating func say(_ moment: Moment) -> [UInt8]
    /// An error that comes within a stream.
    mutating func errorEvent() -> [UInt8]
    /// A piece of a stream that cannot be read.
    func brokenEvent() -> [UInt8]
}

/// Of answers that are never streamed.
protocol WholeVoice: Voice {}

extension WholeVoice {
    func say(_ moment: Moment) -> [UInt8] { [] }
    func errorEvent() -> [UInt8] { [] }
    func brokenEvent() -> [UInt8] { [] }
}

/// Server-sent events.
enum SSE {
    /// With a name of its own where a protocol names its events.
    static func event(_ data: JSONLiteral, named name: String? = nil) -> [UInt8] {
        Array(((name.map { "event: \($0)\n" } ?? "") + "data: " + data.json + "\n\n").utf8)
    }
}

extension Call {
    /// What the caller proves itself by. Where a key stands beside an `Authorization`, it counts.
    var secret: String? {
        let keys = ["x-api-key", "x-goog-api-key", "api-key"]
        if let key = keys.lazy.compactMap({ headers.first(name: $0) }).first { return key }
        if let signed = AuthorizationV4(headers, service: BedrockConverse.service) { return signed.accessKeyID }
        return headers.first(name: "authorization").map {
            $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : $0
        }
    }
}
