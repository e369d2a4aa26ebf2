import JSON

extension Conversation {
    /// Takes one parameter of a chat completion.
    mutating func note(_ name: String, _ value: JSONValue) throws(RequestFault) {
        if value.isNull { return }
        switch name {
        case "temperature": settings.temperature = try Self.number(value, name)
        case "top_p": settings.topP = try Self.number(value, name)
        case "top_k": settings.topK = try Self.number(value, name)
        case "frequency_penalty": settings.frequencyPenalty = try Self.number(value, name)
        case "presence_penalty": settings.presencePenalty = try Self.number(value, name)
        // Mistral's name for it.
        case "seed", "random_seed": settings.seed = try Self.number(value, name)
        case "stop": settings.stop = try Self.texts(value, name)
        case "tools":
            guard value.kind == .array else { throw RequestFault("Must be an array.", param: name) }
            for (index, tool) in value.elements().enumerated() { try add(tool, at: "tools[\(index)]") }
        case "tool_choice": settings.toolChoice = try Self.choice(value)
        case "parallel_tool_calls": settings.parallelToolCalls = value.bool
        case "response_format": settings.answerFormat = try Self.format(value)
        case "reasoning_effort":
            guard let level = value.string.flatMap(ReasoningWish.Level.init(rawValue:)) else {
                throw RequestFault("Must be a known level.", param: name)
            }
            settings.reasoning = ReasoningWish(level: level)
        // OpenRouter's, which says more.
        case "reasoning" where value.kind == .object:
            settings.reasoning = ReasoningWish(
                level: value.member("effort")?.string.flatMap(ReasoningWish.Level.init(rawValue:)),
                budget: value.member("max_tokens")?.int, shows: value.member("exclude")?.bool.map { !$0 })
            spelling[.reasoning] = name
        case "user", "safety_identifier":
            settings.user = JSONText(value)
            spelling[.user] = name
        case "metadata": settings.metadata = value.raw
        case "logprobs": settings.logprobs = value.bool
        case _: foreign.append(Field(name: name, json: value.raw))
        }
    }

    static func number(_ value: JSONValue, _ name: String) throws(RequestFault) -> ArraySlice<UInt8> {
        guard value.kind == .number else { throw RequestFault("Must be a number.", param: name) }
        return value.raw
    }

    /// A string, or several.
    static func texts(_ value: JSONValue, _ name: String) throws(RequestFault) -> [JSONText] {
        if let text = JSONText(value) { return [text] }
        let texts = value.elements().map { JSONText($0) }
        guard value.kind == .array, !texts.contains(nil) else {
            throw RequestFault("Must be a string or an array of strings.", param: name)
        }
        return texts.compactMap(\.self)
    }

    private mutating func add(_ tool: JSONValue, at place: String) throws(RequestFault) {
        guard tool.member("type")?.string ?? "function" == "function" else {
            let name = JSONText(tool.member("custom")?.member("name")) ?? .utf8([])
            tools.append(Tool(name: name, native: tool.raw))
            return
        }
        guard let function = tool.present("function"), let name = JSONText(function.member("name")) else {
            throw RequestFault("The tool has no function with a name.", param: place)
        }
        tools.append(
            Tool(
                name: name, description: JSONText(function.present("description")),
                schema: function.present("parameters")?.raw, isStrict: function.present("strict")?.bool))
    }

    private static func choice(_ value: JSONValue) throws(RequestFault) -> ToolChoice {
        switch value.string {
        case "auto": return .auto
        case "none": return .none
        // Mistral's name for it.
        case "required", "any": return .required
        case _:
            guard let name = JSONText(value.member("function")?.member("name") ?? value.member("name")) else {
                throw RequestFault("Must be auto, none, required or a function's name.", param: "tool_choice")
            }
            return .named(name)
        }
    }

    private static func format(_ value: JSONValue) throws(RequestFault) -> AnswerFormat {
        switch value.member("type")?.string {
        case "text": return .text
        case "json_object": return .json
        case "json_schema":
            guard let format = value.present("json_schema"), let schema = format.present("schema") else {
                throw RequestFault("The format has no schema.", param: "response_format")
            }
            return .schema(
                AnswerSchema(
                    name: JSONText(format.member("name")), description: JSONText(format.present("description")),
                    schema: schema.raw, isStrict: format.present("strict")?.bool))
        case _: throw RequestFault("The format is unknown.", param: "response_format")
        }
    }
}
