/// Anthropic's messages, and the counting of their tokens.
struct AnthropicMessages: SimulatedProtocol {
    enum Host {
        case anthropic
        /// Claude on Vertex: the model is in the path, the version in the body.
        case vertex
    }
    var host = Host.anthropic
    var onlyCounts = false

    var name: String {
        switch host {
        case .anthropic: onlyCounts ? "anthropic-count-tokens" : "anthropic-messages"
        case .vertex: "vertex-anthropic"
        }
    }

    func answerID(_ sequence: Int) -> String { "msg_sim_\(sequence)" }
    func headers(_ sequence: Int) -> [(String, String)] { [("request-id", requestID(sequence))] }
    func requestID(_ sequence: Int) -> String { "req_sim_\(sequence)" }

    func read(_ call: Call) throws(BadRequest) -> Inquiry {
        var reader = AnthropicReader(host: host, onlyCounts: onlyCounts)
        return try reader.read(call)
    }

    func voice(_ answer: Answer, withUsage: Bool) -> any Voice {
        AnthropicVoice(
            answer, id: answerID(answer.sequence), requestID: requestID(answer.sequence), withUsage: withUsage)
    }

    func error(_ refusal: Refusal, retryAfter: Int, sequence: Int) -> ErrorAnswer {
        let (status, type) = Self.facts(refusal)
        var details = JSONLiteral.absent
        if case .insufficientQuota = refusal { details = ["error_code": "enforced_spend_limit_reached"] }
        var message = refusal.message
        if case .tooLong = refusal { message = "prompt is too long: 9000 tokens > 8192 maximum" }
        return ErrorAnswer(
            status: status, headers: refusal.retryHeaders(retryAfter),
            body: Self.body(type, message, details: details, requestID: requestID(sequence)))
    }

    static func body(
        _ type: String, _ message: String, details: JSONLiteral = .absent, requestID: String
    ) -> JSONLiteral {
        [
            "type": "error", "error": ["type": .text(type), "message": .text(message), "details": details],
            "request_id": .text(requestID),
        ]
    }

    private static func facts(_ refusal: Refusal) -> (status: Int, type: String) {
        switch refusal {
        case .badRequest, .tooLong: (400, "invalid_request_error")
        case .tooLarge: (413, "request_too_large")
        case .unknownRoute, .notFound: (404, "not_found_error")
        case .unauthorized: (401, "authentication_error")
        case .forbidden: (403, "permission_error")
        case .rateLimited, .insufficientQuota: (429, "rate_limit_error")
        case .serverError: (500, "api_error")
        case .unavailable: (529, "overloaded_error")
        }
    }
}
