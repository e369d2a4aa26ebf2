import JSON

/// Anthropic's Messages as conversations.
package enum AnthropicConversation {
    package static func read(_ call: RunCall) throws(RequestFault) -> Conversation {
        var conversation = Conversation()
        conversation.spelling = [.stop: "stop_sequences", .answerFormat: "output_config", .reasoning: "thinking"]
        if let system = call.system {
            conversation.turns.append(Turn(.system, try parts(system, at: "system")))
        }
        for (index, message) in call.messages.enumerated() {
            let place = "messages[\(index)]"
            let role: Turn.Role
            switch message.member("role")?.string {
            case "user": role = .user
            case "assistant": role = .assistant
            case "system": role = .system
            case _: throw RequestFault("Must be user or assistant.", param: place + ".role")
            }
            guard let content = message.present("content") else {
                throw RequestFault("The message has no content.", param: place + ".content")
            }
            conversation.turns.append(Turn(role, try parts(content, at: place + ".content")))
        }
        for field in call.parameters { try conversation.note(anthropic: field.name, field.value) }
        return conversation
    }

    /// A string, or blocks.
    private static func parts(_ content: JSONValue, at place: String) throws(RequestFault) -> [Turn.Part] {
        if let text = JSONText(content) { return [.text(text)] }
        guard content.kind == .array else {
            throw RequestFault("Must be a string or an array of blocks.", param: place)
        }
        var parts: [Turn.Part] = []
        for (index, block) in content.elements().enumerated() {
            parts.append(try part(block, at: "\(place)[\(index)]"))
        }
        return parts
    }

    private static func part(_ block: JSONValue, at place: String) throws(RequestFault) -> Turn.Part {
        switch block.only("type")?.string {
        case "text":
            guard let text = JSONText(block.member("text")) else {
                throw RequestFault("The block has no text.", param: place)
            }
            return .text(text)
        case "image": return media(.image, block).map { .media($0) } ?? .native(block)
        case "document": return media(.file, block).map { .media($0) } ?? .native(block)
        case "thinking", "redacted_thinking": return thought(block) ?? .native(block)
        case "tool_use":
            guard let name = JSONText(block.member("name")), let input = block.member("input"), input.kind == .object
            else { throw RequestFault("The block has no name, or no object as input.", param: place) }
            return .call(Turn.Call(id: JSONText(block.member("id")), name: name, arguments: input.raw))
        case "tool_result":
            guard let id = JSONText(block.member("tool_use_id")) else {
                throw RequestFault("The block has no tool_use_id.", param: place)
            }
            let content = try block.present("content").map { value throws(RequestFault) in
                try parts(value, at: place + ".content")
            }
            return .result(
                Turn.CallResult(id: id, content: content ?? [], isError: block.member("is_error")?.bool ?? false))
        case _: return .native(block)
        }
    }

    /// Nil where it is none.
    static func thought(_ block: JSONValue) -> Turn.Part? {
        switch block.only("type")?.string {
        case "thinking":
            let signature = JSONText(block.present("signature"))
            return .reasoning(
                JSONText(block.member("thinking")) ?? .utf8([]), signature: signature?.isEmpty == true ? nil : signature
            )
        case "redacted_thinking": return JSONText(block.member("data")).map { .hiddenReasoning($0) }
        case _: return nil
        }
    }

    private static func media(_ kind: Media.Kind, _ block: JSONValue) -> Media? {
        guard let source = block.present("source") else { return nil }
        let name = JSONText(block.present("title"))
        let type = source.member("media_type")?.string
        switch source.only("type")?.string {
        case "base64": return JSONText(source.member("data")).map { Media(kind, .base64($0), type: type, name: name) }
        case "url": return JSONText(source.member("url")).map { Media(kind, .url($0), name: name) }
        case "file": return JSONText(source.member("file_id")).map { Media(kind, .id($0), name: name) }
        case "text": return JSONText(source.member("data")).map { Media(kind, .text($0), type: type, name: name) }
        case _: return nil
        }
    }
}

extension Conversation {
    fileprivate mutating func note(anthropic name: String, _ value: JSONValue) throws(RequestFault) {
        switch name {
        case "temperature", "top_p", "top_k": try note(name, value)
        case "stop_sequences": settings.stop = try Self.texts(value, name)
        case "tools":
            guard value.kind == .array else { throw RequestFault("Must be an array.", param: name) }
            for (index, tool) in value.elements().enumerated() {
                let schema = tool.present("input_schema")
                // A set of tools has none (`mcp_toolset`).
                let isNameless = schema == nil && tool.member("type")?.kind == .string
                guard let name = JSONText(tool.member("name")) ?? (isNameless ? .utf8([]) : nil) else {
                    throw RequestFault("The tool has no name.", param: "tools[\(index)]")
                }
                tools.append(
                    Tool(
                        name: name, description: JSONText(tool.present("description")), schema: schema?.raw,
                        isStrict: tool.present("strict")?.bool, native: schema == nil ? tool.raw : nil))
            }
        case "tool_choice": try note(anthropicChoice: value)
        case "thinking":
            switch value.member("type")?.string {
            case "disabled": settings.reasoning = ReasoningWish(level: ReasoningWish.Level.none)
            case "enabled":
                settings.reasoning = ReasoningWish(budget: value.member("budget_tokens")?.int, shows: true)
            case _:
                // As much as the effort says, which may have been read before.
                settings.reasoning = ReasoningWish(level: settings.reasoning?.level, shows: true)
            }
        case "output_config":
            if let level = value.present("effort")?.string.flatMap(ReasoningWish.Level.init(rawValue:)) {
                settings.reasoning = ReasoningWish(
                    level: level, budget: settings.reasoning?.budget, shows: settings.reasoning?.shows)
            }
            if let format = value.present("format") {
                guard let schema = format.present("schema") else {
                    throw RequestFault("The format has no schema.", param: "output_config.format")
                }
                settings.answerFormat = .schema(AnswerSchema(schema: schema.raw, isStrict: true))
            }
        case "metadata": settings.user = JSONText(value.present("user_id"))
        case _: foreign.append(Field(name: name, json: value.raw))
        }
    }

    private mutating func note(anthropicChoice value: JSONValue) throws(RequestFault) {
        switch value.member("type")?.string {
        case "auto": settings.toolChoice = .auto
        case "any": settings.toolChoice = .required
        case "none": settings.toolChoice = ToolChoice.none
        case "tool":
            guard let name = JSONText(value.member("name")) else {
                throw RequestFault("The tool has no name.", param: "tool_choice")
            }
            settings.toolChoice = .named(name)
        case _: throw RequestFault("The type is unknown.", param: "tool_choice")
        }
        if let isForbidden = value.present("disable_parallel_tool_use")?.bool {
            settings.parallelToolCalls = !isForbidden
        }
    }
}
