import Domain
import JSON

/// The request body for a provider's Responses endpoint.
package enum ResponsesBody {
    /// Of a top-level field, by its name.
    package static func meaning(of field: String) -> Settings.Name? {
        switch field {
        case "temperature": .temperature
        case "top_p": .topP
        case "tool_choice": .toolChoice
        case "parallel_tool_calls": .parallelToolCalls
        case "text": .answerFormat
        case "reasoning": .reasoning
        case "user", "safety_identifier": .user
        case "metadata": .metadata
        case "top_logprobs": .logprobs
        case _: nil
        }
    }

    /// Written by this type itself, or of chat completions only, so no field of a version or a request brings them along.
    private static let reserved: Set<String> = [
        "model", "input", "instructions", "tools", "stream", "max_output_tokens", "messages", "stream_options", "n",
        "max_tokens", "max_completion_tokens", "include", "previous_response_id", "conversation", "background",
        "prompt",
    ]

    /// Throws where something cannot be said in Responses.
    package static func encode(
        _ outgoing: Outgoing, dialect: ProviderDialect
    ) throws(RequestFault) -> ProviderBody {
        let conversation = outgoing.conversation
        let isOwn = outgoing.spoken == .responses
        // The middle has none to hand on: the reply would lack them.
        if conversation.settings.logprobs == true, !isOwn {
            throw RequestFault(
                "The deployed provider gives no log probabilities.", param: conversation.spelled(.logprobs))
        }
        let turns = outgoing.turns
        let heading = turns.prefix { $0.isHeading }
        var writer = JSONWriter(capacity: size(outgoing))
        writer.beginObject()
        writer.member("model", outgoing.model)
        writer.instructions(heading, outgoing.rawSystem)
        writer.key("input")
        writer.beginArray()
        var items = ResponsesInput(spoken: outgoing.spoken, knowsDeveloperRole: dialect.knowsDeveloperRole)
        for turn in turns.dropFirst(heading.count) { try items.write(turn, to: &writer) }
        let isStored = isStored(outgoing)
        for item in outgoing.rawMessages where isStored || !item.isNowhere { items.write(raw: item, to: &writer) }
        writer.endArray()
        var ignored = outgoing.ignored
        writeTools(outgoing, to: &writer, &ignored)
        writeFields(outgoing, to: &writer, &ignored)
        writer.key("max_output_tokens")
        writer.int(outgoing.maxOutputTokens)
        if outgoing.stream {
            writer.key("stream")
            writer.bool(true)
        }
        writer.endObject()
        return ProviderBody(bytes: writer.bytes, ignored: ignored)
    }

    /// Whether the provider keeps the answer, as it kept those before it.
    private static func isStored(_ outgoing: Outgoing) -> Bool { own("store", outgoing)?.bool == true }

    /// A field that is written as it came: the client's, or else the version's.
    private static func own(_ name: String, _ outgoing: Outgoing) -> JSONValue? {
        if let field = outgoing.rawFields.first(where: { $0.name == name }) { return field.value }
        return outgoing.conversation.foreign.first { $0.name == name }.flatMap {
            try? JSONDocument(Array($0.json)).root
        }
    }

    /// What is asked for beside the answer. Encrypted thoughts are wherever the model is to think: without them they could
    /// not come back, as nothing is kept.
    private static func writeInclude(_ outgoing: Outgoing, to writer: inout JSONWriter) {
        let settings = outgoing.conversation.settings
        var names = own("include", outgoing)?.elements().compactMap(\.string) ?? []
        let thinks =
            own("reasoning", outgoing).map { $0.member("effort")?.isString("none") != true }
            ?? settings.reasoning.map { $0.nearestLevel != ReasoningWish.Level.none } ?? false
        if thinks { names.append("reasoning.encrypted_content") }
        if settings.logprobs == true { names.append("message.output_text.logprobs") }
        guard !names.isEmpty else { return }
        writer.key("include")
        writer.beginArray()
        var written: Set<String> = []
        for name in names where written.insert(name).inserted { writer.string(name) }
        writer.endArray()
    }

    /// Whether thinking is forbidden in another protocol's words. Models that do not think at all take no such word here.
    private static func forbidsThinkingElsewhere(_ outgoing: Outgoing) -> Bool {
        let conversation = outgoing.conversation
        guard conversation.settings.reasoning?.nearestLevel == ReasoningWish.Level.none else { return false }
        let name = conversation.spelled(.reasoning)
        return name != Settings.Name.reasoning.rawValue && name != "reasoning" && !outgoing.ignored.contains(name)
    }

    private static func writeTools(_ outgoing: Outgoing, to writer: inout JSONWriter, _ ignored: inout [String]) {
        let tools = outgoing.conversation.tools.filter { tool in
            guard let native = tool.native else { return true }
            // Those of chat completions are written as here, but for their nesting.
            return outgoing.spoken == .chat || outgoing.spoken == .responses || ResponsesTools.isKnown(native)
        }
        if tools.count < outgoing.conversation.tools.count { ignored.append("tools") }
        guard !tools.isEmpty || !outgoing.rawTools.isEmpty else { return }
        writer.key("tools")
        writer.beginArray()
        for tool in tools { writer.responsesTool(tool) }
        for tool in outgoing.rawTools { writer.value(tool) }
        writer.endArray()
    }

    private static func writeFields(_ outgoing: Outgoing, to writer: inout JSONWriter, _ ignored: inout [String]) {
        let conversation = outgoing.conversation
        var written = reserved
        for field in outgoing.rawFields {
            // The client's own are of Responses; a version's are of chat completions.
            guard written.insert(field.name).inserted || field.name == "stream_options" else {
                if field.name != "include" { ignored.append(field.name) }
                continue
            }
            writer.key(field.name)
            writer.value(field.value)
        }
        let settings = conversation.settings
        var verbosity: ArraySlice<UInt8>?
        for field in conversation.foreign {
            // Chat completions have it beside the format.
            if field.name == "verbosity" { verbosity = field.json }
            guard field.name != "verbosity", written.insert(field.name).inserted else { continue }
            writer.key(field.name)
            writer.raw(field.json)
        }
        if forbidsThinkingElsewhere(outgoing), written.insert("reasoning").inserted {
            ignored.append(conversation.spelled(.reasoning))
        }
        writer.responsesSettings(conversation, &written)
        writeInclude(outgoing, to: &writer)
        if settings.answerFormat != nil || verbosity != nil, written.insert("text").inserted {
            writer.responsesText(settings.answerFormat, verbosity)
        }
        // Answers of a gateway are not to lie about at its provider, unless they are asked to.
        if written.insert("store").inserted {
            writer.key("store")
            writer.bool(false)
        }
        for name in [Settings.Name.topK, .frequencyPenalty, .presencePenalty, .seed, .stop] where settings.has(name) {
            ignored.append(conversation.spelled(name))
        }
    }

    private static func size(_ outgoing: Outgoing) -> Int {
        var size = 512 + outgoing.conversation.turns.count * 512 + outgoing.conversation.tools.count * 256
        for message in outgoing.rawMessages { size += message.range.count + 4 }
        for tool in outgoing.rawTools { size += tool.range.count + 4 }
        for field in outgoing.rawFields { size += field.name.utf8.count + field.value.range.count + 4 }
        return size + (outgoing.rawSystem?.range.count ?? 0)
    }
}

extension Turn {
    /// Whether it is instructions in words.
    fileprivate var isHeading: Bool {
        guard role == .system || role == .developer else { return false }
        return parts.allSatisfy { if case .text = $0 { true } else { false } }
    }
}

extension JSONValue {
    /// Whether it is reasoning that only names what its provider kept.
    fileprivate var isNowhere: Bool {
        member("type")?.isString("reasoning") == true && JSONText(member("encrypted_content"))?.isEmpty != false
    }
}

extension JSONWriter {
    /// The instructions that a conversation begins with, a version's before a client's.
    /// - Parameter raw: a string.
    fileprivate mutating func instructions(_ heading: ArraySlice<Turn>, _ raw: JSONValue?) {
        var texts = heading.flatMap { turn in
            turn.parts.compactMap { part -> JSONText? in if case .text(let text) = part { text } else { nil } }
        }
        if let text = JSONText(raw) { texts.append(text) }
        guard let first = texts.first else { return }
        key("instructions")
        if texts.count == 1 { return text(first) }
        string(utf8: Array(texts.map(\.utf8).joined(separator: ResponsesReasoning.separator)))
    }

    fileprivate mutating func responsesSettings(_ conversation: Conversation, _ written: inout Set<String>) {
        let settings = conversation.settings
        let raw: [(String, ArraySlice<UInt8>?)] = [
            ("temperature", settings.temperature), ("top_p", settings.topP), ("metadata", settings.metadata),
        ]
        for (name, json) in raw {
            guard let json, written.insert(name).inserted else { continue }
            key(name)
            self.raw(json)
        }
        if let choice = settings.toolChoice, written.insert("tool_choice").inserted {
            responsesChoice(choice, among: conversation.tools)
        }
        if let isParallel = settings.parallelToolCalls, written.insert("parallel_tool_calls").inserted {
            key("parallel_tool_calls")
            bool(isParallel)
        }
        if let user = settings.user, written.insert("user").inserted { member("user", user) }
        if let wish = settings.reasoning, written.insert("reasoning").inserted { responsesReasoning(wish) }
    }

    private mutating func responsesReasoning(_ wish: ReasoningWish) {
        key("reasoning")
        beginObject()
        if let level = wish.nearestLevel { member("effort", level.rawValue) }
        if wish.shows == true { member("summary", "auto") }
        endObject()
    }

    private mutating func responsesChoice(_ choice: ToolChoice, among tools: [Tool]) {
        key("tool_choice")
        switch choice {
        case .auto: string("auto")
        case .none: string("none")
        case .required: string("required")
        case .named(let name):
            beginObject()
            let isCustom = tools.contains { $0.native != nil && $0.name == name }
            member("type", isCustom ? "custom" : "function")
            member("name", name)
            endObject()
        }
    }

    fileprivate mutating func responsesText(_ format: AnswerFormat?, _ verbosity: ArraySlice<UInt8>?) {
        key("text")
        beginObject()
        if let format {
            key("format")
            beginObject()
            switch format {
            case .text: member("type", "text")
            case .json: member("type", "json_object")
            case .schema(let schema):
                member("type", "json_schema")
                member("name", schema.name ?? JSONText("output"))
                if let description = schema.description { member("description", description) }
                key("schema")
                raw(schema.schema)
                if let isStrict = schema.isStrict {
                    key("strict")
                    bool(isStrict)
                }
            }
            endObject()
        }
        if let verbosity {
            key("verbosity")
            raw(verbosity)
        }
        endObject()
    }
}
