import JSON

/// Reads a request to converse.
struct BedrockReader {
    /// Calls of the last assistant's message: the next message has to answer them.
    private var openCalls: Set<String> = []
    private var hasToolBlocks = false

    mutating func read(_ call: Call) throws(BadRequest) -> Inquiry {
        guard let root = (try? JSONDocument(call.body))?.root, root.kind == .object, let model = call.pathModel else {
            throw BadRequest("The request body is not valid JSON")
        }
        var inquiry = Inquiry(model: model)
        inquiry.isStream = call.pathIsStream
        if let system = root.present("system") {
            inquiry.turns.append(Inquiry.Turn(role: .system, text: system.contentText))
        }
        for message in try root.required("messages").elements() { try read(message: message, into: &inquiry) }
        guard openCalls.isEmpty else { throw BadRequest(Self.unanswered) }
        let tools = root.present("toolConfig")
        guard !hasToolBlocks || tools != nil else {
            throw BadRequest(
                "The toolConfig field must be defined when using toolUse and toolResult content blocks.")
        }
        for tool in tools?.list("tools") ?? [] {
            guard let spec = tool.present("toolSpec") else { continue }
            guard let name = spec.text("name"), let schema = spec.present("inputSchema")?.present("json") else {
                throw BadRequest("toolSpec: name and inputSchema: required")
            }
            inquiry.tools.append(Inquiry.Tool(name: name, parameters: schema))
        }
        if let choice = tools?.present("toolChoice") { inquiry.toolChoice = try toolChoice(choice) }
        inquiry.maximum = try root.present("inferenceConfig")?.integer("maxTokens")
        if let format = root.present("outputConfig")?.present("textFormat") {
            inquiry.structured = try structured(format)
        }
        inquiry.user = root.present("requestMetadata")?.text("user")
        return inquiry
    }

    private static let unanswered =
        "Expected toolResult blocks at messages for each toolUse block of the previous turn."

    private mutating func read(message: JSONValue, into inquiry: inout Inquiry) throws(BadRequest) {
        guard let role = message.text("role"), role == "user" || role == "assistant" else {
            throw BadRequest("messages: role: user or assistant")
        }
        var results: [Inquiry.Turn] = []
        var calls: Set<String> = []
        let content = try message.required("content")
        for block in content.elements() {
            if let used = block.present("toolUse") {
                guard let id = used.text("toolUseId"), used.present("input")?.kind == .object else {
                    throw BadRequest("toolUse: toolUseId and an object as input: required")
                }
                calls.insert(id)
            } else if let result = block.present("toolResult") {
                guard openCalls.remove(result.text("toolUseId") ?? "") != nil else {
                    throw BadRequest("The toolResult blocks match no toolUse block of the previous turn.")
                }
                let parts = result.list("content")
                let json = parts.compactMap { $0.present("json") }.map { String(decoding: $0.raw, as: UTF8.self) }
                let text = (parts.compactMap { $0.text("text") } + json).joined(separator: " ")
                results.append(Inquiry.Turn(role: .tool, text: text))
                for part in parts { try attach(part, to: &inquiry) }
            } else if let reasoning = block.present("reasoningContent")?.present("reasoningText") {
                let signed = Deterministic.signature("bedrock", over: reasoning.text("text") ?? "")
                guard reasoning.text("signature") == signed else {
                    throw BadRequest("The signature of the reasoning content is not valid.")
                }
            } else {
                try attach(block, to: &inquiry)
            }
        }
        guard openCalls.isEmpty else { throw BadRequest(Self.unanswered) }
        openCalls = calls
        hasToolBlocks = hasToolBlocks || !calls.isEmpty || !results.isEmpty
        let text = content.contentText
        if results.isEmpty || !text.isEmpty {
            inquiry.turns.append(Inquiry.Turn(role: role == "user" ? .user : .assistant, text: text))
        }
        inquiry.turns += results
    }

    private func attach(_ block: JSONValue, to inquiry: inout Inquiry) throws(BadRequest) {
        let families = ["image": "image/", "document": "application/", "video": "video/", "audio": "audio/"]
        for (kind, family) in families {
            guard let part = block.present(kind) else { continue }
            let source = try part.required("source")
            let type = family + (part.text("format") ?? "")
            if let bytes = source.text("bytes") {
                try inquiry.attachments.append(Inquiry.Attachment(kind: kind, mediaType: type, base64: bytes))
            } else if let place = source.present("s3Location")?.text("uri") {
                inquiry.attachments.append(Inquiry.Attachment(kind: kind, mediaType: type, content: .address(place)))
            } else {
                throw BadRequest("\(kind): source: bytes or s3Location: required")
            }
        }
    }

    private func toolChoice(_ choice: JSONValue) throws(BadRequest) -> Inquiry.ToolChoice {
        if let name = choice.present("tool")?.text("name") { return .named(name) }
        if choice.present("any") != nil { return .required }
        guard choice.present("auto") != nil else { throw BadRequest("toolChoice: auto, any or tool") }
        return .auto
    }

    /// The schema is text that holds JSON.
    private func structured(_ format: JSONValue) throws(BadRequest) -> String {
        guard format.text("type") == "json_schema",
            let text = format.present("structure")?.present("jsonSchema")?.text("schema"),
            let schema = (try? JSONDocument(text))?.root
        else { throw BadRequest("outputConfig.textFormat: expects a schema as text") }
        return SchemaAnswer.value(of: schema)
    }
}
