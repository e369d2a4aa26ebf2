import JSON

/// Reads the request of a chat completion.
enum ChatReader {
    static func read(_ body: [UInt8], _ variant: ChatVariant) throws(BadRequest) -> Inquiry {
        guard let root = (try? JSONDocument(body))?.root, let model = root.text("model"),
            let messages = root.present("messages"), messages.kind == .array
        else { throw BadRequest("The request is not a valid chat completion.") }
        var inquiry = Inquiry(model: model)
        for message in messages.elements() { try read(message: message, into: &inquiry) }
        for tool in root.list("tools") {
            guard let function = tool.present("function"), let name = function.text("name") else { continue }
            inquiry.tools.append(Inquiry.Tool(name: name, parameters: function.present("parameters")))
        }
        if let choice = root.present("tool_choice") { inquiry.toolChoice = toolChoice(choice) }
        inquiry.allowsParallelCalls = try root.flag("parallel_tool_calls") ?? true
        inquiry.structured = root.present("response_format").flatMap(structured)
        inquiry.maximum = try root.integer("max_completion_tokens", "max_tokens")
        inquiry.choices = try root.integer("n") ?? 1
        inquiry.isStream = try root.flag("stream") ?? false
        let asksForUsage = try root.present("stream_options")?.flag("include_usage") ?? false
        inquiry.wantsUsage = asksForUsage || variant.alwaysSaysUsage
        inquiry.user = try root.string("user")
        if variant == .groq { inquiry.showsReasoning = root.text("reasoning_format") != "hidden" }
        try variant.check(root, inquiry)
        return inquiry
    }

    /// What to say to a `response_format`; nil where it asks for text.
    static func structured(_ format: JSONValue) -> String? {
        switch format.text("type") {
        case "json_object": SchemaAnswer.object
        case "json_schema": format.present("json_schema")?.member("schema").map { SchemaAnswer.value(of: $0) } ?? "{}"
        case _: nil
        }
    }

    private static func read(message: JSONValue, into inquiry: inout Inquiry) throws(BadRequest) {
        guard let role = message.text("role") else { throw BadRequest("messages: role: Field required") }
        let content = message.present("content")
        guard content == nil || content?.kind == .string || content?.kind == .array else {
            throw BadRequest("messages: content: expects text or parts")
        }
        inquiry.turns.append(Inquiry.Turn(role: self.role(role), text: content?.contentText ?? ""))
        for part in content?.elements() ?? [] {
            if let attachment = try attachment(part) { inquiry.attachments.append(attachment) }
        }
    }

    static func role(_ name: String) -> Inquiry.Turn.Role {
        switch name {
        case "system", "developer": .system
        case "assistant": .assistant
        case "tool", "function": .tool
        case _: .user
        }
    }

    private static func attachment(_ part: JSONValue) throws(BadRequest) -> Inquiry.Attachment? {
        switch part.text("type") {
        case "image_url":
            guard let image = part.present("image_url"), let url = image.string ?? image.text("url") else {
                throw BadRequest("image_url: Field required")
            }
            return try Inquiry.Attachment(kind: "image", url: url)
        case "input_audio":
            guard let audio = part.present("input_audio"), let data = audio.string ?? audio.text("data") else {
                throw BadRequest("input_audio: Field required")
            }
            return try Inquiry.Attachment(
                kind: "audio", mediaType: audio.text("format").map { "audio/\($0)" }, base64: data)
        case "file":
            let file = part.present("file")
            if let data = file?.text("file_data") { return try Inquiry.Attachment(kind: "document", url: data) }
            guard let id = file?.text("file_id") else { throw BadRequest("file: Field required") }
            return Inquiry.Attachment(kind: "document", mediaType: nil, content: .address(id))
        case "document_url":
            let document = part.present("document_url")
            guard let url = document?.string ?? document?.text("url") else {
                throw BadRequest("document_url: Field required")
            }
            return try Inquiry.Attachment(kind: "document", url: url)
        case _: return nil
        }
    }

    private static func toolChoice(_ choice: JSONValue) -> Inquiry.ToolChoice {
        if let name = choice.member("function")?.text("name") { return .named(name) }
        return switch choice.string {
        case "none": .none
        case "required", "any": .required
        case _: .auto
        }
    }
}
