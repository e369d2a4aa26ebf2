import FoundationEssentials
import JSON

extension AnthropicEncoding {
    mutating func writePrompt() throws(RequestFault) {
        let (system, turns) = outgoing.prompt
        try writeSystem(system)
        writer.key("messages")
        writer.beginArray()
        for turn in turns { try writeTurn(turn) }
        for message in outgoing.rawMessages { try writeRaw(message) }
        writer.endArray()
    }

    private mutating func writeSystem(_ turns: [Turn]) throws(RequestFault) {
        let more = outgoing.rawSystem
        if turns.isEmpty {
            guard let more else { return }
            writer.key("system")
            return writer.value(more)
        }
        writer.key("system")
        writer.beginArray()
        for part in turns.flatMap(\.parts) where isSaid(part) {
            guard case .text(let text) = part else {
                throw RequestFault("Instructions can have text only at the deployed provider.", param: "messages")
            }
            writer.textBlock(text)
        }
        if let text = JSONText(more), !text.isBlank { writer.textBlock(text) }
        for block in more?.elements() ?? [] { writer.value(block) }
        writer.endArray()
    }

    /// The client's own message as it came, but for thoughts of other providers: they have no signature that holds here.
    private mutating func writeRaw(_ message: JSONValue) throws(RequestFault) {
        guard ReasoningSeal.isMarked(message.raw), let members = try? message.members(),
            let blocks = message.member("content"), blocks.kind == .array
        else { return writer.value(message) }
        var content = JSONWriter(capacity: message.range.count)
        swap(&content, &writer)
        var isEmpty = true
        writer.beginArray()
        for block in blocks.elements() {
            if let thought = AnthropicConversation.thought(block) {
                guard isSaid(thought) else { continue }
                try writeBlock(thought)
            } else {
                writer.value(block)
            }
            isEmpty = false
        }
        writer.endArray()
        swap(&content, &writer)
        if isEmpty { return }
        writer.beginObject()
        for member in members {
            writer.key(member.name)
            if member.name == "content" { writer.raw(content.bytes) } else { writer.value(member.value) }
        }
        writer.endObject()
    }

    private mutating func writeTurn(_ turn: Turn) throws(RequestFault) {
        let parts = turn.parts.filter(isSaid)
        // Messages without content are refused.
        guard let first = parts.first else { return }
        writer.beginObject()
        writer.member("role", turn.role == .assistant ? "assistant" : "user")
        writer.key("content")
        // Most turns are one text.
        if parts.count == 1, case .text(let text) = first {
            writer.text(text)
        } else {
            writer.beginArray()
            for part in parts { try writeBlock(part) }
            writer.endArray()
        }
        writer.endObject()
    }

    private func isSaid(_ part: Turn.Part) -> Bool { outgoing.isSaid(part, to: .anthropic) }

    private func open(_ sealed: JSONText) -> JSONText? { outgoing.open(sealed, for: .anthropic) }

    private mutating func writeBlock(_ part: Turn.Part) throws(RequestFault) {
        switch part {
        case .text(let text), .refusal(let text): writer.textBlock(text)
        case .media(let media): try writer.anthropicMedia(media)
        case .call(let call): writer.toolUse(call)
        case .result(let result): try writeResult(result)
        case .reasoning(let text, let signature):
            writer.beginObject()
            writer.member("type", "thinking")
            writer.member("thinking", text)
            if let signature = signature.flatMap(open) { writer.member("signature", signature) }
            writer.endObject()
        case .hiddenReasoning(let data):
            writer.beginObject()
            writer.member("type", "redacted_thinking")
            if let data = open(data) { writer.member("data", data) }
            writer.endObject()
        case .native(let block):
            guard outgoing.spoken == .anthropic else { throw RequestFault.nativePart }
            writer.value(block)
        }
    }

    private mutating func writeResult(_ result: Turn.CallResult) throws(RequestFault) {
        writer.beginObject()
        writer.member("type", "tool_result")
        writer.member("tool_use_id", (result.id ?? result.name ?? .utf8([])).anthropicCallID)
        writer.key("content")
        writer.beginArray()
        for part in result.content where isSaid(part) { try writeBlock(part) }
        writer.endArray()
        if result.isError {
            writer.key("is_error")
            writer.bool(true)
        }
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func textBlock(_ text: JSONText) {
        beginObject()
        member("type", "text")
        member("text", text)
        endObject()
    }

    fileprivate mutating func toolUse(_ call: Turn.Call) {
        beginObject()
        member("type", "tool_use")
        member("id", (call.id ?? call.name).anthropicCallID)
        member("name", call.name)
        key("input")
        if call.isCustom {
            // A text of any kind, which is no object.
            beginObject()
            key("input")
            raw(call.arguments)
            endObject()
        } else {
            raw(call.arguments)
        }
        endObject()
    }

    fileprivate mutating func anthropicMedia(_ media: Media) throws(RequestFault) {
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
        case .base64(let data): try base64(data, of: media)
        case .url(let url):
            member("type", "url")
            member("url", url)
        case .id(let id):
            member("type", "file")
            member("file_id", id)
        case .text(let text): textSource(text)
        }
        endObject()
        endObject()
    }

    /// Images of any kind; of documents only PDF is taken as data, and text as text.
    private mutating func base64(_ data: JSONText, of media: Media) throws(RequestFault) {
        // Parameters may follow: `text/plain;charset=utf-8`.
        let type = media.type.map { $0.prefix { $0 != ";" }.lowercased() }
        switch media.kind {
        case .image:
            member("type", "base64")
            member("media_type", type == "image/jpg" ? "image/jpeg" : type ?? "image/png")
            member("data", data)
        case .file where type == nil || type == "application/pdf":
            member("type", "base64")
            member("media_type", "application/pdf")
            member("data", data)
        case .file, .audio, .video:
            guard let type, type.hasPrefix("text/") || type == "application/json",
                let bytes = Data(base64Encoded: Data(data.utf8)), let text = String(validating: bytes, as: UTF8.self)
            else { throw RequestFault("The deployed provider does not take data of that type.", param: "messages") }
            textSource(JSONText(text))
        }
    }

    private mutating func textSource(_ text: JSONText) {
        member("type", "text")
        member("media_type", "text/plain")
        member("data", text)
    }
}
