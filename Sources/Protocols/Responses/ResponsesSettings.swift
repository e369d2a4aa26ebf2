import JSON

extension Conversation {
    /// Takes one parameter of a request in OpenAI's Responses.
    mutating func note(responses name: String, _ value: JSONValue) throws(RequestFault) {
        if value.isNull { return }
        switch name {
        case "temperature": settings.temperature = try Self.number(value, name)
        case "top_p": settings.topP = try Self.number(value, name)
        case "tools":
            for (index, tool) in value.elements().enumerated() { try add(responses: tool, at: "tools[\(index)]") }
        case "tool_choice":
            if let choice = try Self.choice(responses: value) {
                settings.toolChoice = choice
            } else {
                foreign.append(Field(name: name, json: value.raw))
            }
        case "parallel_tool_calls": settings.parallelToolCalls = value.bool
        case "text": try note(responsesText: value)
        case "reasoning":
            settings.reasoning = try Self.reasoning(value)
            spelling[.reasoning] = name
            // A level newer than this.
            if settings.reasoning == nil { foreign.append(Field(name: name, json: value.raw)) }
        case "user", "safety_identifier":
            settings.user = JSONText(value)
            spelling[.user] = name
        case "metadata": settings.metadata = value.raw
        case "top_logprobs":
            settings.logprobs = (value.int ?? 1) > 0
            spelling[.logprobs] = name
        case "include":
            let wanted = value.elements()
            if wanted.contains(where: { $0.isString("message.output_text.logprobs") }) {
                settings.logprobs = true
                spelling[.logprobs] = name
            }
            // Encrypted thoughts come back unasked where there are any.
            let isOther = wanted.contains {
                !$0.isString("message.output_text.logprobs") && !$0.isString("reasoning.encrypted_content")
            }
            if isOther { foreign.append(Field(name: name, json: value.raw)) }
        // How the stream is padded, and whether the answer is kept, which no other provider does.
        case "stream_options": return
        case "store" where value.bool == false: return
        case _: foreign.append(Field(name: name, json: value.raw))
        }
    }

    private mutating func add(responses tool: JSONValue, at place: String) throws(RequestFault) {
        let type = tool.member("type")?.string ?? "function"
        let name = JSONText(tool.member("name"))
        guard type == "function" else {
            tools.append(Tool(name: name ?? .utf8([]), native: tool.raw))
            return
        }
        guard let name else { throw RequestFault("The tool has no name.", param: place + ".name") }
        tools.append(
            Tool(
                name: name, description: JSONText(tool.present("description")),
                schema: tool.present("parameters")?.raw, isStrict: tool.present("strict")?.bool))
    }

    /// Nil for what only OpenAI knows: a choice among tools, of one that it runs, or of a kind newer than this.
    private static func choice(responses value: JSONValue) throws(RequestFault) -> ToolChoice? {
        switch value.string {
        case "auto": return .auto
        case "none": return ToolChoice.none
        case "required": return .required
        case _?: return nil
        case nil:
            switch value.member("type")?.string {
            case "function", "custom":
                guard let name = JSONText(value.member("name")) else {
                    throw RequestFault("Must be a string.", param: "tool_choice.name")
                }
                return .named(name)
            case _?: return nil
            case nil: throw RequestFault("Must be auto, none, required or a tool.", param: "tool_choice")
            }
        }
    }

    /// Nil where the level is not known.
    private static func reasoning(_ value: JSONValue) throws(RequestFault) -> ReasoningWish? {
        guard value.kind == .object else { throw RequestFault("Must be an object.", param: "reasoning") }
        var wish = ReasoningWish()
        if let effort = value.present("effort") {
            guard let text = effort.string else {
                throw RequestFault("Must be a string.", param: "reasoning.effort")
            }
            guard let level = ReasoningWish.Level(rawValue: text) else { return nil }
            wish.level = level
        }
        // The second is its former name.
        if (value.present("summary") ?? value.present("generate_summary")) != nil { wish.shows = true }
        return wish
    }

    private mutating func note(responsesText text: JSONValue) throws(RequestFault) {
        guard let members = try? text.members() else { throw RequestFault("Must be an object.", param: "text") }
        spelling[.answerFormat] = "text"
        for member in members where !member.value.isNull {
            if member.name == "format", let format = try Self.format(responses: member.value) {
                settings.answerFormat = format
            } else {
                foreign.append(Field(name: "text." + member.name, json: member.value.raw))
            }
        }
    }

    /// Nil for what is newer than this.
    private static func format(responses format: JSONValue) throws(RequestFault) -> AnswerFormat? {
        switch format.member("type")?.string {
        case "text": return .text
        case "json_object": return .json
        case "json_schema":
            guard let schema = format.present("schema") else {
                throw RequestFault("The format has no schema.", param: "text.format.schema")
            }
            return .schema(
                AnswerSchema(
                    name: JSONText(format.member("name")), description: JSONText(format.present("description")),
                    schema: schema.raw, isStrict: format.present("strict")?.bool))
        case _?: return nil
        case nil: throw RequestFault("Must be a string.", param: "text.format.type")
        }
    }
}
