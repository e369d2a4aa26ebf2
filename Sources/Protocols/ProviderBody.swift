import Domain
import JSON

/// The body of a provider's request.
package struct ProviderBody: Sendable {
    package let bytes: [UInt8]
    /// Request fields set aside because the version decides them, or because the provider's protocol has no such thing, in
    /// the order they came. `model` is never among them.
    package let ignored: [String]

    init(bytes: [UInt8], ignored: [String]) {
        self.bytes = bytes
        self.ignored = ignored
    }
}

extension ProviderBody {
    /// What the version says and what the client does, in the provider's protocol, and what it is measured by.
    ///
    /// - Parameter maxOutputTokens: the maximum that holds, always sent: the reservation rests on it.
    /// Throws where the provider's protocol cannot say it, or where the reply's shape would differ.
    package static func encode(
        _ version: ChatBody.Version, _ call: RunCall, maxOutputTokens: Int64, dialect: ProviderDialect,
        allowances: Allowances
    ) throws(RequestFault) -> (body: ProviderBody, measure: RequestMeasure) {
        guard dialect.wire != .chat else {
            return try encodeChat(version, call, maxOutputTokens: maxOutputTokens, dialect, allowances)
        }
        guard call.n == 1 else { throw RequestFault("The deployed provider gives one choice a call.", param: "n") }
        let ours = try ChatConversation.read(version)
        let theirs = try Conversation(call)
        let meaning: (String) -> Settings.Name? =
            switch dialect.wire {
            case .anthropic: AnthropicBody.meaning
            case .responses: ResponsesBody.meaning
            case .gemini: GeminiBody.meaning
            // No client speaks these, so that no field of theirs comes through.
            case .chat, .bedrock, .cohere, .embeddings: { _ in nil }
            }
        let outgoing = try Outgoing(
            model: version.model, version: ours, said: theirs, call: call, overridable: version.overridable,
            maxOutputTokens: maxOutputTokens, target: dialect.wire, meaning: meaning)
        let body =
            switch dialect.wire {
            case .anthropic: try AnthropicBody.encode(outgoing, platform: dialect.platform)
            case .responses: try ResponsesBody.encode(outgoing, dialect: dialect)
            case .gemini: try GeminiBody.encode(outgoing, dialect: dialect)
            case .bedrock: try BedrockBody.encode(outgoing, dialect: dialect)
            case .cohere: try CohereBody.encode(outgoing, dialect: dialect)
            case .chat, .embeddings: throw RequestFault("The provider's protocol is not spoken.")
            }
        var measure = RequestMeasure(bytes: body.bytes.count, maximumOutput: maxOutputTokens, choices: 1)
        measure.note(ours, keepsDetail: dialect.keepsDetail, allowances)
        measure.note(theirs, keepsDetail: dialect.keepsDetail, allowances)
        for parameter in version.parameters { measure.noteModalities(parameter.name, parameter.json[...]) }
        for field in call.parameters { measure.noteModalities(field.name, field.value.raw) }
        return (body, measure)
    }

    private static func encodeChat(
        _ version: ChatBody.Version, _ call: RunCall, maxOutputTokens: Int64, _ dialect: ProviderDialect,
        _ allowances: Allowances
    ) throws(RequestFault) -> (ProviderBody, RequestMeasure) {
        var call = call
        var lost: [String] = []
        var said = Conversation()
        if call.spoken != .chat {
            said = try Conversation(call)
            (call, lost) = try ChatConversation.call(call, said, dialect)
        }
        let body = try ChatBody.encode(version, call: call, maxOutputTokens: maxOutputTokens, dialect: dialect)
        // By the names that the client gave them.
        let ignored = body.ignored.map { name in Settings.Name(rawValue: name).map(said.spelled) ?? name }
        var measure = RequestMeasure(bytes: body.bytes.count, maximumOutput: maxOutputTokens, choices: call.n)
        measure.note(version, call, dialect, allowances)
        return (ProviderBody(bytes: body.bytes, ignored: lost + ignored), measure)
    }
}

extension Conversation {
    /// What a client says, whichever protocol it speaks.
    package init(_ call: RunCall) throws(RequestFault) {
        switch call.spoken {
        case .chat: self = try ChatConversation.read(call)
        case .anthropic: self = try AnthropicConversation.read(call)
        case .responses: self = try ResponsesConversation.read(call)
        case .gemini: self = try GeminiConversation.read(call)
        case .bedrock, .cohere, .embeddings: throw RequestFault("The protocol is not spoken.")
        }
    }
}

extension RequestMeasure {
    /// Takes what a conversation tells of its cost beyond its bytes.
    mutating func note(_ conversation: Conversation, keepsDetail: Bool, _ allowances: Allowances) {
        for turn in conversation.turns {
            for part in turn.parts { note(part, keepsDetail, allowances) }
        }
        if !conversation.tools.isEmpty { hasTools = true }
    }

    private mutating func note(_ part: Turn.Part, _ keepsDetail: Bool, _ allowances: Allowances) {
        switch part {
        case .text, .call, .reasoning, .hiddenReasoning, .refusal: break
        case .result(let result): for inner in result.content { note(inner, keepsDetail, allowances) }
        case .native(let part): if !part.isOfText { attachments.add(.other, inline: nil, allowances) }
        case .media(let media):
            let kind: AttachmentTokens.Kind =
                switch media.measuredKind {
                case .image: .image(isCoarse: keepsDetail && media.detail == JSONText("low"))
                case .audio: .audio
                case .file: .file
                case .video: .video
                }
            switch media.source {
            case .base64(let data): attachments.add(kind, inline: data.byteCount, allowances)
            case .url, .id: attachments.add(kind, inline: nil, allowances)
            // It is there in words.
            case .text: break
            }
        }
    }

    /// Whether images are asked for as output, in whichever spelling: `modalities`, `generationConfig.responseModalities`.
    fileprivate mutating func noteModalities(_ name: String, _ json: ArraySlice<UInt8>) {
        let path = name.lowercased().replacing("_", with: "")
        let text = String(decoding: json, as: UTF8.self).lowercased()
        switch path {
        case "modalities", "generationconfig.responsemodalities", "generationconfig":
            asksForImages = asksForImages || text.contains("\"image\"")
        case "tools": asksForImages = asksForImages || text.contains("image_generation")
        case _: break
        }
    }
}

extension Media {
    /// What it is measured as: by its data's own type where it says one, which providers go by, whatever the part is
    /// called. A film is many pictures.
    fileprivate var measuredKind: Kind {
        if case .url(let url) = source, ["youtube.com/", "youtu.be/"].contains(where: url.string.contains) {
            return .video
        }
        guard let type = type?.lowercased() else { return kind }
        if type.hasPrefix("image/") { return .image }
        if type.hasPrefix("audio/") { return .audio }
        if type.hasPrefix("video/") { return .video }
        return kind == .image ? .file : kind
    }
}

extension JSONValue {
    /// Of a part that only its own protocol knows: whether it is no longer than it stands there.
    fileprivate var isOfText: Bool {
        if member("executableCode") != nil || member("codeExecutionResult") != nil { return true }
        return only("type")?.string.map(Self.textTypes.contains) ?? false
    }

    /// What providers' own tools were asked and answered in words, and what was approved.
    private static let textTypes: Set<String> = [
        "server_tool_use", "web_search_tool_result", "web_fetch_tool_result", "code_execution_tool_result",
        "bash_code_execution_tool_result", "text_editor_code_execution_tool_result", "tool_search_tool_result",
        "mcp_tool_use", "mcp_tool_result", "search_result", "tool_reference", "web_search_call", "file_search_call",
        "code_interpreter_call", "mcp_call", "mcp_list_tools", "mcp_approval_request", "mcp_approval_response",
        "local_shell_call", "local_shell_call_output", "shell_call", "shell_call_output", "apply_patch_call",
        "apply_patch_call_output", "computer_call",
    ]
}
