import JSON

extension BedrockEncoding {
    /// Messages, and the instructions beside them. Sides must take turns, so what one says in a row is one message.
    mutating func writePrompt() throws(RequestFault) {
        let (system, turns) = outgoing.prompt
        writer.key("messages")
        writer.beginArray()
        var open: Turn.Role?
        var content: [Turn.Part] = []
        for turn in turns {
            let said = turn.parts.filter(isSaid)
            if said.isEmpty { continue }
            if let open, open != turn.role {
                try writeMessage(content, open)
                content = []
            }
            open = turn.role
            content += said
        }
        if let open { try writeMessage(content, open) }
        writer.endArray()
        try writeSystem(system.flatMap(\.parts))
    }

    private mutating func writeMessage(_ content: [Turn.Part], _ role: Turn.Role) throws(RequestFault) {
        writer.beginMessage(role == .assistant ? "assistant" : "user")
        for part in content { try writeBlock(part, role) }
        let hasDocument = content.contains { if case .media(let media) = $0 { media.kind == .file } else { false } }
        let hasText = content.contains { if case .text = $0 { true } else { false } }
        // A document is refused where nothing is said beside it.
        if hasDocument, !hasText { writer.textBlock(JSONText("See the document.")) }
        writer.endMessage()
    }

    private mutating func writeSystem(_ parts: [Turn.Part]) throws(RequestFault) {
        let said = parts.filter { isSaid($0) }
        guard !said.isEmpty else { return }
        writer.key("system")
        writer.beginArray()
        for part in said {
            guard case .text(let text) = part else {
                throw RequestFault("The deployed provider takes instructions as text only.", param: "messages")
            }
            writer.textBlock(text)
        }
        writer.endArray()
    }

    private func isSaid(_ part: Turn.Part) -> Bool { outgoing.isSaid(part, to: .bedrock) }

    private func open(_ sealed: JSONText) -> JSONText? { outgoing.open(sealed, for: .bedrock) }

    private mutating func writeBlock(_ part: Turn.Part, _ role: Turn.Role) throws(RequestFault) {
        switch part {
        case .text(let text), .refusal(let text): writer.textBlock(text)
        case .media(let media): try writeMedia(media)
        case .call(let call):
            guard role == .assistant else { throw RequestFault.misplacedPart }
            writer.toolUse(call, id: callIDs.ofCall())
        case .result(let result):
            guard role == .user else { throw RequestFault.misplacedPart }
            try writeResult(result)
        case .reasoning(let text, let signature):
            writer.beginReasoning()
            writer.key("reasoningText")
            writer.beginObject()
            writer.member("text", text)
            if let signature = signature.flatMap(open) { writer.member("signature", signature) }
            writer.endObject()
            writer.endReasoning()
        case .hiddenReasoning(let data):
            writer.beginReasoning()
            if let data = open(data) { writer.member("redactedContent", data) }
            writer.endReasoning()
        case .native: throw RequestFault.nativePart
        }
    }

    private mutating func writeResult(_ result: Turn.CallResult) throws(RequestFault) {
        guard let id = callIDs.answered(by: result) else {
            throw RequestFault("The result answers no call of the conversation.", param: "messages")
        }
        writer.beginObject()
        writer.key("toolResult")
        writer.beginObject()
        writer.member("toolUseId", id)
        writer.key("content")
        writer.beginArray()
        for part in result.content where isSaid(part) {
            switch part {
            case .text(let text): writer.textBlock(text)
            case .media(let media): try writeMedia(media)
            case .native: throw RequestFault.nativePart
            case .call, .result, .reasoning, .hiddenReasoning, .refusal: throw RequestFault.misplacedPart
            }
        }
        writer.endArray()
        if result.isError { writer.member("status", "error") }
        writer.endObject()
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func beginMessage(_ role: String) {
        beginObject()
        member("role", role)
        key("content")
        beginArray()
    }

    fileprivate mutating func endMessage() {
        endArray()
        endObject()
    }

    fileprivate mutating func beginReasoning() {
        beginObject()
        key("reasoningContent")
        beginObject()
    }

    fileprivate mutating func endReasoning() {
        endObject()
        endObject()
    }

    fileprivate mutating func textBlock(_ text: JSONText) {
        beginObject()
        member("text", text)
        endObject()
    }

    fileprivate mutating func toolUse(_ call: Turn.Call, id: JSONText) {
        beginObject()
        key("toolUse")
        beginObject()
        member("toolUseId", id)
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
        endObject()
    }
}
