import JSON

/// Providers whose chat completions are nearly OpenAI's, by what they do otherwise.
enum ChatVariant: String {
    case openAI = "openai-chat"
    case mistral = "mistral-chat"
    case groq = "groq-chat"
    case xai = "xai-chat"

    var traits: Traits {
        switch self {
        case .openAI: Traits()
        case .mistral: Traits(saysCacheWrites: false, saysReasoning: false)
        case .groq, .xai: Traits(saysCacheWrites: false)
        }
    }

    /// Throws where the provider takes less than OpenAI.
    func check(_ root: JSONValue, _ inquiry: Inquiry) throws(BadRequest) {
        switch self {
        case .openAI, .xai: break
        case .groq:
            for name in ["logprobs", "top_logprobs", "logit_bias"] where root.present(name) != nil {
                throw BadRequest("property '\(name)' is unsupported")
            }
            guard inquiry.choices == 1 else { throw BadRequest("'n' : number must be at most 1") }
            for message in root.list("messages") where message.present("name") != nil {
                throw BadRequest("'messages' : property 'name' is unsupported")
            }
        case .mistral:
            for name in ["max_completion_tokens", "stream_options", "user", "seed"] where root.present(name) != nil {
                throw BadRequest("\(name): Extra inputs are not permitted")
            }
            guard [.user, .tool].contains(inquiry.turns.last?.role) else {
                throw BadRequest("Expected last role User or Tool (or Assistant with prefix True) for serving")
            }
            for message in root.list("messages") {
                guard message.text("role") != "developer" else { throw BadRequest("role: Input tag 'developer'") }
                let ids = message.list("tool_calls").compactMap { $0.text("id") } + [message.text("tool_call_id")]
                for id in ids.compactMap({ $0 }) where !Self.isMistralID(id) {
                    throw BadRequest("Tool call id has to be a-z, A-Z, 0-9, with a length of 9.")
                }
            }
        }
    }

    private static func isMistralID(_ id: String) -> Bool {
        id.utf8.count == 9 && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    func callID(_ sequence: Int, _ index: Int) -> String {
        guard self == .mistral else { return "call_sim_\(sequence)_\(index)" }
        let number = String(sequence * 32 + index, radix: 36)
        return String(repeating: "0", count: max(0, 9 - number.count)) + number
    }

    /// The member of a message or delta that reasoning has for itself. Mistral's is among the content.
    var reasoningMember: String { self == .groq ? "reasoning" : "reasoning_content" }

    /// Whether a refusal has a member of its own; else it is content.
    var hasRefusals: Bool { self == .openAI || self == .xai }

    /// Whether streams say what they used unasked.
    var alwaysSaysUsage: Bool { self == .mistral || self == .groq }

    // MARK: errors

    func error(_ refusal: Refusal, retryAfter: Int) -> ErrorAnswer {
        switch self {
        case .openAI, .groq: OpenAIError.answer(refusal, retryAfter: retryAfter)
        case .mistral: mistralError(refusal, retryAfter: retryAfter)
        case .xai: xaiError(refusal, retryAfter: retryAfter)
        }
    }

    private func mistralError(_ refusal: Refusal, retryAfter: Int) -> ErrorAnswer {
        if case .badRequest(let message) = refusal {
            return ErrorAnswer(
                status: 422,
                body: ["detail": [["loc": ["body"], "msg": .text(message), "type": "value_error"]]])
        }
        var error = OpenAIError.answer(refusal, retryAfter: retryAfter)
        if case .insufficientQuota = refusal { error.status = 402 }
        var message = refusal.message
        if case .tooLong = refusal {
            message = "Prompt contains 9000 tokens, too large for model with 8192 maximum context length"
        }
        error.body = [
            "object": "error", "message": .text(message), "type": .text(OpenAIError.type(refusal)),
            "param": nil, "code": .text(OpenAIError.code(refusal)),
        ]
        return error
    }

    private func xaiError(_ refusal: Refusal, retryAfter: Int) -> ErrorAnswer {
        var error = OpenAIError.answer(refusal, retryAfter: retryAfter)
        var message = refusal.message
        switch refusal {
        case .unauthorized: error.status = 400
        case .insufficientQuota: message = "Your team has used all available credits or reached its spending limit."
        case .tooLong: message = "This model's maximum prompt length is 8192 but the request contains 9000 tokens."
        case .badRequest, .tooLarge, .unknownRoute, .forbidden, .notFound, .rateLimited, .serverError, .unavailable:
            break
        }
        error.body = ["code": .text(OpenAIError.code(refusal)), "error": .text(message)]
        return error
    }

    var errorEvent: [UInt8] {
        let message = Refusal.serverError.message
        switch self {
        case .openAI, .mistral, .xai:
            return SSE.event(OpenAIError.body(message, type: "server_error", code: nil))
        case .groq:
            let error: JSONLiteral = [
                "message": .text(message), "type": "internal_server_error", "code": "server_error", "status_code": 500,
            ]
            return SSE.event(["error": error], named: "error")
        }
    }
}
