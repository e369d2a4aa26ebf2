import Domain
import FoundationEssentials
import JSON

extension ChatConversation {
    /// The same call as a client of OpenAI's chat completions would make it, for a provider that speaks it.
    ///
    /// - Parameter said: read from `call`.
    /// Returns the names of fields that have no counterpart too.
    /// Throws where something cannot be said in chat completions.
    package static func call(
        _ call: RunCall, _ said: Conversation, _ dialect: ProviderDialect
    ) throws(RequestFault) -> (call: RunCall, ignored: [String]) {
        if said.settings.logprobs == true {
            // They have no place in the client's protocol.
            throw RequestFault("Log probabilities are told in OpenAI's protocol only.", param: said.spelled(.logprobs))
        }
        var writer = JSONWriter(capacity: 512 + said.turns.count * 256)
        writer.beginObject()
        writer.key("messages")
        writer.beginArray()
        for turn in said.turns { try writer.turn(turn, spoken: call.spoken, dialect) }
        writer.endArray()
        writer.tools(said.tools)
        writer.settings(said.settings, spoken: call.spoken)
        writer.endObject()
        let root: JSONValue
        do throws(JSONFault) { root = try JSONDocument(writer.bytes).root } catch {
            throw RequestFault("The request cannot be said in the provider's protocol: \(error.reason.rawValue).")
        }
        var chat = call
        chat.spoken = .chat
        chat.system = nil
        chat.messages = root.member("messages")?.elements() ?? []
        chat.parameters = ((try? root.members()) ?? []).filter { $0.name != "messages" }
            .map { RunCall.Field(name: $0.name, value: $0.value) }
        var ignored = said.foreign.map(\.name)
        if said.settings.topK != nil { ignored.append(said.spelled(.topK)) }
        if said.tools.contains(where: { $0.native != nil }) { ignored.append("tools") }
        return (chat, ignored)
    }
}

extension JSONWriter {
    fileprivate mutating func turn(
        _ turn: Turn, spoken: WireProtocol, _ dialect: ProviderDialect
    ) throws(RequestFault) {
        // Each result is a message of its own, and they come before what else the turn says. What they show is said by
        // the user behind all of them: a tool's message is text.
        var shown: [Turn.Part] = []
        for case .result(let result) in turn.parts {
            try self.result(result)
            shown += result.content.filter { if case .media = $0 { true } else { false } }
        }
        let rest = shown + turn.parts.filter { if case .result = $0 { false } else { true } }
        if rest.isEmpty, !turn.parts.isEmpty { return }
        // Of thoughts alone nothing is said.
        let isSilent = rest.allSatisfy { part in
            switch part {
            case .reasoning, .hiddenReasoning: true
            case .text, .media, .call, .result, .refusal, .native: false
            }
        }
        if turn.role == .assistant, isSilent { return }
        beginObject()
        switch turn.role {
        case .system: member("role", "system")
        case .developer: member("role", dialect.knowsDeveloperRole ? "developer" : "system")
        case .user: member("role", "user")
        case .assistant: member("role", "assistant")
        }
        if let name = turn.name { member("name", name) }
        if turn.role == .assistant {
            try assistant(rest, spoken: spoken, dialect)
        } else {
            try content(rest)
        }
        endObject()
    }

    private mutating func result(_ result: Turn.CallResult) throws(RequestFault) {
        beginObject()
        member("role", "tool")
        member("tool_call_id", result.id ?? result.name ?? .utf8([]))
        try content(result.content.filter { if case .media = $0 { false } else { true } })
        endObject()
    }

    /// A string where there is nothing but one text, which every provider knows; else parts.
    private mutating func content(_ parts: [Turn.Part]) throws(RequestFault) {
        key("content")
        if parts.count == 1, case .text(let text)? = parts.first { return self.text(text) }
        if parts.isEmpty { return string("") }
        beginArray()
        for part in parts {
            switch part {
            case .text(let text):
                beginObject()
                member("type", "text")
                member("text", text)
                endObject()
            case .media(let media): try self.media(media)
            case .native: throw RequestFault.nativePart
            case .call, .result, .reasoning, .hiddenReasoning, .refusal: throw RequestFault.misplacedPart
            }
        }
        endArray()
    }

    private mutating func assistant(
        _ parts: [Turn.Part], spoken: WireProtocol, _ dialect: ProviderDialect
    ) throws(RequestFault) {
        var texts: [JSONText] = []
        var calls: [Turn.Call] = []
        var thoughts: [UInt8] = []
        for part in parts {
            switch part {
            case .text(let text): texts.append(text)
            case .call(let call): calls.append(call)
            case .refusal(let refusal): member("refusal", refusal)
            case .reasoning(let text, _): thoughts += text.utf8
            // It means nothing to another provider.
            case .hiddenReasoning: continue
            case .native: throw RequestFault.nativePart
            case .media, .result: throw RequestFault.misplacedPart
            }
        }
        key("content")
        if let first = texts.first {
            if texts.count == 1 { text(first) } else { string(utf8: Array(texts.map(\.utf8).joined())) }
        } else {
            null()
        }
        if dialect.wantsReasoningBack, !thoughts.isEmpty {
            key("reasoning_content")
            string(utf8: thoughts)
        }
        guard !calls.isEmpty else { return }
        key("tool_calls")
        beginArray()
        for call in calls {
            beginObject()
            member("id", call.id ?? call.name)
            chatFunction(CallHead(id: call.id, name: call.name, isCustom: call.isCustom), call.argumentsText)
            endObject()
        }
        endArray()
    }

    private mutating func media(_ media: Media) throws(RequestFault) {
        beginObject()
        switch media.kind {
        case .image:
            member("type", "image_url")
            key("image_url")
            beginObject()
            member("url", try media.url(or: "image/png"))
            if let detail = media.detail { member("detail", detail) }
            endObject()
        case .audio:
            guard case .base64(let data) = media.source else {
                throw RequestFault("The provider takes sound as data only.", param: "messages")
            }
            member("type", "input_audio")
            key("input_audio")
            beginObject()
            member("data", data)
            let format = media.type?.split(separator: "/").last ?? "wav"
            member("format", format == "mpeg" ? "mp3" : String(format))
            endObject()
        case .file:
            member("type", "file")
            key("file")
            beginObject()
            if let name = media.name { member("filename", name) }
            switch media.source {
            case .id(let id): member("file_id", id)
            case .url: throw RequestFault("The deployed provider takes files as data, not by a URL.", param: "messages")
            case .base64, .text: member("file_data", try media.url(or: "application/pdf"))
            }
            endObject()
        case .video: throw RequestFault("The provider takes no video.", param: "messages")
        }
        endObject()
    }

    fileprivate mutating func tools(_ tools: [Tool]) {
        let known = tools.filter { $0.native == nil }
        guard !known.isEmpty else { return }
        key("tools")
        beginArray()
        for tool in known {
            beginObject()
            member("type", "function")
            key("function")
            beginObject()
            member("name", tool.name)
            if let description = tool.description { member("description", description) }
            if let schema = tool.schema {
                key("parameters")
                raw(schema)
            }
            if let isStrict = tool.isStrict {
                key("strict")
                bool(isStrict)
            }
            endObject()
            endObject()
        }
        endArray()
    }

    fileprivate mutating func settings(_ settings: Settings, spoken: WireProtocol) {
        member(.temperature, settings.temperature)
        member(.topP, settings.topP)
        member(.frequencyPenalty, settings.frequencyPenalty)
        member(.presencePenalty, settings.presencePenalty)
        member(.seed, settings.seed)
        member(.metadata, settings.metadata)
        if let stop = settings.stop {
            key("stop")
            beginArray()
            for word in stop { text(word) }
            endArray()
        }
        if let isParallel = settings.parallelToolCalls {
            key("parallel_tool_calls")
            bool(isParallel)
        }
        if let user = settings.user { member("user", user) }
        // Models that never think refuse to be told so; only a client of OpenAI's own words knows which they are.
        if let level = settings.reasoning?.nearestLevel, level != .none || spoken == .responses {
            member("reasoning_effort", level.rawValue)
        }
        if let choice = settings.toolChoice { chatChoice(choice) }
        if let format = settings.answerFormat { chatFormat(format) }
    }

    private mutating func member(_ name: Settings.Name, _ json: ArraySlice<UInt8>?) {
        guard let json else { return }
        key(name.rawValue)
        raw(json)
    }

    private mutating func chatChoice(_ choice: ToolChoice) {
        key("tool_choice")
        switch choice {
        case .auto: string("auto")
        case .none: string("none")
        case .required: string("required")
        case .named(let name):
            beginObject()
            member("type", "function")
            key("function")
            beginObject()
            member("name", name)
            endObject()
            endObject()
        }
    }

    private mutating func chatFormat(_ format: AnswerFormat) {
        key("response_format")
        beginObject()
        switch format {
        case .text: member("type", "text")
        case .json: member("type", "json_object")
        case .schema(let schema):
            member("type", "json_schema")
            key("json_schema")
            beginObject()
            member("name", schema.name ?? JSONText("output"))
            if let description = schema.description { member("description", description) }
            key("schema")
            raw(schema.schema)
            if let isStrict = schema.isStrict {
                key("strict")
                bool(isStrict)
            }
            endObject()
        }
        endObject()
    }
}

extension Media {
    /// A URL, of data a `data:` URL.
    /// - Parameter type: of data that does not say what it is.
    func url(or type: String) throws(RequestFault) -> JSONText {
        switch source {
        case .url(let url): return url
        case .base64(let data): return .utf8(Array("data:\(self.type ?? type);base64,".utf8) + data.utf8)
        case .text(let text):
            return .utf8(Array("data:text/plain;base64,".utf8) + Data(text.utf8).base64EncodedData())
        case .id:
            throw RequestFault("The provider does not have the file that the message names.", param: "messages")
        }
    }
}

extension Turn.Call {
    /// As text in JSON text, which is how chat completions and Responses have them.
    var argumentsText: [UInt8] {
        // A custom tool's are a JSON string already.
        guard isCustom else { return Array(arguments) }
        return (try? JSONDocument(Array(arguments)).root.decodedBytes) ?? []
    }
}
