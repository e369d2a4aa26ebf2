/// Gemini's `generateContent`, streamed or not, and `countTokens`.
struct GeminiContent: SimulatedProtocol {
    var host = GeminiHost.studio
    var onlyCounts = false

    var name: String { host.rawValue }
    /// A blocked prompt is answered without a word.
    var traits: Traits { Traits(saysCacheWrites: false, refusesInWords: false) }

    func answerID(_ sequence: Int) -> String { "sim-\(sequence)" }
    func headers(_ sequence: Int) -> [(String, String)] { [] }

    func read(_ call: Call) throws(BadRequest) -> Inquiry {
        var reader = GeminiReader()
        var inquiry = try reader.read(call)
        inquiry.onlyCounts = onlyCounts
        return inquiry
    }

    func voice(_ answer: Answer, withUsage: Bool) -> any Voice {
        GeminiVoice(answer, id: answerID(answer.sequence), withUsage: withUsage)
    }

    func error(_ refusal: Refusal, retryAfter: Int, sequence: Int) -> ErrorAnswer {
        host.error(refusal, retryAfter: retryAfter)
    }
}

/// Where Gemini is served; the two differ in how keys are refused.
enum GeminiHost: String {
    case studio = "gemini"
    case vertex = "vertex-gemini"

    func error(_ refusal: Refusal, retryAfter: Int) -> ErrorAnswer {
        let (code, status) = facts(refusal)
        return ErrorAnswer(
            status: code,
            body: [
                "error": [
                    "code": .int(code), "message": .text(message(refusal)), "status": .text(status),
                    "details": .list(details(refusal, retryAfter: retryAfter)),
                ]
            ])
    }

    private func facts(_ refusal: Refusal) -> (code: Int, status: String) {
        switch refusal {
        case .badRequest, .tooLarge, .tooLong: (400, "INVALID_ARGUMENT")
        case .unknownRoute, .notFound: (404, "NOT_FOUND")
        case .unauthorized: self == .studio ? (400, "INVALID_ARGUMENT") : (401, "UNAUTHENTICATED")
        case .forbidden: (403, "PERMISSION_DENIED")
        case .rateLimited, .insufficientQuota: (429, "RESOURCE_EXHAUSTED")
        case .serverError: (500, "INTERNAL")
        case .unavailable: (503, "UNAVAILABLE")
        }
    }

    private func message(_ refusal: Refusal) -> String {
        switch refusal {
        case .unauthorized where self == .studio: "API key not valid. Please pass a valid API key."
        case .tooLong: "The input token count (9000) exceeds the maximum number of tokens allowed (8192)."
        case .badRequest, .tooLarge, .unknownRoute, .unauthorized, .forbidden, .notFound, .rateLimited,
            .insufficientQuota, .serverError, .unavailable:
            refusal.message
        }
    }

    private func details(_ refusal: Refusal, retryAfter: Int) -> [JSONLiteral] {
        switch refusal {
        case .unauthorized where self == .studio:
            [
                [
                    "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
                    "domain": "googleapis.com",
                ]
            ]
        case .rateLimited:
            [
                quota("GenerateRequestsPerMinutePerProjectPerModel"),
                ["@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": .text("\(retryAfter)s")],
            ]
        case .insufficientQuota: [quota("GenerateRequestsPerDayPerProjectPerModel")]
        case .badRequest, .tooLarge, .tooLong, .unknownRoute, .unauthorized, .forbidden, .notFound, .serverError,
            .unavailable:
            []
        }
    }

    private func quota(_ id: String) -> JSONLiteral {
        ["@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [["quotaId": .text(id)]]]
    }
}
