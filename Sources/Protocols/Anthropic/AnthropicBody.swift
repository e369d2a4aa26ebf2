import JSON

/// The request body for Anthropic's Messages.
package enum AnthropicBody {
    /// What a top-level field means.
    package static func meaning(of field: String) -> Settings.Name? {
        switch field {
        case "temperature": .temperature
        case "top_p": .topP
        case "top_k": .topK
        case "stop_sequences": .stop
        case "tool_choice": .toolChoice
        case "thinking": .reasoning
        case "output_config", "output_config.format": .answerFormat
        case "output_config.effort": .reasoning
        case "metadata": .user
        case _: nil
        }
    }

    /// - Parameter platform: Vertex AI names the model in the path, and the protocol's version in the body.
    package static func encode(
        _ outgoing: Outgoing, platform: ProviderDialect.Platform? = nil
    ) throws(RequestFault) -> ProviderBody {
        if outgoing.conversation.settings.logprobs == true {
            throw RequestFault("The deployed provider tells no log probabilities.", param: "logprobs")
        }
        var encoding = AnthropicEncoding(outgoing, platform)
        return try encoding.encode()
    }
}

/// One request's way into the body of Messages.
struct AnthropicEncoding {
    let outgoing: Outgoing
    private let platform: ProviderDialect.Platform?
    let model: AnthropicModel
    var writer: JSONWriter
    var ignored: [String]
    /// Top-level names that are written.
    var written: Set<String> = ["model", "max_tokens", "system", "messages", "tools", "stream"]
    private var thinking: AnthropicThinking?
    /// What the client or the version says of thinking in Anthropic's own words.
    private var ownThinking: JSONValue?

    private static let vertexVersionField = "anthropic_version"
    private static let vertexVersion = "vertex-2023-10-16"

    init(_ outgoing: Outgoing, _ platform: ProviderDialect.Platform?) {
        self.outgoing = outgoing
        self.platform = platform
        model = AnthropicModel(outgoing.model)
        ignored = outgoing.ignored
        writer = JSONWriter(capacity: 1_024 + outgoing.rawMessages.reduce(0) { $0 + $1.range.count })
    }

    var settings: Settings { outgoing.conversation.settings }

    /// Takes note of a setting that has no counterpart.
    mutating func drop(_ name: Settings.Name) { ignored.append(outgoing.conversation.spelled(name)) }

    mutating func encode() throws(RequestFault) -> ProviderBody {
        decideThinking()
        writer.beginObject()
        switch platform {
        case .vertex:
            // It is ours to say.
            written.insert(Self.vertexVersionField)
            writer.member(Self.vertexVersionField, Self.vertexVersion)
        case .bedrock, nil: writer.member("model", outgoing.model)
        }
        writer.key("max_tokens")
        writer.int(outgoing.maxOutputTokens)
        try writePrompt()
        writeTools()
        writeSampling()
        writeStop()
        if let user = settings.user {
            written.insert("metadata")
            writer.key("metadata")
            writer.beginObject()
            writer.member("user_id", user)
            writer.endObject()
        }
        writeThinking()
        writeOutputConfig()
        for name in [Settings.Name.frequencyPenalty, .presencePenalty, .seed, .metadata] where settings.has(name) {
            drop(name)
        }
        for field in outgoing.conversation.foreign where written.insert(field.name).inserted {
            writer.key(field.name)
            writer.raw(field.json)
        }
        for field in outgoing.rawFields where written.insert(field.name).inserted {
            writer.key(field.name)
            writer.value(field.value)
        }
        if outgoing.stream {
            writer.key("stream")
            writer.bool(true)
        }
        writer.endObject()
        return ProviderBody(bytes: writer.bytes, ignored: ignored)
    }

    /// What the version sets in Anthropic's own words.
    private func own(_ name: String) -> JSONValue? {
        let field = outgoing.conversation.foreign.first { $0.name == name }
        return field.flatMap { try? JSONDocument(Array($0.json)).root }
    }

    private func raw(_ name: String) -> JSONValue? { outgoing.rawFields.first { $0.name == name }?.value }

    // MARK: Sampling

    private mutating func writeSampling() {
        let thinks = ownThinking.map(AnthropicThinking.isActive) ?? thinking?.isActive ?? false
        let sampling = AnthropicSampling(settings, model, version: outgoing.anthropicVersion, thinks: thinks)
        let taken = [("temperature", sampling.temperature), ("top_p", sampling.topP), ("top_k", sampling.topK)]
        for (name, json) in taken {
            guard let json else { continue }
            written.insert(name)
            writer.key(name)
            writer.raw(json)
        }
        for name in sampling.lost { drop(name) }
    }

    private mutating func writeStop() {
        guard let stop = settings.stop else { return }
        // Blank ones are refused.
        let words = own("stop_sequences") == nil ? stop.filter { !$0.isBlank } : []
        if words.count < stop.count { drop(.stop) }
        guard !words.isEmpty else { return }
        written.insert("stop_sequences")
        writer.key("stop_sequences")
        writer.beginArray()
        for word in words { writer.text(word) }
        writer.endArray()
    }

    // MARK: Thinking

    /// What is said in Anthropic's own words stands, but where it would be refused.
    private mutating func decideThinking() {
        if let own = own("thinking") {
            ownThinking = own
            if settings.reasoning != nil { drop(.reasoning) }
        } else if let raw = raw("thinking") {
            written.insert("thinking")
            decideThinking(raw)
        } else {
            let said = AnthropicThinking.of(outgoing, model, for: .anthropic)
            thinking = said.thinking
            if said.isLost { drop(.reasoning) }
        }
    }

    /// The client chose it without knowing what the version forces, or that the maximum is lower than it asked for.
    private mutating func decideThinking(_ raw: JSONValue) {
        let budget = raw.member("budget_tokens")?.int
        let isExcluded =
            settings.toolChoice?.isForced ?? false
            || (budget != nil && outgoing.answersThoughtlessCalls(for: .anthropic))
        if AnthropicThinking.isActive(raw), isExcluded {
            ignored.append("thinking")
        } else if let budget, budget >= outgoing.maxOutputTokens {
            let wish = ReasoningWish(budget: budget, shows: true)
            thinking = AnthropicThinking.of(wish, model, maxOutputTokens: outgoing.maxOutputTokens).thinking
            ignored.append("thinking")
        } else {
            ownThinking = raw
        }
    }

    private mutating func writeThinking() {
        guard thinking != nil || ownThinking != nil else { return }
        written.insert("thinking")
        writer.key("thinking")
        if let ownThinking { return writer.value(ownThinking) }
        if let thinking { writer.thinking(thinking) }
    }

    /// Effort and format: what the version says in Anthropic's own words, then what it says else, then the client's.
    private mutating func writeOutputConfig() {
        let own = (try? own("output_config")?.members()) ?? []
        let theirs = (try? raw("output_config")?.members()) ?? []
        var names = Set(own.map(\.name))
        var effort = model.thinksAdaptively ? settings.reasoning?.nearestLevel?.anthropicEffort : nil
        if effort != nil, !names.insert("effort").inserted {
            effort = nil
            drop(.reasoning)
        }
        var schema: ArraySlice<UInt8>?
        switch settings.answerFormat {
        case .schema(let format)? where names.insert("format").inserted: schema = format.schema
        // JSON of any shape cannot be asked for.
        case .schema?, .json?: drop(.answerFormat)
        case .text?, nil: break
        }
        written.insert("output_config")
        guard !names.isEmpty || !theirs.isEmpty else { return }
        writer.key("output_config")
        writer.beginObject()
        for member in own {
            writer.key(member.name)
            writer.value(member.value)
        }
        if let effort { writer.member("effort", effort) }
        if let schema {
            writer.key("format")
            writer.beginObject()
            writer.member("type", "json_schema")
            writer.key("schema")
            writer.raw(schema)
            writer.endObject()
        }
        for member in theirs {
            guard names.insert(member.name).inserted else {
                ignored.append("output_config.\(member.name)")
                continue
            }
            writer.key(member.name)
            writer.value(member.value)
        }
        writer.endObject()
    }
}
