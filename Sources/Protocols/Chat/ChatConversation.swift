import Domain
import JSON

/// Chat completions as conversations: what a version says, whose messages and parameters are in OpenAI's shape, and what a
/// client says that speaks it.
package enum ChatConversation {
    package static func read(_ version: ChatBody.Version) throws(RequestFault) -> Conversation {
        var conversation = Conversation()
        for message in version.messages {
            let place = "messages"
            switch message.content {
            case .text(let text): conversation.turns.append(Turn(.init(message.role), [.text(.utf8(text))]))
            case .parts(let json):
                let parts = try parts(document(json, place).elements())
                conversation.turns.append(Turn(.init(message.role), parts))
            case .members(let json):
                var whole = Array("{\"role\":\"\(message.role.rawValue)\"".utf8)
                if !json.isEmpty { whole += [UInt8(ascii: ",")] + json }
                whole.append(UInt8(ascii: "}"))
                try conversation.add(document(whole, place), at: place)
            }
        }
        for parameter in version.parameters {
            try conversation.note(parameter.name, document(parameter.json, parameter.name))
        }
        return conversation
    }

    package static func read(_ call: RunCall) throws(RequestFault) -> Conversation {
        var conversation = Conversation()
        for (index, message) in call.messages.enumerated() {
            try conversation.add(message, at: "messages[\(index)]")
        }
        for field in call.parameters { try conversation.note(field.name, field.value) }
        return conversation
    }

    private static func document(_ json: [UInt8], _ place: String) throws(RequestFault) -> JSONValue {
        do throws(JSONFault) { return try JSONDocument(json).root } catch {
            throw RequestFault("The deployed version's \(place) is not valid JSON.")
        }
    }

    /// The parts of a message's content.
    fileprivate static func parts(_ values: [JSONValue]) -> [Turn.Part] { values.map { part($0) ?? .native($0) } }

    private static func part(_ value: JSONValue) -> Turn.Part? {
        switch value.member("type")?.string {
        case "text", nil: JSONText(value.member("text")).map { .text($0) }
        case "refusal": JSONText(value.member("refusal")).map { .refusal($0) }
        case "image_url": image(value.member("image_url")).map { .media($0) }
        case "input_audio": audio(value.member("input_audio")).map { .media($0) }
        case "file": file(value.member("file")).map { .media($0) }
        case _: nil
        }
    }

    private static func image(_ value: JSONValue?) -> Media? {
        guard let value, let url = JSONText(value.kind == .string ? value : value.member("url")) else { return nil }
        guard Media.isReadable(url) else { return nil }
        let detail = JSONText(value.member("detail"))
        return Media(.image, dataOrURL: url, detail: detail)
    }

    private static func audio(_ value: JSONValue?) -> Media? {
        guard let value, let data = JSONText(value.kind == .string ? value : value.member("data")) else { return nil }
        let format = value.member("format")?.string ?? "wav"
        return Media(.audio, .base64(data), type: format == "mp3" ? "audio/mpeg" : "audio/\(format)")
    }

    private static func file(_ value: JSONValue?) -> Media? {
        guard let value else { return nil }
        let name = JSONText(value.member("filename"))
        if let id = JSONText(value.member("file_id")) { return Media(.file, .id(id), name: name) }
        guard let data = JSONText(value.member("file_data")), Media.isReadable(data) else { return nil }
        var media = Media(.file, dataOrURL: data, detail: nil)
        // Bare base64 is of a PDF: OpenAI takes nothing else.
        if case .url = media.source { media = Media(.file, .base64(data), type: "application/pdf") }
        media.name = name
        return media
    }
}

extension Media {
    /// False for a `data:` URL whose data are not base64.
    static func isReadable(_ url: JSONText) -> Bool {
        let bytes = url.utf8
        guard bytes.starts(with: "data:".utf8) else { return true }
        return bytes.prefix { $0 != UInt8(ascii: ",") }.suffix(7).elementsEqual(";base64".utf8)
    }

    /// From a URL, which may be a `data:` URL that has it in itself.
    init(_ kind: Kind, dataOrURL url: JSONText, detail: JSONText?) {
        let bytes = url.utf8
        guard bytes.starts(with: "data:".utf8), let comma = bytes.firstIndex(of: UInt8(ascii: ",")) else {
            self.init(kind, .url(url), detail: detail)
            return
        }
        let type = String(decoding: bytes[5..<comma].prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
        self.init(
            kind, .base64(.utf8(Array(bytes[(comma + 1)...]))), type: type.isEmpty ? nil : type, detail: detail)
    }
}

extension Turn.Role {
    init(_ role: RenderedMessage.Role) {
        self =
            switch role {
            case .system: .system
            case .developer: .developer
            case .user, .tool, .function: .user
            case .assistant: .assistant
            }
    }
}

extension Conversation {
    fileprivate mutating func add(_ message: JSONValue, at place: String) throws(RequestFault) {
        let role = message.member("role")?.string ?? ""
        switch role {
        case "system", "developer", "user":
            let content = try parts(of: message, at: place)
            turns.append(
                Turn(
                    role == "user" ? .user : role == "system" ? .system : .developer, content,
                    name: JSONText(message.member("name"))))
        case "assistant": try addAssistant(message, at: place)
        case "tool", "function":
            append(
                Turn.CallResult(
                    id: JSONText(message.member("tool_call_id")), name: JSONText(message.member("name")),
                    content: try parts(of: message, at: place)))
        case _: throw RequestFault("The role is unknown.", param: place + ".role")
        }
    }

    private func parts(of message: JSONValue, at place: String) throws(RequestFault) -> [Turn.Part] {
        guard let content = message.present("content") else { return [] }
        if let text = JSONText(content) { return [.text(text)] }
        guard content.kind == .array else {
            throw RequestFault("Must be a string or an array of parts.", param: place + ".content")
        }
        return ChatConversation.parts(content.elements())
    }

    private mutating func addAssistant(_ message: JSONValue, at place: String) throws(RequestFault) {
        var said: [Turn.Part] = []
        let details = message.present("reasoning_details")?.elements() ?? []
        let signatures = details.compactMap { JSONText($0.member("signature")) }
        let thoughts = JSONText(message.present("reasoning_content") ?? message.present("reasoning"))
        // Several thoughts come back as one text, of which no signature holds; Gemini's are of calls.
        let isOne =
            signatures.count < 2
            || ReasoningSeal.open(signatures[0], spokenIn: .chat, for: .gemini) != nil
        if isOne {
            if thoughts != nil || !signatures.isEmpty {
                said.append(.reasoning(thoughts ?? .utf8([]), signature: signatures.first))
            }
            said += details.compactMap { JSONText($0.member("data")).map { .hiddenReasoning($0) } }
        }
        said += try parts(of: message, at: place)
        if let refusal = JSONText(message.present("refusal")) { said.append(.refusal(refusal)) }
        let calls = message.present("tool_calls")
        guard calls?.kind ?? .array == .array else {
            throw RequestFault("Must be an array.", param: place + ".tool_calls")
        }
        for (index, call) in (calls?.elements() ?? []).enumerated() {
            said.append(.call(try Self.call(call, at: "\(place).tool_calls[\(index)]")))
        }
        if let function = message.present("function_call") {
            said.append(.call(try Self.call(function, named: function, id: nil, at: place + ".function_call")))
        }
        turns.append(Turn(.assistant, said, name: JSONText(message.member("name"))))
    }

    private static func call(_ call: JSONValue, at place: String) throws(RequestFault) -> Turn.Call {
        let id = JSONText(call.member("id"))
        if let custom = call.present("custom") {
            guard let name = JSONText(custom.member("name")), let input = custom.member("input") else {
                throw RequestFault("The call has no name or no input.", param: place)
            }
            return Turn.Call(id: id, name: name, arguments: input.raw, isCustom: true)
        }
        guard let function = call.present("function") else {
            throw RequestFault("The call is of an unknown kind.", param: place)
        }
        return try Self.call(call, named: function, id: id, at: place)
    }

    private static func call(
        _ call: JSONValue, named function: JSONValue, id: JSONText?, at place: String
    ) throws(RequestFault) -> Turn.Call {
        guard let name = JSONText(function.member("name")) else {
            throw RequestFault("The call has no name.", param: place)
        }
        let arguments = function.present("arguments")
        return Turn.Call(
            id: id, name: name, arguments: try object(arguments, at: place + ".arguments"))
    }

    /// Arguments as a JSON object: they come as text that is JSON, or as the object itself; nothing means none.
    static func object(_ arguments: JSONValue?, at place: String) throws(RequestFault) -> ArraySlice<UInt8> {
        guard let arguments else { return Array("{}".utf8)[...] }
        if arguments.kind == .object { return arguments.raw }
        guard let text = arguments.decodedBytes else {
            throw RequestFault("Must be the text of a JSON object.", param: place)
        }
        if text.allSatisfy({ $0 == UInt8(ascii: " ") }) { return Array("{}".utf8)[...] }
        guard let root = try? JSONDocument(text).root, root.kind == .object else {
            throw RequestFault("Must be the text of a JSON object.", param: place)
        }
        return root.raw
    }
}
