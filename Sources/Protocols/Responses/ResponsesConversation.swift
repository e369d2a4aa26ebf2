import Domain
import JSON

/// What a client says that speaks OpenAI's Responses, as a conversation.
package enum ResponsesConversation {
    package static func read(_ call: RunCall) throws(RequestFault) -> Conversation {
        var conversation = Conversation()
        if let system = JSONText(call.system) { conversation.turns.append(Turn(.system, [.text(system)])) }
        var items = Items()
        for (index, item) in call.messages.enumerated() {
            try items.add(item, at: "input[\(index)]", to: &conversation)
        }
        items.end(&conversation)
        for field in call.parameters { try conversation.note(responses: field.name, field.value) }
        return conversation
    }

    /// Items become turns: what the assistant does in a row is one.
    fileprivate struct Items {
        /// What another provider wants back with the next call.
        private var signature: JSONText?

        /// Items of tools that OpenAI runs: they tell what was done, and mean nothing elsewhere.
        private static let hosted: Set<String> = [
            "web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call",
            "local_shell_call", "local_shell_call_output", "shell_call", "shell_call_output",
            "apply_patch_call", "apply_patch_call_output", "mcp_call", "mcp_list_tools", "mcp_approval_request",
            "mcp_approval_response", "tool_search_call", "compaction",
        ]

        mutating func add(_ item: JSONValue, at place: String, to conversation: inout Conversation) throws(RequestFault)
        {
            let type = item.member("type")?.string ?? "message"
            switch type {
            case "message": try addMessage(item, at: place, to: &conversation)
            case "function_call", "custom_tool_call":
                var call = try Self.call(item, isCustom: type == "custom_tool_call", at: place)
                call.signature = signature
                signature = nil
                conversation.appendSaid(.call(call))
            case "function_call_output", "custom_tool_call_output":
                end(&conversation)
                guard let id = JSONText(item.member("call_id")) else {
                    throw RequestFault("Must be a string.", param: place + ".call_id")
                }
                guard let output = item.present("output") else {
                    throw RequestFault("The result has no output.", param: place + ".output")
                }
                let content = try ResponsesConversation.parts(output, at: place + ".output")
                conversation.append(Turn.CallResult(id: id, name: JSONText(item.member("name")), content: content))
            case "reasoning": addReasoning(item, to: &conversation)
            case _ where Self.hosted.contains(type):
                conversation.foreign.append(Conversation.Field(name: place, json: item.raw))
            // It brings tools along, or may be newer than this; whoever speaks Responses may know it.
            case _: conversation.appendSaid(.native(item))
            }
        }

        /// A signature that no call took is of the turn all the same.
        mutating func end(_ conversation: inout Conversation) {
            guard let signature else { return }
            conversation.appendSaid(.reasoning(.utf8([]), signature: signature))
            self.signature = nil
        }

        private mutating func addMessage(
            _ item: JSONValue, at place: String, to conversation: inout Conversation
        ) throws(RequestFault) {
            guard let content = item.present("content") else {
                throw RequestFault("The message has no content.", param: place + ".content")
            }
            let parts = try ResponsesConversation.parts(content, at: place + ".content")
            switch item.member("role")?.string {
            case "assistant": for part in parts { conversation.appendSaid(part) }
            case "user":
                end(&conversation)
                conversation.turns.append(Turn(.user, parts))
            case "system":
                end(&conversation)
                conversation.turns.append(Turn(.system, parts))
            case "developer":
                end(&conversation)
                conversation.turns.append(Turn(.developer, parts))
            case _: throw RequestFault("The role is unknown.", param: place + ".role")
            }
        }

        private mutating func addReasoning(_ item: JSONValue, to conversation: inout Conversation) {
            let texts = ResponsesReasoning.texts(item).map(\.utf8)
            let opaque = ResponsesReasoning.opaque(item)
            if !texts.isEmpty {
                let text = Array(texts.joined(separator: ResponsesReasoning.separator))
                conversation.appendSaid(.reasoning(.utf8(text), signature: opaque))
            } else if let opaque {
                if item.member("id")?.string?.hasPrefix(ResponsesReasoning.signatureID) == true {
                    signature = opaque
                } else {
                    conversation.appendSaid(.hiddenReasoning(opaque))
                }
            }
        }

        private static func call(_ item: JSONValue, isCustom: Bool, at place: String) throws(RequestFault) -> Turn.Call
        {
            guard let id = JSONText(item.member("call_id")) else {
                throw RequestFault("Must be a string.", param: place + ".call_id")
            }
            guard let name = JSONText(item.member("name")) else {
                throw RequestFault("Must be a string.", param: place + ".name")
            }
            if isCustom {
                guard let input = item.member("input"), input.kind == .string else {
                    throw RequestFault("Must be a string.", param: place + ".input")
                }
                return Turn.Call(id: id, name: name, arguments: input.raw, isCustom: true)
            }
            let arguments = try Conversation.object(item.present("arguments"), at: place + ".arguments")
            return Turn.Call(id: id, name: name, arguments: arguments)
        }
    }

    /// A string, or parts.
    fileprivate static func parts(_ content: JSONValue, at place: String) throws(RequestFault) -> [Turn.Part] {
        if let text = JSONText(content) { return [.text(text)] }
        guard content.kind == .array else {
            throw RequestFault("Must be a string or an array of parts.", param: place)
        }
        return content.elements().map { part($0) ?? .native($0) }
    }

    private static func part(_ value: JSONValue) -> Turn.Part? {
        guard value.hasDistinctNames else { return nil }
        return switch value.member("type")?.string {
        case "input_text", "output_text", "text", nil: JSONText(value.member("text")).map { .text($0) }
        case "refusal": JSONText(value.member("refusal")).map { .refusal($0) }
        case "input_image": image(value).map { .media($0) }
        case "input_file": file(value).map { .media($0) }
        case "input_audio": audio(value.member("input_audio")).map { .media($0) }
        case _: nil
        }
    }

    private static func image(_ value: JSONValue) -> Media? {
        let detail = JSONText(value.present("detail"))
        if let url = JSONText(value.present("image_url")) { return Media(.image, dataOrURL: url, detail: detail) }
        return JSONText(value.present("file_id")).map { Media(.image, .id($0), detail: detail) }
    }

    private static func file(_ value: JSONValue) -> Media? {
        let name = JSONText(value.present("filename"))
        if let id = JSONText(value.present("file_id")) { return Media(.file, .id(id), name: name) }
        if let url = JSONText(value.present("file_url")) { return Media(.file, .url(url), name: name) }
        guard let data = JSONText(value.present("file_data")) else { return nil }
        var media = Media(.file, dataOrURL: data, detail: nil)
        // Bare base64 is of a PDF.
        if case .url = media.source { media = Media(.file, .base64(data), type: "application/pdf") }
        media.name = name
        return media
    }

    private static func audio(_ value: JSONValue?) -> Media? {
        guard let value, let data = JSONText(value.member("data")) else { return nil }
        let format = value.member("format")?.string ?? "wav"
        return Media(.audio, .base64(data), type: format == "mp3" ? "audio/mpeg" : "audio/\(format)")
    }
}

extension Conversation {
    /// Joins what the assistant does in a row.
    fileprivate mutating func appendSaid(_ part: Turn.Part) {
        if turns.last?.role == .assistant {
            turns[turns.endIndex - 1].parts.append(part)
        } else {
            turns.append(Turn(.assistant, [part]))
        }
    }
}
