import JSON

/// A client's `generateContent` as a conversation.
package enum GeminiConversation {
    package static func read(_ call: RunCall) throws(RequestFault) -> Conversation {
        var reading = GeminiReading()
        if let system = call.system { reading.addSystem(system) }
        for (index, content) in call.messages.enumerated() { try reading.add(content, at: "contents[\(index)]") }
        reading.endThoughts()
        for field in call.parameters { try reading.conversation.note(gemini: field.name, field.value) }
        return reading.conversation
    }
}

/// Reads contents one by one. Calls and their results pair by name here, and by id everywhere else: calls without an id
/// get one.
private struct GeminiReading {
    var conversation = Conversation()
    private var callIDs: [JSONText] = []
    private var pairing = CallPairing()
    /// Whether the last turn is of results alone.
    private var endsInResults = false
    /// Of the last part, which is reasoning, while it grows: thoughts in a row are one, however a stream cut them.
    private var thoughts: [UInt8] = []

    mutating func addSystem(_ system: JSONValue) {
        let parts = (system.present("parts")?.googleItems ?? []).compactMap { part -> Turn.Part? in
            guard part.hasOneMeaning, let text = JSONText(part.present("text")) else { return .native(part) }
            return text.isEmpty ? nil : .text(text)
        }
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
        let joins = conversation.turns.last?.role == role && (role == .assistant || endsInResults)
        if !joins { endThoughts() }
        var turn = joins ? conversation.turns.removeLast() : Turn(role, [])
        let before = turn.parts.count
        for (index, part) in parts.enumerated() {
            let place = "\(place).parts[\(index)]"
            if !part.hasOneMeaning {
                endThoughts(&turn)
                turn.parts.append(.native(part))
            } else if role == .assistant {
                try addSaid(part, to: &turn, at: place)
            } else {
                try addAsked(part, to: &turn, place)
            }
        }
        if turn.parts.isEmpty { return }
        endsInResults = turn.parts[before...].allSatisfy { if case .result = $0 { true } else { false } }
        conversation.turns.append(turn)
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
        if isThought, let text = JSONText(part.present("text")), !text.isEmpty { addThought(text, to: &turn) }
        if isThought, signature == nil { return }
        if signature != nil { endThoughts(&turn) }
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
            endThoughts(&turn)
            turn.parts.append(.call(call))
        } else if let said = Self.textOrMedia(part) {
            endThoughts(&turn)
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
        let id = JSONText(function.present("id")) ?? JSONText("tollgate_call_\(callIDs.count + 1)")
        callIDs.append(id)
        pairing.add(id: id, name: name)
        return Turn.Call(id: id, name: name, arguments: arguments?.raw ?? Array("{}".utf8)[...])
    }

    private mutating func addThought(_ text: JSONText, to turn: inout Turn) {
        if thoughts.isEmpty { turn.parts.append(.reasoning(.utf8([]), signature: nil)) }
        thoughts += text.utf8
    }

    private mutating func endThoughts(_ turn: inout Turn) {
        guard !thoughts.isEmpty else { return }
        turn.parts[turn.parts.endIndex - 1] = .reasoning(.utf8(thoughts), signature: nil)
        thoughts = []
    }

    /// Of the last turn.
    mutating func endThoughts() {
        guard !thoughts.isEmpty, var turn = conversation.turns.popLast() else { return }
        endThoughts(&turn)
        conversation.turns.append(turn)
    }

    /// What answers the first open call of its id, or else of its name.
    private mutating func result(_ response: JSONValue, at place: String) throws(RequestFault) -> Turn.CallResult {
        guard let name = JSONText(response.present("name")) else {
            throw RequestFault("The response has no name.", param: place)
        }
        let id = JSONText(response.present("id"))
        let answered = pairing.answer(id: id, name: name).map { callIDs[$0] }
        let (text, isError) = Self.said(by: response.present("response"))
        var content: [Turn.Part] = text.isEmpty ? [] : [.text(text)]
        for part in response.present("parts")?.googleItems ?? [] {
            if let part = part.hasOneMeaning ? Self.textOrMedia(part) : .native(part) { content.append(part) }
        }
        return Turn.CallResult(id: answered ?? id, name: name, content: content, isError: isError)
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

extension JSONValue {
    private static let contentNames: Set<String> = [
        "text", "inlineData", "fileData", "functionCall", "functionResponse", "executableCode", "codeExecutionResult",
    ]

    /// Whether a part is of one kind, and no name stands in it twice: what is counted by one of two may not be what Google
    /// sees.
    fileprivate var hasOneMeaning: Bool {
        guard hasDistinctNames(as: GeminiName.camel) else { return false }
        let contents = ((try? members()) ?? []).filter {
            !$0.value.isNull && Self.contentNames.contains(GeminiName.camel($0.name))
        }
        return contents.count < 2 && contents.allSatisfy { $0.value.hasDistinctNames(as: GeminiName.camel) }
    }
}

extension Turn {
    fileprivate mutating func addSignature(_ signature: JSONText) {
        guard case .reasoning(let before, nil)? = parts.last else {
            return parts.append(.reasoning(.utf8([]), signature: signature))
        }
        parts[parts.endIndex - 1] = .reasoning(before, signature: signature)
    }
}
