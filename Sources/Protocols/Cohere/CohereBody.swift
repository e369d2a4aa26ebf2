import JSON

/// The body of a request to Cohere's chat, version 2.
package enum CohereBody {
    /// Throws where something cannot be said in Cohere's protocol.
    package static func encode(
        _ outgoing: Outgoing, dialect: ProviderDialect
    ) throws(RequestFault) -> ProviderBody {
        // There are such, but of tokens of another kind.
        guard outgoing.conversation.settings.logprobs != true else {
            throw RequestFault(
                "The deployed provider gives no log probabilities in this form.",
                param: outgoing.conversation.spelled(.logprobs))
        }
        var encoding = CohereEncoding(outgoing)
        return try encoding.encode()
    }
}

/// One request's way into Cohere's body.
struct CohereEncoding {
    let outgoing: Outgoing
    var writer: JSONWriter
    var ignored: [String]
    /// Top-level names that are written.
    private var written: Set<String> = ["model", "messages", "max_tokens", "stream", "tools", "tool_choice"]

    init(_ outgoing: Outgoing) {
        self.outgoing = outgoing
        ignored = outgoing.ignored
        writer = JSONWriter(capacity: 1_024 + outgoing.conversation.turns.count * 256)
    }

    var settings: Settings { outgoing.conversation.settings }

    /// Takes note of a setting that has no counterpart.
    private mutating func drop(_ name: Settings.Name) { ignored.append(outgoing.conversation.spelled(name)) }

    mutating func encode() throws(RequestFault) -> ProviderBody {
        writer.beginObject()
        writer.member("model", outgoing.model)
        try writeMessages()
        writer.key("max_tokens")
        writer.int(outgoing.maxOutputTokens)
        let hasTools = writeTools()
        writeNumbers()
        writeFormat(hasTools: hasTools)
        writeThinking()
        for name in [Settings.Name.user, .metadata] where settings.has(name) { drop(name) }
        // Calls in parallel cannot be kept from a model.
        if settings.parallelToolCalls == false { drop(.parallelToolCalls) }
        for field in outgoing.conversation.foreign where written.insert(field.name).inserted {
            writer.key(field.name)
            writer.raw(field.json)
        }
        writer.key("stream")
        writer.bool(outgoing.stream)
        writer.endObject()
        return ProviderBody(bytes: writer.bytes, ignored: ignored)
    }

    private mutating func writeNumbers() {
        let numbers = [
            ("temperature", settings.temperature), ("p", settings.topP), ("k", settings.topK), ("seed", settings.seed),
            ("frequency_penalty", settings.frequencyPenalty), ("presence_penalty", settings.presencePenalty),
        ]
        for (name, json) in numbers {
            guard let json else { continue }
            begin(name)
            writer.raw(json)
        }
        guard let stop = settings.stop else { return }
        begin("stop_sequences")
        writer.beginArray()
        for word in stop { writer.text(word) }
        writer.endArray()
    }

    private mutating func begin(_ name: String) {
        written.insert(name)
        writer.key(name)
    }

    /// A tool that must be called is the only one there is, since none can be named.
    /// - Returns: whether there are any.
    private mutating func writeTools() -> Bool {
        var tools = outgoing.conversation.tools.filter { $0.native == nil }
        if tools.count < outgoing.conversation.tools.count { ignored.append("tools") }
        var choice: String?
        switch settings.toolChoice {
        case .auto?, nil: break
        case ToolChoice.none?: choice = "NONE"
        case .required?: choice = "REQUIRED"
        case .named(let name)?:
            choice = "REQUIRED"
            let named = tools.filter { $0.name == name }
            if !named.isEmpty { tools = named }
        }
        guard !tools.isEmpty else { return false }
        writer.key("tools")
        writer.beginArray()
        for tool in tools { writer.function(tool) }
        writer.endArray()
        if tools.allSatisfy({ $0.isStrict == true }) {
            begin("strict_tools")
            writer.bool(true)
        }
        if let choice { writer.member("tool_choice", choice) }
        return true
    }

    private mutating func writeFormat(hasTools: Bool) {
        var schema: ArraySlice<UInt8>?
        switch settings.answerFormat {
        case .text?, nil: return
        case .json?: break
        case .schema(let format)?: schema = format.schema
        }
        // Beside tools it is refused.
        if hasTools { return drop(.answerFormat) }
        begin("response_format")
        writer.beginObject()
        writer.member("type", "json_object")
        if let schema {
            writer.key("json_schema")
            writer.raw(schema)
        }
        writer.endObject()
    }

    private mutating func writeThinking() {
        guard let wish = settings.reasoning else { return }
        begin("thinking")
        writer.beginObject()
        if wish.level == ReasoningWish.Level.none || wish.budget == 0 {
            writer.member("type", "disabled")
        } else {
            writer.member("type", "enabled")
            // Something must be left for the answer.
            if let budget = wish.nearestBudget, outgoing.maxOutputTokens > 1 {
                writer.key("token_budget")
                writer.int(max(1, min(budget, outgoing.maxOutputTokens - 1)))
            }
        }
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func function(_ tool: Tool) {
        beginObject()
        member("type", "function")
        key("function")
        beginObject()
        member("name", tool.name)
        if let description = tool.description { member("description", description) }
        key("parameters")
        raw(tool.schema ?? Array(#"{"type":"object","properties":{}}"#.utf8)[...])
        endObject()
        endObject()
    }
}
