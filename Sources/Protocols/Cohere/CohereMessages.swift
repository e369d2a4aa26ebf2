import JSON

extension CohereEncoding {
    mutating func writeMessages() throws(RequestFault) {
        var ids = CohereCallIDs()
        writer.key("messages")
        writer.beginArray()
        for turn in outgoing.turns {
            switch turn.role {
            case .system, .developer: try writer.message("system", turn.parts)
            case .user: try writeUser(turn.parts, &ids)
            case .assistant: try writer.assistant(turn.parts, &ids)
            }
        }
        writer.endArray()
    }

    /// What tools answered comes first, a message each.
    private mutating func writeUser(_ parts: [Turn.Part], _ ids: inout CohereCallIDs) throws(RequestFault) {
        var rest: [Turn.Part] = []
        for part in parts {
            guard case .result(let result) = part else {
                rest.append(part)
                continue
            }
            guard let id = ids.answered(by: result) else {
                throw RequestFault("The result answers no call of the conversation.", param: "messages")
            }
            writer.beginObject()
            writer.member("role", "tool")
            writer.member("tool_call_id", id)
            try writer.content(of: result)
            writer.endObject()
        }
        if !rest.isEmpty || parts.isEmpty { try writer.message("user", rest) }
    }
}

extension JSONWriter {
    /// Of a system or user.
    fileprivate mutating func message(_ role: String, _ parts: [Turn.Part]) throws(RequestFault) {
        beginObject()
        member("role", role)
        key("content")
        if parts.isEmpty {
            string("")
        } else if parts.count == 1, case .text(let text)? = parts.first {
            self.text(text)
        } else {
            beginArray()
            for part in parts {
                switch part {
                case .text(let text): textPart(text)
                case .media(let media) where role == "user": try self.media(media)
                case .media:
                    throw RequestFault("The deployed provider takes instructions as text only.", param: "messages")
                case .native: throw RequestFault.nativePart
                case .call, .result, .reasoning, .hiddenReasoning, .refusal: throw RequestFault.misplacedPart
                }
            }
            endArray()
        }
        endObject()
    }

    /// Of a tool: text, in one string.
    fileprivate mutating func content(of result: Turn.CallResult) throws(RequestFault) {
        var text: [UInt8] = []
        for (index, part) in result.content.enumerated() {
            guard case .text(let more) = part else {
                throw RequestFault("The deployed provider takes what tools answer as text only.", param: "messages")
            }
            if index > 0 { text.append(UInt8(ascii: "\n")) }
            text += more.utf8
        }
        key("content")
        string(utf8: text)
    }

    /// Thoughts of Cohere's, which have no signature, go back as the plan behind the calls.
    fileprivate mutating func assistant(_ parts: [Turn.Part], _ ids: inout CohereCallIDs) throws(RequestFault) {
        var said: [JSONText] = []
        var plan: [UInt8] = []
        var calls: [Turn.Call] = []
        for part in parts {
            switch part {
            case .text(let text), .refusal(let text): if !text.isEmpty { said.append(text) }
            case .call(let call): calls.append(call)
            case .reasoning(let text, nil): plan += text.utf8
            case .reasoning, .hiddenReasoning: break
            case .native: throw RequestFault.nativePart
            case .media, .result: throw RequestFault.misplacedPart
            }
        }
        // Nothing but thoughts.
        if said.isEmpty, calls.isEmpty { return }
        beginObject()
        member("role", "assistant")
        if !calls.isEmpty {
            if !plan.isEmpty { member("tool_plan", .utf8(plan)) }
            key("tool_calls")
            beginArray()
            for call in calls { toolCall(call, id: ids.ofCall(call)) }
            endArray()
        }
        if said.count == 1 {
            member("content", said[0])
        } else if !said.isEmpty {
            key("content")
            beginArray()
            for text in said { textPart(text) }
            endArray()
        }
        endObject()
    }

    private mutating func toolCall(_ call: Turn.Call, id: JSONText) {
        beginObject()
        member("id", id)
        member("type", "function")
        key("function")
        beginObject()
        member("name", call.name)
        key("arguments")
        // Of a custom tool it is a JSON string, which is no object.
        string(
            utf8: call.isCustom ? Array("{\"input\":".utf8) + call.arguments + Array("}".utf8) : Array(call.arguments))
        endObject()
        endObject()
    }

    private mutating func textPart(_ text: JSONText) {
        beginObject()
        member("type", "text")
        member("text", text)
        endObject()
    }

    private mutating func media(_ media: Media) throws(RequestFault) {
        if case .text(let text) = media.source { return textPart(text) }
        guard media.kind == .image else {
            throw RequestFault("The deployed provider takes images only, beside text.", param: "messages")
        }
        beginObject()
        member("type", "image_url")
        key("image_url")
        beginObject()
        switch media.source {
        case .url(let url): member("url", url)
        case .base64(let data):
            member("url", .utf8(Array("data:\(media.type ?? "image/png");base64,".utf8) + data.utf8))
        case .id, .text:
            throw RequestFault("The provider does not have the file that the message names.", param: "messages")
        }
        if let detail = media.detail { member("detail", detail) }
        endObject()
        endObject()
    }
}

/// Makes ids of calls that have none, and finds them for results that name the tool.
private struct CohereCallIDs {
    private var count = 0
    private var nameless: [[UInt8]: [JSONText]] = [:]

    mutating func ofCall(_ call: Turn.Call) -> JSONText {
        defer { count += 1 }
        if let id = call.id, !id.isEmpty { return id }
        let made = JSONText("call_\(count)")
        nameless[call.name.utf8, default: []].append(made)
        return made
    }

    /// The result's own id, else that of the first call of the tool's that none answered.
    mutating func answered(by result: Turn.CallResult) -> JSONText? {
        if let id = result.id, !id.isEmpty { return id }
        guard let name = result.name?.utf8, let first = nameless[name]?.first else { return nil }
        nameless[name]?.removeFirst()
        return first
    }
}
