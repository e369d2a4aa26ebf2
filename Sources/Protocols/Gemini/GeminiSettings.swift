import JSON

extension GeminiBody {
    /// What a field of Gemini's means, by its name in either spelling: `generationConfig.temperature`.
    package static func meaning(of field: String) -> Settings.Name? {
        switch GeminiName.path(field) {
        case "generationConfig.temperature": .temperature
        case "generationConfig.topP": .topP
        case "generationConfig.topK": .topK
        case "generationConfig.frequencyPenalty": .frequencyPenalty
        case "generationConfig.presencePenalty": .presencePenalty
        case "generationConfig.seed": .seed
        case "generationConfig.stopSequences": .stop
        case "generationConfig.responseMimeType", "generationConfig.responseSchema",
            "generationConfig.responseJsonSchema":
            .answerFormat
        case "generationConfig.thinkingConfig": .reasoning
        case "generationConfig.responseLogprobs": .logprobs
        case "toolConfig.functionCallingConfig": .toolChoice
        case "labels": .metadata
        case _: nil
        }
    }
}

extension Conversation {
    /// Takes one parameter of a `generateContent`, named by its path.
    mutating func note(gemini name: String, _ value: JSONValue) throws(RequestFault) {
        if value.isNull { return }
        if name == "tools" {
            for (index, tool) in value.elements().enumerated() { try add(gemini: tool, at: "tools[\(index)]") }
            return
        }
        let meaning = GeminiBody.meaning(of: name)
        if let meaning, spelling[meaning] == nil { spelling[meaning] = name }
        switch meaning {
        case nil: foreign.append(Field(name: name, json: value.raw))
        case .temperature?: settings.temperature = try Self.number(value, name)
        case .topP?: settings.topP = try Self.number(value, name)
        case .topK?: settings.topK = try Self.whole(value, name)
        case .frequencyPenalty?: settings.frequencyPenalty = try Self.number(value, name)
        case .presencePenalty?: settings.presencePenalty = try Self.number(value, name)
        case .seed?: settings.seed = try Self.number(value, name)
        case .stop?: settings.stop = try Self.texts(value, name)
        case .answerFormat?: noteFormat(name, value)
        case .reasoning?: settings.reasoning = Self.wish(value)
        case .logprobs?: settings.logprobs = value.bool
        case .toolChoice?: settings.toolChoice = choice(value, name)
        case .metadata?: settings.metadata = value.raw
        // Gemini has no such thing.
        case .parallelToolCalls?, .user?: return
        }
    }

    /// Google's SDKs write `3.0`, which others take for no whole number.
    private static func whole(_ value: JSONValue, _ name: String) throws(RequestFault) -> ArraySlice<UInt8> {
        let number = try number(value, name)
        return number.suffix(2).elementsEqual(".0".utf8) ? number.dropLast(2) : number
    }

    /// Type and schema come in either order; only JSON has a schema.
    private mutating func noteFormat(_ name: String, _ value: JSONValue) {
        switch GeminiName.path(name) {
        case "generationConfig.responseJsonSchema": settings.answerFormat = .schema(AnswerSchema(schema: value.raw))
        case "generationConfig.responseSchema":
            settings.answerFormat = .schema(AnswerSchema(schema: GeminiSchema.jsonSchema(value)[...]))
        case _:
            switch value.string {
            case "application/json":
                if case .schema? = settings.answerFormat { return }
                settings.answerFormat = .json
            case "text/plain": settings.answerFormat = .text
            // One word of several (`text/x.enum`): no other protocol has it.
            case _: foreign.append(Field(name: name, json: value.raw))
            }
        }
    }

    private static func wish(_ value: JSONValue) -> ReasoningWish {
        var wish = ReasoningWish(shows: value.google("includeThoughts")?.bool)
        wish.level = value.google("thinkingLevel")?.string.flatMap { ReasoningWish.Level(rawValue: $0.lowercased()) }
        // -1 leaves it to the model.
        if let budget = value.google("thinkingBudget")?.int, budget >= 0 { wish.budget = budget }
        return wish
    }

    private mutating func choice(_ value: JSONValue, _ name: String) -> ToolChoice? {
        let allowed = value.google("allowedFunctionNames")?.googleItems ?? []
        switch value.google("mode")?.string?.uppercased() {
        // Validated calls are a model's own choice too.
        case nil, "AUTO", "VALIDATED", "MODE_UNSPECIFIED": return .auto
        case "NONE": return ToolChoice.none
        case "ANY":
            if allowed.count == 1, let only = JSONText(allowed.first) { return .named(only) }
            // No other protocol narrows the choice to some.
            if let names = value.google("allowedFunctionNames"), !allowed.isEmpty {
                foreign.append(Field(name: name + ".allowedFunctionNames", json: names.raw))
            }
            return .required
        case _:
            foreign.append(Field(name: name, json: value.raw))
            return nil
        }
    }

    /// An object of declarations, and of Google's own tools beside them.
    private mutating func add(gemini tool: JSONValue, at place: String) throws(RequestFault) {
        guard let members = try? tool.members() else { throw RequestFault("Must be an object.", param: place) }
        for member in members where !member.value.isNull {
            guard GeminiName.camel(member.name) == "functionDeclarations" else {
                tools.append(Tool(name: .utf8([]), native: tool.raw))
                continue
            }
            for (index, function) in member.value.googleItems.enumerated() {
                guard let name = JSONText(function.present("name")) else {
                    throw RequestFault("The function has no name.", param: "\(place).functionDeclarations[\(index)]")
                }
                let own = function.present("parameters").map { GeminiSchema.jsonSchema($0)[...] }
                tools.append(
                    Tool(
                        name: name, description: JSONText(function.present("description")),
                        schema: function.google("parametersJsonSchema")?.raw ?? own))
            }
        }
    }
}
