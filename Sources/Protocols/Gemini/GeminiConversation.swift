import JSON

/// A client's `generateContent` as a conversation.
package enum GeminiConversation {
    package static func read(_ call: RunCall) throws(RequestFault) -> Conversation {
        var reading = GeminiReading()
        if let system = call.system { try reading.addSystem(system) }
        for (index, content) in call.messages.enumerated() { try reading.add(content, at: "contents[\(index)]") }
        for field in call.parameters { try reading.conversation.note(gemini: field.name, field.value) }
        return reading.conversation
    }
}

/// Reads contents one by one. Calls and their results pair by name here, and by id everywhere else: calls without an id
/// get one.
private struct GeminiReading {
    var conversation = Conversation()
    /// Calls that nothing answered yet.
    private var open: [(id: JSONText, name: JSONText)] = []
    private var callCount = 0

    mutating func addSystem(_ system: JSONValue) throws(RequestFault) {
        let parts = try texts(system, at: "systemInstruction")
        if !parts.isEmpty { conversation.turns.append(Turn(.system, parts)) }
    }

    mutating func add(_ content: JSONValue, at place: String) throws(RequestFault) {
        let role: Turn.Role
        switch content.present("role")?.string {
        // Absent is the user's; results had a role of their own once.
        case nil, "user", "function": role = .user
        case "model": role = .assistant
        case _: throw RequestFault("The role is unknown.", param: place + ".role")
        }
        let parts = content.present("parts")?.googleItems ?? []
        let joins = conversation.turns.last.map { $0.role == role && (role == .assistant || $0.isOfResults) } ?? false
        var turn = joins ? conversation.turns.removeLast() : Turn(role, [])
        for (index, part) in parts.enumerated() {
            let place = "\(place).parts[\(index)]"
            if role == .assistant {
                try addSaid(part, to: &turn, at: place)
            } else {
                try addAsked(part, to: &turn, place)
            }
        }
        if !turn.parts.isEmpty { conversation.turns.append(turn) }
    }

    private func texts(_ content: JSONValue, at place: String) throws(RequestFault) -> [Turn.Part] {
        var parts: [Turn.Part] = []
        for (index, part) in (content.present("parts")?.googleItems ?? []).enumerated() {
            guard let text = JSONText(part.present("text")) else {
                throw RequestFault("Must be text.", param: "\(place).parts[\(index)]")
            }
            if !text.isEmpty { parts.append(.text(text)) }
        }
        return parts
    }

    private mutating func addAsked(_ part: JSONValue, to turn: inout Turn, _ place: String) throws(RequestFault) {
        if let response = part.google("functionResponse") {
            turn.parts.append(.result(try result(response, at: place + ".functionResponse")))
        } else if let said = Self.textOrMedia(part) {
            turn.parts.append(said)
        }
    }

    private mutating func addSaid(_ part: JSONValue, to turn: inout Turn, at place: String) throws(RequestFault) {
        let signature = JSONText(part.google("thoughtSignature")).map(GeminiSeal.open)
        let isThought = part.present("thought")?.bool == true
        if isThought, let text = JSONText(part.present("text")), !text.isEmpty { turn.addThought(text) }
        switch signature {
        case nil: break
        // What it stands on follows.
        case .own(let signature): if isThought { turn.addSignature(signature) }
        case .sealed(let signature): turn.addSignature(signature)
        case .hidden(let thoughts): turn.parts.append(.hiddenReasoning(thoughts))
        }
        if isThought { return }
        if let function = part.google("functionCall") {
            var call = try call(function, at: place + ".functionCall")
            if case .own(let own)? = signature { call.signature = own }
            turn.parts.append(.call(call))
        } else if let said = Self.textOrMedia(part) {
            turn.parts.append(said)
        }
    }

    private mutating func call(_ function: JSONValue, at place: String) throws(RequestFault) -> Turn.Call {
        guard let name = JSONText(function.present("name")) else {
            throw RequestFault("The call has no name.", param: place)
        }
        let arguments = function.present("args")
        guard arguments == nil || arguments?.kind == .object else {
            throw RequestFault("Must be an object.", param: place + ".args")
        }
        callCount += 1
        let id = JSONText(function.present("id")) ?? JSONText("tollgate_call_\(callCount)")
        open.append((id, name))
        return Turn.Call(id: id, name: name, arguments: arguments?.raw ?? Array("{}".utf8)[...])
    }

    /// What answers the first open call of its id, or else of its name.
    private mutating func result(_ response: JSONValue, at place: String) throws(RequestFault) -> Turn.CallResult {
        guard let name = JSONText(response.present("name")) else {
            throw RequestFault("The response has no name.", param: place)
        }
        let id = JSONText(response.present("id"))
        let answered = open.firstIndex { $0.id == id } ?? open.firstIndex { $0.name == name }
        let (text, isError) = Self.said(by: response.present("response"))
        var content: [Turn.Part] = text.isEmpty ? [] : [.text(text)]
        for part in response.present("parts")?.googleItems ?? [] {
            if let part = Self.textOrMedia(part) { content.append(part) }
        }
        return Turn.CallResult(
            id: answered.map { open.remove(at: $0).id } ?? id, name: name, content: content, isError: isError)
    }

    /// Google's own name for a tool's output is `output`, its Python SDK's is `result`; `error` is for errors. Else the
    /// whole object is what the tool said.
    private static func said(by response: JSONValue?) -> (JSONText, isError: Bool) {
        guard let response, let members = try? response.members() else {
            return (JSONText(response) ?? .utf8([]), false)
        }
        guard members.count == 1, let only = members.first, ["output", "result", "error"].contains(only.name) else {
            return (.utf8(Array(response.raw)), false)
        }
        return (JSONText(only.value) ?? .utf8(Array(only.value.raw)), only.name == "error")
    }

    /// Nil of a text that says nothing, which other providers refuse.
    private static func textOrMedia(_ part: JSONValue) -> Turn.Part? {
        if let text = JSONText(part.present("text")) { return text.isEmpty ? nil : .text(text) }
        if let blob = part.google("inlineData"), let data = JSONText(blob.present("data")) {
            let type = blob.google("mimeType")?.string
            return .media(
                Media(
                    .init(type), .base64(GeminiSeal.standard(data)), type: type,
                    name: JSONText(blob.google("displayName"))))
        }
        if let file = part.google("fileData"), let uri = JSONText(file.google("fileUri")) {
            let type = file.google("mimeType")?.string
            return .media(Media(.init(type), .url(uri), type: type, name: JSONText(file.google("displayName"))))
        }
        // A stream may end with nothing but a signature.
        if let members = try? part.members(), members.allSatisfy({ GeminiName.camel($0.name) == "thoughtSignature" }) {
            return nil
        }
        return .native(part)
    }
}

extension Media.Kind {
    /// - Parameter type: a MIME type; without one it is a file.
    init(_ type: String?) {
        switch type?.prefix(while: { $0 != "/" }) {
        case "image": self = .image
        case "audio": self = .audio
        case "video": self = .video
        case _: self = .file
        }
    }
}

extension Turn {
    fileprivate var isOfResults: Bool {
        !parts.isEmpty && parts.allSatisfy { if case .result = $0 { true } else { false } }
    }

    /// Thoughts in a row are one, however a stream cut them: their signature is of the whole.
    fileprivate mutating func addThought(_ text: JSONText) {
        guard case .reasoning(let before, nil)? = parts.last else {
            return parts.append(.reasoning(text, signature: nil))
        }
        parts[parts.endIndex - 1] = .reasoning(.utf8(before.utf8 + text.utf8), signature: nil)
    }

    fileprivate mutating func addSignature(_ signature: JSONText) {
        guard case .reasoning(let before, nil)? = parts.last else {
            return parts.append(.reasoning(.utf8([]), signature: signature))
        }
        parts[parts.endIndex - 1] = .reasoning(before, signature: signature)
    }
}
