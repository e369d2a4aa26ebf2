import JSON

/// Reads a request for a response.
struct ResponsesReader {
    /// Calls among the items so far: an output has to answer one.
    private var calls: Set<String> = []

    mutating func read(_ body: [UInt8]) throws(BadRequest) -> Inquiry {
        guard let root = (try? JSONDocument(body))?.root, let model = root.text("model"),
            let input = root.present("input")
        else { throw BadRequest("The request is not a valid response request.") }
        for name in ["previous_response_id", "conversation"] where root.present(name) != nil {
            throw BadRequest("\(name): nothing is kept here")
        }
        guard try root.flag("background") != true else { throw BadRequest("background: nothing is kept here") }
        var inquiry = Inquiry(model: model)
        if let instructions = try root.string("instructions") {
            inquiry.turns.append(Inquiry.Turn(role: .system, text: instructions))
        }
        if let text = input.string { inquiry.turns.append(Inquiry.Turn(role: .user, text: text)) }
        for item in input.elements() { try read(item: item, into: &inquiry) }
        for tool in root.list("tools") where tool.text("type") == "function" {
            guard let name = tool.text("name") else { throw BadRequest("tools: name: Field required") }
            inquiry.tools.append(Inquiry.Tool(name: name, parameters: tool.present("parameters")))
        }
        if let choice = root.present("tool_choice") { inquiry.toolChoice = toolChoice(choice) }
        inquiry.allowsParallelCalls = try root.flag("parallel_tool_calls") ?? true
        inquiry.structured = root.present("text")?.present("format").flatMap(structured)
        inquiry.maximum = try root.integer("max_output_tokens")
        inquiry.isStream = try root.flag("stream") ?? false
        inquiry.sealsReasoning = root.list("include").contains { $0.isString("reasoning.encrypted_content") }
        inquiry.user = try root.string("safety_identifier") ?? root.text("user")
        return inquiry
    }

    private mutating func read(item: JSONValue, into inquiry: inout Inquiry) throws(BadRequest) {
        switch item.text("type") ?? "message" {
        case "message":
            let content = try item.required("content")
            let role = ChatReader.role(item.text("role") ?? "")
            inquiry.turns.append(Inquiry.Turn(role: role, text: content.contentText))
            for part in content.elements() { try attach(part, to: &inquiry) }
        case "function_call":
            guard let id = item.text("call_id"), item.text("arguments") != nil else {
                throw BadRequest("input: function_call: call_id and arguments: Fields required")
            }
            calls.insert(id)
        case "function_call_output":
            let id = item.text("call_id") ?? ""
            guard calls.contains(id) else {
                throw BadRequest("No tool call found for function call output with call_id \(id).")
            }
            let output = try item.required("output")
            inquiry.turns.append(Inquiry.Turn(role: .tool, text: output.contentText))
            for part in output.elements() { try attach(part, to: &inquiry) }
        case "reasoning":
            let text = item.list("summary").compactMap { $0.text("text") }.joined()
            if let sealed = item.text("encrypted_content"),
                sealed != Deterministic.signature("openai-responses", over: text)
            {
                throw BadRequest("The encrypted content could not be verified.")
            }
        case let type: throw BadRequest("input: type: \(type) is not known here")
        }
    }

    private func attach(_ part: JSONValue, to inquiry: inout Inquiry) throws(BadRequest) {
        let kind: String
        let content: String?
        switch part.text("type") {
        case "input_image":
            kind = "image"
            content = part.text("image_url")
        case "input_file":
            kind = "document"
            content = part.text("file_data") ?? part.text("file_url")
        case _: return
        }
        if let content {
            try inquiry.attachments.append(Inquiry.Attachment(kind: kind, url: content))
        } else if let id = part.text("file_id") {
            inquiry.attachments.append(Inquiry.Attachment(kind: kind, mediaType: nil, content: .address(id)))
        } else {
            throw BadRequest("input: \(kind): a URL or file_id is required")
        }
    }

    private func structured(_ format: JSONValue) -> String? {
        switch format.text("type") {
        case "json_object": SchemaAnswer.object
        case "json_schema": format.member("schema").map { SchemaAnswer.value(of: $0) } ?? "{}"
        case _: nil
        }
    }

    private func toolChoice(_ choice: JSONValue) -> Inquiry.ToolChoice {
        if let name = choice.text("name") { return .named(name) }
        return switch choice.string {
        case "none": .none
        case "required": .required
        case _: .auto
        }
    }
}
