import JSON

/// Cohere's chat, version 2.
struct CohereChat: SimulatedProtocol {
    var name: String { "cohere-chat" }
    var traits: Traits { Traits(saysCacheWrites: false, saysReasoning: false) }

    func answerID(_ sequence: Int) -> String { "cohere-sim-\(sequence)" }
    func headers(_ sequence: Int) -> [(String, String)] { [] }

    func voice(_ answer: Answer, withUsage: Bool) -> any Voice {
        CohereVoice(answer, id: answerID(answer.sequence), withUsage: withUsage)
    }

    func error(_ refusal: Refusal, retryAfter: Int, sequence: Int) -> ErrorAnswer {
        let (status, message) = Self.facts(refusal)
        return ErrorAnswer(
            status: status, headers: refusal.retryHeaders(retryAfter),
            body: ["id": .text(answerID(sequence)), "message": .text(message)])
    }

    private static func facts(_ refusal: Refusal) -> (status: Int, message: String) {
        switch refusal {
        case .badRequest, .tooLarge: (400, refusal.message)
        case .tooLong: (400, "too many tokens: the total number of tokens (9000) exceeds the limit of 8192")
        case .unauthorized: (401, "invalid api token")
        case .insufficientQuota: (402, "Please add or update your payment method to continue")
        case .forbidden: (403, refusal.message)
        case .unknownRoute, .notFound: (404, refusal.message)
        case .rateLimited: (429, refusal.message)
        case .serverError: (500, refusal.message)
        case .unavailable: (503, refusal.message)
        }
    }

    func read(_ call: Call) throws(BadRequest) -> Inquiry {
        guard let root = (try? JSONDocument(call.body))?.root, let model = root.text("model") else {
            throw BadRequest("invalid request: model is required")
        }
        var inquiry = Inquiry(model: model)
        var calls: Set<String> = []
        for message in try root.required("messages").elements() {
            guard let role = message.text("role") else { throw BadRequest("invalid request: role is required") }
            calls.formUnion(message.list("tool_calls").compactMap { $0.text("id") })
            if role == "tool", !calls.contains(message.text("tool_call_id") ?? "") {
                throw BadRequest("invalid request: tool_call_id matches no tool call")
            }
            let content = message.present("content")
            inquiry.turns.append(Inquiry.Turn(role: ChatReader.role(role), text: content?.contentText ?? ""))
            for part in content?.elements() ?? [] where part.text("type") == "image_url" {
                let url = part.present("image_url")?.text("url") ?? ""
                try inquiry.attachments.append(Inquiry.Attachment(kind: "image", url: url))
            }
        }
        for tool in root.list("tools") {
            let function = tool.present("function")
            guard let name = function?.text("name") else { throw BadRequest("invalid request: tool without a name") }
            inquiry.tools.append(Inquiry.Tool(name: name, parameters: function?.present("parameters")))
        }
        switch root.text("tool_choice") {
        case "REQUIRED": inquiry.toolChoice = .required
        case "NONE": inquiry.toolChoice = .none
        case nil: break
        case let other?: throw BadRequest("invalid request: tool_choice \(other)")
        }
        if let format = root.present("response_format"), format.text("type") == "json_object" {
            let schema = format.present("json_schema") ?? format.present("schema")
            inquiry.structured = schema.map { SchemaAnswer.value(of: $0) } ?? SchemaAnswer.object
        }
        inquiry.maximum = try root.integer("max_tokens")
        inquiry.isStream = try root.flag("stream") ?? false
        return inquiry
    }
}
