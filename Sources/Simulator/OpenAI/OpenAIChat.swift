/// OpenAI's chat completions, as the many providers speak them that are compatible with it.
struct OpenAIChat: SimulatedProtocol {
    var variant = ChatVariant.openAI

    var name: String { variant.rawValue }
    var traits: Traits { variant.traits }

    func answerID(_ sequence: Int) -> String { "chatcmpl-sim-\(sequence)" }

    func read(_ call: Call) throws(BadRequest) -> Inquiry { try ChatReader.read(call.body, variant) }

    func voice(_ answer: Answer, withUsage: Bool) -> any Voice {
        ChatVoice(answer, variant, id: answerID(answer.sequence), withUsage: withUsage)
    }

    func error(_ refusal: Refusal, retryAfter: Int, sequence: Int) -> ErrorAnswer {
        variant.error(refusal, retryAfter: retryAfter)
    }
}

/// The error envelope of OpenAI and all that are compatible with it.
enum OpenAIError {
    static func answer(_ refusal: Refusal, retryAfter: Int) -> ErrorAnswer {
        let (status, type, code) = facts(refusal)
        return ErrorAnswer(
            status: status, headers: refusal.retryHeaders(retryAfter),
            body: body(refusal.message, type: type, code: code))
    }

    static func body(_ message: String, type: String, code: String?) -> JSONLiteral {
        ["error": ["message": .text(message), "type": .text(type), "param": nil, "code": .optional(code)]]
    }

    static func type(_ refusal: Refusal) -> String { facts(refusal).type }
    static func code(_ refusal: Refusal) -> String { facts(refusal).code }

    private static func facts(_ refusal: Refusal) -> (status: Int, type: String, code: String) {
        switch refusal {
        case .badRequest: (400, "invalid_request_error", "invalid_request")
        case .tooLarge: (413, "invalid_request_error", "request_too_large")
        case .unknownRoute: (404, "invalid_request_error", "not_found")
        case .unauthorized: (401, "invalid_request_error", "invalid_api_key")
        case .forbidden: (403, "invalid_request_error", "permission_denied")
        case .notFound: (404, "invalid_request_error", "model_not_found")
        case .rateLimited: (429, "requests", "rate_limit_exceeded")
        case .insufficientQuota: (429, "insufficient_quota", "insufficient_quota")
        case .tooLong: (400, "invalid_request_error", "context_length_exceeded")
        case .serverError: (500, "server_error", "server_error")
        case .unavailable: (503, "server_error", "server_is_overloaded")
        }
    }
}
