import Glibc

/// One request as the simulator saw it. Holds no whole key and, unless asked to, no text.
struct LogRow: Sendable {
    static let maximumUserLength = 64

    var sequence: Int
    var id: String
    var spoken: String
    var clientRequestID: String?
    /// The request's `user`: what an application calls itself, or one of its calls. Cut to `maximumUserLength`.
    var user: String?
    /// The last four characters of the secret, or of the access key's id.
    var keyTail: String?
    var model: String?
    var isStream = false
    var fault: Fault?
    var status: Int?
    /// All of the input.
    var promptTokens = 0
    var cacheReadTokens = 0
    var cacheWriteTokens = 0
    /// All of the output: what was really sent of a stream; all of a whole answer.
    var completionTokens = 0
    /// Of the output, where the protocol counts it apart.
    var reasoningTokens = 0
    /// The last byte of the answer was handed to the socket.
    var isFinished = false
    /// A provider would charge for it: it answered 2xx with an answer's tokens.
    var isBilled = false
    var maxTokens: Int?
    var bodyBytes = 0
    var bytesWritten = 0
    var body: String?

    /// A stream has begun: the input is spent.
    mutating func began(_ spending: Spending) {
        promptTokens = spending.input
        cacheReadTokens = spending.cacheRead
        cacheWriteTokens = spending.cacheWrite
    }

    mutating func spent(_ spending: Spending) {
        began(spending)
        completionTokens = spending.allOutput
        reasoningTokens = spending.reasoning
    }

    func json(withBody: Bool) -> String {
        "{\"sequence\":\(sequence),\"id\":\(JSONText.string(id)),\"protocol\":\"\(spoken)\","
            + "\"client_request_id\":\(JSONText.optional(clientRequestID)),\"key_tail\":\(JSONText.optional(keyTail)),"
            + "\"user\":\(JSONText.optional(user)),"
            + "\"model\":\(JSONText.optional(model)),\"stream\":\(isStream),"
            + "\"fault\":\(JSONText.optional(fault?.rawValue)),\"status\":\(JSONText.optional(status)),"
            + "\"prompt_tokens\":\(promptTokens),\"completion_tokens\":\(completionTokens),"
            + "\"cache_read_tokens\":\(cacheReadTokens),\"cache_write_tokens\":\(cacheWriteTokens),"
            + "\"reasoning_tokens\":\(reasoningTokens),"
            + "\"finished\":\(isFinished),\"billed\":\(isBilled),\"max_tokens\":\(JSONText.optional(maxTokens)),"
            + "\"body_bytes\":\(bodyBytes),\"bytes_written\":\(bytesWritten)"
            + (withBody ? ",\"body\":\(JSONText.optional(body))}" : "}")
    }
}

/// Rows by sequence, the oldest dropped in blocks once there are too many.
struct RequestLog {
    private var rows: [LogRow] = []
    private var first = 1
    private let limit: Int

    init(limit: Int) { self.limit = max(1, limit) }

    mutating func append(_ row: LogRow) {
        if rows.count >= limit {
            let dropped = max(1, limit / 8)
            rows.removeFirst(dropped)
        }
        if rows.isEmpty { first = row.sequence } else { first = rows[0].sequence }
        rows.append(row)
    }

    /// Answers the row as changed; nil if it is no longer kept.
    mutating func update(_ sequence: Int, _ change: (inout LogRow) -> Void) -> LogRow? {
        let index = sequence - first
        guard rows.indices.contains(index) else { return nil }
        change(&rows[index])
        return rows[index]
    }

    mutating func clear() { rows.removeAll() }

    func json(withBodies: Bool) -> String {
        "[" + rows.lazy.map { $0.json(withBody: withBodies) }.joined(separator: ",\n") + "]\n"
    }
}

/// Appends lines to a file, each in one write, so that nothing is lost when the process dies.
final class LineFile: Sendable {
    private let descriptor: Int32

    init?(path: String) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return nil }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func append(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress.map { $0 + offset }, bytes.count - offset)
            }
            guard count > 0 else { return }
            offset += count
        }
    }
}
