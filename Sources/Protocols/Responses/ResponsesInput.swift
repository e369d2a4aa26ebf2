import JSON

/// Writes a conversation's turns as the items of a Responses request, and remembers its calls, so that results find them.
struct ResponsesInput {
    /// Whose unmarked signatures are the client's own.
    let spoken: WireProtocol
    let knowsDeveloperRole: Bool
    private var calls: [(id: JSONText, isCustom: Bool)] = []
    private var pairing = CallPairing()

    init(spoken: WireProtocol, knowsDeveloperRole: Bool) {
        self.spoken = spoken
        self.knowsDeveloperRole = knowsDeveloperRole
    }

    mutating func write(_ turn: Turn, to writer: inout JSONWriter) throws(RequestFault) {
        var said: [Turn.Part] = []
        for part in turn.parts {
            switch part {
            case .text, .media, .refusal: said.append(part)
            case .call(let call):
                try writeMessage(turn, &said, to: &writer)
                write(call, to: &writer)
            case .result(let result):
                try writeMessage(turn, &said, to: &writer)
                try write(result, to: &writer)
            case .reasoning(let text, let signature?):
                try writeMessage(turn, &said, to: &writer)
                write(opaque: signature, text, to: &writer)
            case .hiddenReasoning(let data):
                try writeMessage(turn, &said, to: &writer)
                write(opaque: data, .utf8([]), to: &writer)
            // In words only, it cannot come back.
            case .reasoning(_, nil): continue
            case .native: throw RequestFault.nativePart
            }
        }
        if said.isEmpty, !turn.parts.isEmpty { return }
        try writeMessage(turn, &said, always: true, to: &writer)
    }

    /// The client's own item as it came, but for a role that the provider does not know, and for what another provider
    /// wanted back.
    func write(raw item: JSONValue, to writer: inout JSONWriter) {
        if item.member("type")?.isString("reasoning") == true, ReasoningSeal.isMarked(item.raw) {
            guard let opaque = ResponsesReasoning.opaque(item) else { return }
            let texts = ResponsesReasoning.texts(item).map(\.utf8)
            return write(
                opaque: opaque, .utf8(Array(texts.joined(separator: ResponsesReasoning.separator))), to: &writer)
        }
        guard !knowsDeveloperRole, let role = item.member("role"), role.isString("developer") else {
            return writer.value(item)
        }
        var spliced: [UInt8] = []
        spliced.reserveCapacity(item.range.count)
        spliced += item.document[item.range.lowerBound..<role.range.lowerBound]
        spliced += #""system""#.utf8
        spliced += item.document[role.range.upperBound..<item.range.upperBound]
        writer.raw(spliced)
    }

    /// The message that has been gathered, if any.
    private func writeMessage(
        _ turn: Turn, _ said: inout [Turn.Part], always: Bool = false, to writer: inout JSONWriter
    ) throws(RequestFault) {
        guard always || !said.isEmpty else { return }
        writer.beginObject()
        switch turn.role {
        case .system: writer.member("role", "system")
        case .developer: writer.member("role", knowsDeveloperRole ? "developer" : "system")
        case .user: writer.member("role", "user")
        case .assistant: writer.member("role", "assistant")
        }
        writer.key("content")
        try writer.responsesContent(said, isSpoken: turn.role == .assistant)
        writer.endObject()
        said = []
    }

    private mutating func write(_ call: Turn.Call, to writer: inout JSONWriter) {
        let id = call.id ?? JSONText("call_\(calls.count)")
        calls.append((id, call.isCustom))
        pairing.add(id: id, name: call.name)
        writer.beginObject()
        writer.member("type", call.isCustom ? "custom_tool_call" : "function_call")
        writer.member("call_id", id)
        writer.member("name", call.name)
        if call.isCustom {
            writer.key("input")
            writer.raw(call.arguments)
        } else {
            writer.key("arguments")
            writer.string(utf8: call.arguments)
        }
        writer.endObject()
    }

    private mutating func write(_ result: Turn.CallResult, to writer: inout JSONWriter) throws(RequestFault) {
        let call = pairing.answer(id: result.id, name: result.id == nil ? result.name : nil).map { calls[$0] }
        writer.beginObject()
        writer.member("type", call?.isCustom == true ? "custom_tool_call_output" : "function_call_output")
        writer.member("call_id", call?.id ?? result.id ?? result.name ?? .utf8([]))
        writer.key("output")
        try writer.responsesContent(result.content, isSpoken: false)
        writer.endObject()
    }

    /// Nothing where it is another provider's.
    private func write(opaque: JSONText, _ text: JSONText, to writer: inout JSONWriter) {
        guard let own = ReasoningSeal.open(opaque, spokenIn: spoken, for: .responses) else { return }
        let (id, encrypted) = ResponsesReasoning.parts(own)
        writer.beginObject()
        writer.member("type", "reasoning")
        if let id { writer.member("id", id) }
        writer.key("summary")
        writer.beginArray()
        if !text.isEmpty {
            writer.beginObject()
            writer.member("type", "summary_text")
            writer.member("text", text)
            writer.endObject()
        }
        writer.endArray()
        writer.member("encrypted_content", encrypted)
        writer.endObject()
    }
}

extension JSONWriter {
    /// A string where there is nothing but one text, else parts.
    /// - Parameter isSpoken: by the assistant, whose texts are of another type.
    fileprivate mutating func responsesContent(_ parts: [Turn.Part], isSpoken: Bool) throws(RequestFault) {
        if parts.isEmpty { return string("") }
        if parts.count == 1, case .text(let text)? = parts.first { return self.text(text) }
        beginArray()
        for part in parts {
            beginObject()
            switch part {
            case .text(let text):
                member("type", isSpoken ? "output_text" : "input_text")
                member("text", text)
            case .refusal(let text):
                member("type", "refusal")
                member("refusal", text)
            case .media(let media) where !isSpoken: try responsesMedia(media)
            case .native: throw RequestFault.nativePart
            case .media, .call, .result, .reasoning, .hiddenReasoning: throw RequestFault.misplacedPart
            }
            endObject()
        }
        endArray()
    }

    private mutating func responsesMedia(_ media: Media) throws(RequestFault) {
        switch media.kind {
        case .image:
            member("type", "input_image")
            if case .id(let id) = media.source {
                member("file_id", id)
            } else {
                member("image_url", try media.url(or: "image/png"))
            }
            member("detail", media.detail ?? JSONText("auto"))
        case .file:
            member("type", "input_file")
            switch media.source {
            case .id(let id): member("file_id", id)
            case .url(let url): member("file_url", url)
            case .base64, .text:
                // Data without a name is refused.
                member("filename", media.name ?? JSONText(media.isPlainText ? "document.txt" : "document.pdf"))
                member("file_data", try media.url(or: "application/pdf"))
            }
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
        case .video: throw RequestFault("The provider takes no video.", param: "messages")
        }
    }
}

extension Media {
    fileprivate var isPlainText: Bool {
        if case .text = source { return true }
        return type?.hasPrefix("text/") == true
    }
}
