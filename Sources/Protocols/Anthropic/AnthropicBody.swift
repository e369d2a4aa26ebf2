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
        case "output_config": .answerFormat
        case "metadata": .user
        case _: nil
        }
    }

    /// - Parameter platform: Vertex AI names the model in the path, and the protocol's version in the body.
    package static func encode(
        _ outgoing: Outgoing, platform: ProviderDialect.Platform? = nil
    ) throws(RequestFault) -> ProviderBody {
        var outgoing = outgoing
        if platform == .vertex {
            // It is ours to say.
            outgoing.rawFields.removeAll { $0.name == vertexVersionField }
            outgoing.conversation.foreign.removeAll { $0.name == vertexVersionField }
        }
        var writer = JSONWriter(capacity: 1_024 + outgoing.rawMessages.reduce(0) { $0 + $1.range.count })
        var ignored = outgoing.ignored
        let (system, turns) = outgoing.prompt
        writer.beginObject()
        switch platform {
        case .vertex: writer.member(vertexVersionField, vertexVersion)
        case .bedrock, nil: writer.member("model", outgoing.model)
        }
        writer.key("max_tokens")
        writer.int(outgoing.maxOutputTokens)
        try writer.system(system, outgoing.rawSystem)
        writer.key("messages")
        writer.beginArray()
        for turn in turns { try writer.turn(turn, spoken: outgoing.spoken) }
        for message in outgoing.rawMessages { try writer.raw(message) }
        writer.endArray()
        writer.tools(outgoing, &ignored)
        writer.settings(outgoing, &ignored)
        if outgoing.stream {
            writer.key("stream")
            writer.bool(true)
        }
        writer.endObject()
        if outgoing.conversation.settings.logprobs == true {
            throw RequestFault("The deployed provider tells no log probabilities.", param: "logprobs")
        }
        return ProviderBody(bytes: writer.bytes, ignored: ignored)
    }

    private static let vertexVersionField = "anthropic_version"
    private static let vertexVersion = "vertex-2023-10-16"
}

extension JSONWriter {
    fileprivate mutating func system(_ turns: [Turn], _ more: JSONValue?) throws(RequestFault) {
        if turns.isEmpty {
            guard let more else { return }
            key("system")
            return value(more)
        }
        key("system")
        beginArray()
        for turn in turns {
            for part in turn.parts {
                guard case .text(let text) = part else {
                    throw RequestFault("Instructions can have text only at the deployed provider.", param: "messages")
                }
                textBlock(text)
            }
        }
        if let text = JSONText(more) { textBlock(text) }
        for block in more?.elements() ?? [] { value(block) }
        endArray()
    }

    /// The client's own message as it came, but for thoughts of other providers: they have no signature that holds here.
    fileprivate mutating func raw(_ message: JSONValue) throws(RequestFault) {
        guard ReasoningSeal.isMarked(message.raw) else { return value(message) }
        var call = RunCall()
        call.messages = [message]
        for turn in try AnthropicConversation.read(call).turns { try self.turn(turn, spoken: .anthropic) }
    }

    fileprivate mutating func turn(_ turn: Turn, spoken: WireProtocol) throws(RequestFault) {
        beginObject()
        member("role", turn.role == .assistant ? "assistant" : "user")
        key("content")
        // Most turns are one text.
        if turn.parts.count == 1, case .text(let text)? = turn.parts.first, !text.isEmpty {
            self.text(text)
        } else {
            beginArray()
            for part in turn.parts { try block(part, spoken: spoken) }
            endArray()
        }
        endObject()
    }

    private mutating func textBlock(_ text: JSONText) {
        // Empty ones are refused.
        if text.isEmpty { return }
        beginObject()
        member("type", "text")
        member("text", text)
        endObject()
    }

    private mutating func block(_ part: Turn.Part, spoken: WireProtocol) throws(RequestFault) {
        switch part {
        case .text(let text), .refusal(let text): textBlock(text)
        case .media(let media): try self.media(media)
        case .call(let call):
            beginObject()
            member("type", "tool_use")
            member("id", call.id ?? call.name)
            member("name", call.name)
            key("input")
            if call.isCustom {
                beginObject()
                key("input")
                raw(call.arguments)
                endObject()
            } else {
                raw(call.arguments)
            }
            endObject()
        case .result(let result):
            beginObject()
            member("type", "tool_result")
            member("tool_use_id", result.id ?? result.name ?? .utf8([]))
            key("content")
            beginArray()
            for part in result.content { try block(part, spoken: spoken) }
            endArray()
            if result.isError {
                key("is_error")
                bool(true)
            }
            endObject()
        // Thoughts without a signature that holds are refused, so they are left out.
        case .reasoning(let text, let signature?):
            guard let signature = ReasoningSeal.open(signature, spokenIn: spoken, for: .anthropic) else { return }
            beginObject()
            member("type", "thinking")
            member("thinking", text)
            member("signature", signature)
            endObject()
        case .reasoning: return
        case .hiddenReasoning(let data):
            guard let data = ReasoningSeal.open(data, spokenIn: spoken, for: .anthropic) else { return }
            beginObject()
            member("type", "redacted_thinking")
            member("data", data)
            endObject()
        case .native(let block):
            guard spoken == .anthropic else { throw RequestFault.nativePart }
            value(block)
        }
    }

    private mutating func media(_ media: Media) throws(RequestFault) {
        beginObject()
        switch media.kind {
        case .image: member("type", "image")
        case .file:
            member("type", "document")
            if let name = media.name { member("title", name) }
        case .audio: throw RequestFault("The deployed provider takes no sound.", param: "messages")
        case .video: throw RequestFault("The deployed provider takes no video.", param: "messages")
        }
        key("source")
        beginObject()
        switch media.source {
        case .base64(let data):
            member("type", "base64")
            member("media_type", media.type ?? (media.kind == .image ? "image/png" : "application/pdf"))
            member("data", data)
        case .url(let url):
            member("type", "url")
            member("url", url)
        case .id(let id):
            member("type", "file")
            member("file_id", id)
        case .text(let text):
            member("type", "text")
            member("media_type", "text/plain")
            member("data", text)
        }
        endObject()
        endObject()
    }

    /// The version's come first.
    fileprivate mutating func tools(_ outgoing: Outgoing, _ ignored: inout [String]) {
        let conversation = outgoing.conversation
        let known = conversation.tools.filter { $0.native == nil || outgoing.spoken == .anthropic }
        if known.count < conversation.tools.count { ignored.append("tools") }
        guard !known.isEmpty || !outgoing.rawTools.isEmpty else { return }
        key("tools")
        beginArray()
        for tool in known {
            if let native = tool.native {
                raw(native)
                continue
            }
            beginObject()
            member("name", tool.name)
            if let description = tool.description { member("description", description) }
            key("input_schema")
            raw(tool.schema ?? Array(#"{"type":"object","properties":{}}"#.utf8)[...])
            if tool.isStrict == true {
                key("strict")
                bool(true)
            }
            endObject()
        }
        for tool in outgoing.rawTools { value(tool) }
        endArray()
        choice(conversation.settings)
    }

    private mutating func choice(_ settings: Settings) {
        let isSingle = settings.parallelToolCalls == false
        guard settings.toolChoice != nil || isSingle else { return }
        key("tool_choice")
        beginObject()
        switch settings.toolChoice {
        case .auto?, nil: member("type", "auto")
        case ToolChoice.none?: member("type", "none")
        case .required?: member("type", "any")
        case .named(let name)?:
            member("type", "tool")
            member("name", name)
        }
        if isSingle, settings.toolChoice != ToolChoice.none {
            key("disable_parallel_tool_use")
            bool(true)
        }
        endObject()
    }

    fileprivate mutating func settings(_ outgoing: Outgoing, _ ignored: inout [String]) {
        let conversation = outgoing.conversation
        let settings = conversation.settings
        for (name, json) in [("temperature", settings.temperature), ("top_p", settings.topP), ("top_k", settings.topK)]
        {
            guard let json else { continue }
            key(name)
            raw(json)
        }
        if let stop = settings.stop {
            key("stop_sequences")
            beginArray()
            for word in stop { text(word) }
            endArray()
        }
        if let user = settings.user {
            key("metadata")
            beginObject()
            member("user_id", user)
            endObject()
        }
        thinking(outgoing, &ignored)
        outputConfig(outgoing, &ignored)
        for name in [Settings.Name.frequencyPenalty, .presencePenalty, .seed, .metadata] where settings.has(name) {
            ignored.append(conversation.spelled(name))
        }
        for field in conversation.foreign {
            key(field.name)
            raw(field.json)
        }
        for field in outgoing.rawFields where field.name != "output_config" {
            key(field.name)
            value(field.value)
        }
    }

    private mutating func thinking(_ outgoing: Outgoing, _ ignored: inout [String]) {
        guard let wish = outgoing.conversation.settings.reasoning else { return }
        let (thinking, isLost) = AnthropicThinking.of(
            wish, AnthropicModel(outgoing.model), maxOutputTokens: outgoing.maxOutputTokens)
        if isLost { ignored.append(outgoing.conversation.spelled(.reasoning)) }
        guard let thinking else { return }
        key("thinking")
        self.thinking(thinking)
    }

    mutating func thinking(_ thinking: AnthropicThinking) {
        beginObject()
        switch thinking {
        case .disabled: member("type", "disabled")
        case .adaptive: member("type", "adaptive")
        case .budget(let tokens):
            member("type", "enabled")
            key("budget_tokens")
            int(tokens)
        }
        endObject()
    }

    /// Effort and format, the version's before the client's.
    private mutating func outputConfig(_ outgoing: Outgoing, _ ignored: inout [String]) {
        let settings = outgoing.conversation.settings
        let effort =
            AnthropicModel(outgoing.model).thinksAdaptively ? settings.reasoning?.nearestLevel?.anthropicEffort : nil
        let own = outgoing.rawFields.first { $0.name == "output_config" }
        var schema: ArraySlice<UInt8>?
        switch settings.answerFormat {
        case .schema(let format)?: schema = format.schema
        // JSON of any shape cannot be asked for.
        case .json?: ignored.append(outgoing.conversation.spelled(.answerFormat))
        case .text?, nil: break
        }
        guard effort != nil || schema != nil || own != nil else { return }
        key("output_config")
        beginObject()
        if let effort { member("effort", effort) }
        if let schema {
            key("format")
            beginObject()
            member("type", "json_schema")
            key("schema")
            raw(schema)
            endObject()
        }
        for field in (try? own?.value.members()) ?? [] {
            if (field.name == "effort" && effort != nil) || (field.name == "format" && schema != nil) {
                ignored.append("output_config.\(field.name)")
                continue
            }
            key(field.name)
            value(field.value)
        }
        endObject()
    }
}
