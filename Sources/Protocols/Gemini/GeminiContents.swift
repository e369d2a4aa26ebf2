import JSON

extension GeminiEncoding {
    /// Tells the third generation not to ask for a call's signature, of calls that another model made.
    static let noSignature = "skip_thought_signature_validator"

    /// All instructions are in one place, whatever stands between them.
    mutating func writeSystem() throws(RequestFault) {
        let turns = prompt.system
        let raw = outgoing.rawSystem?.present("parts")?.googleItems ?? []
        if turns.isEmpty, raw.isEmpty { return }
        writer.key("systemInstruction")
        writer.beginObject()
        writer.key("parts")
        writer.beginArray()
        for part in turns.flatMap(\.parts) {
            guard case .text(let text) = part else {
                throw RequestFault("The provider takes instructions as text only.", param: "messages")
            }
            writer.part(text)
        }
        for part in raw { writer.value(part) }
        writer.endArray()
        writer.endObject()
    }

    mutating func writeContents() throws(RequestFault) {
        writer.key("contents")
        writer.beginArray()
        var names: [[UInt8]: JSONText] = [:]
        for turn in prompt.turns {
            switch turn.role {
            case .system, .developer: continue
            case .user: try writeUser(turn, names)
            case .assistant:
                for case .call(let call) in turn.parts { if let id = call.id { names[id.utf8] = call.name } }
                try writeModel(turn)
            }
        }
        writeRaw()
        writer.endArray()
    }

    // MARK: The user

    /// Results are a content of their own: there must be as many as there were calls, right behind them.
    private mutating func writeUser(_ turn: Turn, _ names: [[UInt8]: JSONText]) throws(RequestFault) {
        var results: [Turn.CallResult] = []
        var rest: [Turn.Part] = []
        for part in turn.parts {
            if case .result(let result) = part { results.append(result) } else { rest.append(part) }
        }
        if !results.isEmpty {
            writer.beginContent()
            for result in results { try writeResult(result, names) }
            writer.endContent("user")
        }
        // Before the third generation what a tool shows is shown by the user.
        if !model.isThird { rest = results.flatMap(\.media) + rest }
        // A content without parts is refused, as is a text that says nothing.
        rest.removeAll { if case .text(let text) = $0 { text.isEmpty } else { false } }
        if rest.isEmpty { return }
        writer.beginContent()
        for part in rest {
            switch part {
            case .text(let text): writer.part(text)
            case .media(let media): try writeMedia(media)
            case .native: throw RequestFault.nativePart
            case .call, .result, .reasoning, .hiddenReasoning, .refusal: throw RequestFault.misplacedPart
            }
        }
        writer.endContent("user")
    }

    private mutating func writeResult(
        _ result: Turn.CallResult, _ names: [[UInt8]: JSONText]
    ) throws(RequestFault) {
        guard let name = result.name ?? result.id.flatMap({ names[$0.utf8] }) else {
            throw RequestFault("The result answers no call of the conversation.", param: "messages")
        }
        writer.beginObject()
        writer.key("functionResponse")
        writer.beginObject()
        if let id = result.id { writer.member("id", id) }
        writer.member("name", name)
        writer.key("response")
        writer.response(result)
        if model.isThird, !result.media.isEmpty {
            writer.key("parts")
            writer.beginArray()
            for case .media(let media) in result.media { try writeMedia(media) }
            writer.endArray()
        }
        writer.endObject()
        writer.endObject()
    }

    private mutating func writeMedia(_ media: Media) throws(RequestFault) {
        writer.beginObject()
        switch media.source {
        case .base64(let data):
            writer.key("inlineData")
            writer.beginObject()
            writer.member("mimeType", media.type ?? media.kind.usualType)
            writer.member("data", data)
            writer.endObject()
        case .url(let url) where Media.isKnownToGoogle(url.string):
            writer.key("fileData")
            writer.beginObject()
            if let type = media.type { writer.member("mimeType", type) }
            writer.member("fileUri", url)
            writer.endObject()
        case .url:
            throw RequestFault(
                "The provider takes images and files as data, not by a URL of elsewhere.", param: "messages")
        case .text(let text): writer.member("text", text)
        case .id:
            throw RequestFault("The provider does not have the file that the message names.", param: "messages")
        }
        writer.endObject()
    }

    // MARK: The model

    private mutating func writeModel(_ turn: Turn) throws(RequestFault) {
        let said = turn.parts.filter { $0.isSaid }
        guard !said.isEmpty else { return }
        // Of a client of another protocol, which has it with the thoughts before what it belongs to: a call, or else text.
        var waiting: JSONText?
        for case .reasoning(_, let signature?) in turn.parts where waiting == nil { waiting = open(signature) }
        let firstCall = said.firstIndex { if case .call = $0 { true } else { false } }
        let lastText = said.lastIndex { if case .text = $0 { true } else { false } }
        writer.beginContent()
        for (index, part) in said.enumerated() {
            writer.beginObject()
            switch part {
            case .text(let text), .refusal(let text): writer.member("text", text)
            case .call(let call): writer.functionCall(call)
            case .media(let media): try writer.inlineData(media)
            case .native: throw RequestFault.nativePart
            case .result, .reasoning, .hiddenReasoning: throw RequestFault.misplacedPart
            }
            if let signature = signature(of: part, index == firstCall, firstCall == nil && index == lastText, waiting) {
                writer.member("thoughtSignature", signature)
            }
            writer.endObject()
        }
        writer.endContent("model")
    }

    private func signature(
        of part: Turn.Part, _ isFirstCall: Bool, _ isLastText: Bool, _ waiting: JSONText?
    ) -> JSONText? {
        guard case .call(let call) = part else { return isLastText ? waiting : nil }
        if let own = call.signature.flatMap(open) { return own }
        guard isFirstCall else { return nil }
        return waiting ?? (model.isThird ? JSONText(Self.noSignature) : nil)
    }

    private func open(_ signature: JSONText) -> JSONText? {
        ReasoningSeal.open(signature, spokenIn: outgoing.spoken, for: .gemini)
    }
}

extension JSONWriter {
    fileprivate mutating func beginContent() {
        beginObject()
        key("parts")
        beginArray()
    }

    fileprivate mutating func endContent(_ role: String) {
        endArray()
        member("role", role)
        endObject()
    }

    fileprivate mutating func part(_ text: JSONText) {
        beginObject()
        member("text", text)
        endObject()
    }

    fileprivate mutating func functionCall(_ call: Turn.Call) {
        key("functionCall")
        beginObject()
        if let id = call.id { member("id", id) }
        member("name", call.name)
        key("args")
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

    /// Of the model, which answers with data only.
    fileprivate mutating func inlineData(_ media: Media) throws(RequestFault) {
        guard case .base64(let data) = media.source else {
            throw RequestFault.misplacedPart
        }
        key("inlineData")
        beginObject()
        member("mimeType", media.type ?? media.kind.usualType)
        member("data", data)
        endObject()
    }

    /// What a tool said, which is an object to Google: one of its own, or ours around its text.
    fileprivate mutating func response(_ result: Turn.CallResult) {
        let texts: [[UInt8]] = result.content.compactMap { if case .text(let text) = $0 { text.utf8 } else { nil } }
        let text = Array(texts.joined(separator: [UInt8(ascii: "\n")]))
        if !result.isError, text.first == UInt8(ascii: "{"), let root = try? JSONDocument(text).root,
            root.kind == .object
        {
            return value(root)
        }
        beginObject()
        key(result.isError ? "error" : "output")
        string(utf8: text)
        endObject()
    }
}

extension Turn.Part {
    /// Whether the model is told again that it said so. Thoughts are its own affair; an empty text is none.
    fileprivate var isSaid: Bool {
        switch self {
        case .text(let text), .refusal(let text): !text.isEmpty
        case .reasoning, .hiddenReasoning: false
        case .media, .call, .result, .native: true
        }
    }
}

extension Turn.CallResult {
    fileprivate var media: [Turn.Part] { content.filter { if case .media = $0 { true } else { false } } }
}

extension Media {
    /// What Google reads by itself: Cloud Storage, its File API, YouTube.
    fileprivate static func isKnownToGoogle(_ url: String) -> Bool {
        [
            "gs://", "https://generativelanguage.googleapis.com/", "https://www.youtube.com/", "https://youtube.com/",
            "https://youtu.be/",
        ].contains(where: url.hasPrefix)
    }
}

extension Media.Kind {
    /// Of data that does not say what it is.
    fileprivate var usualType: String {
        switch self {
        case .image: "image/png"
        case .audio: "audio/wav"
        case .file: "application/pdf"
        case .video: "video/mp4"
        }
    }
}
