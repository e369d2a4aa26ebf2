import JSON

/// Reads a request for a message, as strictly as Anthropic does where a gateway may get it wrong.
struct AnthropicReader {
    let host: AnthropicMessages.Host
    let onlyCounts: Bool
    /// Calls of the last assistant's message: the next message has to answer them.
    private var openCalls: Set<String> = []

    init(host: AnthropicMessages.Host, onlyCounts: Bool) {
        self.host = host
        self.onlyCounts = onlyCounts
    }

    mutating func read(_ call: Call) throws(BadRequest) -> Inquiry {
        guard let root = (try? JSONDocument(call.body))?.root, root.kind == .object else {
            throw BadRequest("The request body is not valid JSON")
        }
        try checkVersion(call, root)
        // Vertex counts for a model that the body names.
        let named = onlyCounts ? root.text("model") : call.pathModel ?? root.text("model")
        guard let model = named else { throw BadRequest("model: Field required") }
        var inquiry = Inquiry(model: model)
        inquiry.onlyCounts = onlyCounts
        if !onlyCounts {
            _ = try root.required("max_tokens")
            inquiry.maximum = try root.integer("max_tokens")
        }
        if let system = root.present("system") {
            inquiry.turns.append(Inquiry.Turn(role: .system, text: system.contentText))
        }
        for message in try root.required("messages").elements() { try read(message: message, into: &inquiry) }
        guard openCalls.isEmpty else {
            throw BadRequest("`tool_use` ids were found without `tool_result` blocks immediately after")
        }
        for tool in root.list("tools") where ["custom", nil].contains(tool.text("type")) {
            guard let name = tool.text("name") else { throw BadRequest("tools: name: Field required") }
            inquiry.tools.append(Inquiry.Tool(name: name, parameters: try tool.required("input_schema")))
        }
        if let choice = root.present("tool_choice") {
            inquiry.toolChoice = toolChoice(choice)
            inquiry.allowsParallelCalls = try choice.flag("disable_parallel_tool_use") != true
        }
        let format = root.present("output_config")?.present("format")
        inquiry.structured = format?.present("schema").map { SchemaAnswer.value(of: $0) }
        inquiry.isStream = try root.flag("stream") ?? false
        inquiry.user = root.present("metadata")?.text("user_id")
        return inquiry
    }

    private func checkVersion(_ call: Call, _ root: JSONValue) throws(BadRequest) {
        let version: String?
        switch host {
        case .anthropic: version = call.headers.first(name: "anthropic-version")
        case .vertex:
            guard onlyCounts || root.member("model") == nil else {
                throw BadRequest("model: Extra inputs are not permitted")
            }
            version = root.text("anthropic_version")
        }
        guard let version else { throw BadRequest("anthropic-version: header is required") }
        guard version == "2026-10-21" else { return }
        for name in ["temperature", "top_p", "top_k"] where root.present(name) != nil {
            throw BadRequest("\(name): not supported with anthropic-version \(version)")
        }
    }

    private mutating func read(message: JSONValue, into inquiry: inout Inquiry) throws(BadRequest) {
        let role: Inquiry.Turn.Role
        switch message.text("role") {
        case "user": role = .user
        case "assistant": role = .assistant
        case _: throw BadRequest("messages: role: Input should be 'user' or 'assistant'")
        }
        let content = try message.required("content")
        var results: [Inquiry.Turn] = []
        var calls: Set<String> = []
        for block in content.elements() {
            switch block.text("type") {
            case "tool_result":
                guard let id = block.text("tool_use_id"), openCalls.remove(id) != nil else {
                    throw BadRequest("unexpected `tool_use_id` found in `tool_result` blocks")
                }
                let result = block.present("content")
                results.append(Inquiry.Turn(role: .tool, text: result?.contentText ?? ""))
                for part in result?.elements() ?? [] { try attach(part, to: &inquiry) }
            case "tool_use":
                guard let id = block.text("id"), block.present("input")?.kind == .object else {
                    throw BadRequest("tool_use.input: Input should be a valid dictionary")
                }
                calls.insert(id)
            case "thinking":
                let signed = Deterministic.signature("anthropic", over: block.text("thinking") ?? "")
                guard block.text("signature") == signed else {
                    throw BadRequest("Invalid `signature` in `thinking` block")
                }
            case _: try attach(block, to: &inquiry)
            }
        }
        guard openCalls.isEmpty else {
            throw BadRequest("`tool_use` ids were found without `tool_result` blocks immediately after")
        }
        openCalls = calls
        let text = content.contentText
        if results.isEmpty || !text.isEmpty { inquiry.turns.append(Inquiry.Turn(role: role, text: text)) }
        inquiry.turns += results
    }

    private func attach(_ block: JSONValue, to inquiry: inout Inquiry) throws(BadRequest) {
        guard let kind = block.text("type"), ["image", "document"].contains(kind) else { return }
        let source = try block.required("source")
        let type = source.text("media_type")
        switch source.text("type") {
        case "base64":
            guard let data = source.text("data") else { throw BadRequest("source.data: Field required") }
            try inquiry.attachments.append(Inquiry.Attachment(kind: kind, mediaType: type, base64: data))
        case "url":
            try inquiry.attachments.append(Inquiry.Attachment(kind: kind, url: source.text("url") ?? ""))
        case "text":
            let count = source.text("data")?.utf8.count ?? 0
            inquiry.attachments.append(Inquiry.Attachment(kind: kind, mediaType: type, content: .bytes(count)))
        case "file":
            inquiry.attachments.append(
                Inquiry.Attachment(kind: kind, mediaType: nil, content: .address(source.text("file_id") ?? "")))
        case _: throw BadRequest("source.type: Input should be 'base64', 'file', 'text' or 'url'")
        }
    }

    private func toolChoice(_ choice: JSONValue) -> Inquiry.ToolChoice {
        switch choice.text("type") {
        case "none": .none
        case "any": .required
        case "tool": .named(choice.text("name") ?? "")
        case _: .auto
        }
    }
}
