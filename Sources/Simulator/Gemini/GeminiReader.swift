import JSON

/// Reads a request for content.
struct GeminiReader {
    /// A call of foreign origin carries this where the model wants its own signature.
    private static let foreignSignature = "skip_thought_signature_validator"

    /// Functions called in the last turn: the next one has to answer each.
    private var openCalls: [String] = []

    mutating func read(_ call: Call) throws(BadRequest) -> Inquiry {
        guard let root = (try? JSONDocument(call.body))?.root, root.kind == .object, let model = call.pathModel else {
            throw BadRequest("Invalid JSON payload received.")
        }
        var inquiry = Inquiry(model: model)
        inquiry.isStream = call.pathIsStream
        inquiry.showsReasoning = false
        if let system = root.proto("systemInstruction") {
            inquiry.turns.append(Inquiry.Turn(role: .system, text: Self.text(system)))
        }
        let contents = root.list("contents")
        guard !contents.isEmpty else { throw BadRequest("GenerateContentRequest.contents: contents is not specified") }
        for content in contents { try read(content: content, into: &inquiry) }
        for tool in root.list("tools") {
            for declaration in (tool.proto("functionDeclarations")?.elements() ?? []) {
                guard let name = declaration.text("name") else { throw BadRequest("A function has no name.") }
                let parameters = declaration.proto("parametersJsonSchema") ?? declaration.proto("parameters")
                inquiry.tools.append(Inquiry.Tool(name: name, parameters: parameters))
            }
        }
        if let choice = root.proto("toolConfig")?.proto("functionCallingConfig") {
            inquiry.toolChoice = toolChoice(choice)
        }
        if let config = root.proto("generationConfig") { try read(config: config, into: &inquiry) }
        inquiry.user = root.proto("labels")?.text("user")
        return inquiry
    }

    /// The text of a content's parts, thoughts left out.
    static func text(_ content: JSONValue) -> String {
        content.list("parts").filter { $0.present("thought")?.bool != true }.compactMap { $0.text("text") }
            .joined(separator: " ")
    }

    private func read(config: JSONValue, into inquiry: inout Inquiry) throws(BadRequest) {
        inquiry.maximum = try config.integer("maxOutputTokens", "max_output_tokens")
        inquiry.showsReasoning = config.proto("thinkingConfig")?.proto("includeThoughts")?.bool ?? false
        guard config.proto("responseMimeType")?.string == "application/json" else { return }
        let schema = config.proto("responseJsonSchema") ?? config.proto("responseSchema")
        inquiry.structured = schema.map { SchemaAnswer.value(of: $0) } ?? SchemaAnswer.object
    }

    private mutating func read(content: JSONValue, into inquiry: inout Inquiry) throws(BadRequest) {
        let isModel = content.text("role") == "model"
        var results: [Inquiry.Turn] = []
        var calls: [String] = []
        for part in content.list("parts") {
            if let data = part.proto("inlineData") {
                let type = data.proto("mimeType")?.string
                let text = data.text("data") ?? ""
                try inquiry.attachments.append(
                    Inquiry.Attachment(kind: Self.kind(type), mediaType: type, base64: text))
            } else if let file = part.proto("fileData") {
                let kind = Self.kind(file.proto("mimeType")?.string)
                inquiry.attachments.append(
                    Inquiry.Attachment(
                        kind: kind, mediaType: nil, content: .address(file.proto("fileUri")?.string ?? "")))
            } else if let called = part.proto("functionCall") {
                let name = called.text("name") ?? ""
                try check(part, calls: name, isFirst: calls.isEmpty, inquiry)
                calls.append(name)
            } else if let result = part.proto("functionResponse") {
                guard let index = openCalls.firstIndex(of: result.text("name") ?? ""),
                    let response = result.present("response"), response.kind == .object
                else { throw BadRequest("A function response answers no function call, or is no object.") }
                openCalls.remove(at: index)
                results.append(
                    Inquiry.Turn(role: .tool, text: String(decoding: response.raw, as: UTF8.self)))
            }
        }
        guard openCalls.isEmpty else {
            throw BadRequest(
                "Please ensure that the number of function response parts is equal to the number of function call parts"
                    + " of the function call turn.")
        }
        openCalls = calls
        let text = Self.text(content)
        if results.isEmpty || !text.isEmpty {
            inquiry.turns.append(Inquiry.Turn(role: isModel ? .assistant : .user, text: text))
        }
        inquiry.turns += results
    }

    /// A model that thinks wants the signature of its first call back.
    private func check(_ part: JSONValue, calls name: String, isFirst: Bool, _ inquiry: Inquiry) throws(BadRequest) {
        let own = Deterministic.signature("gemini", over: name)
        let accepted = [own, Self.foreignSignature, Deterministic.base64(Self.foreignSignature)]
        if let signature = part.proto("thoughtSignature")?.string {
            guard accepted.contains(signature) else { throw BadRequest("Thought signature is not valid.") }
        } else if isFirst, inquiry.model.features.contains(.think) {
            throw BadRequest("Function call is missing a thought_signature in functionCall parts.")
        }
    }

    private static func kind(_ mediaType: String?) -> String {
        let first = mediaType?.prefix { $0 != "/" } ?? ""
        return ["image", "audio", "video"].contains(first) ? String(first) : "document"
    }

    private func toolChoice(_ choice: JSONValue) -> Inquiry.ToolChoice {
        let allowed = (choice.proto("allowedFunctionNames")?.elements() ?? []).compactMap(\.string)
        switch choice.text("mode") {
        case "NONE": return .none
        case "ANY" where allowed.count == 1: return .named(allowed[0])
        case "ANY": return .required
        case _: return .auto
        }
    }
}

extension JSONValue {
    /// A member by its name in lower camel case, or by that of its protocol buffer field: Google takes both.
    fileprivate func proto(_ name: String) -> JSONValue? {
        present(name) ?? present(name.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) })
    }
}
