import Domain
import JSON

/// What a provider's request is made of, once it is settled what the version says and what the client does.
///
/// Where both sides speak one protocol, the client's own part is raw and follows the version's; where they do not, all of
/// it is in the conversation.
package struct Outgoing: Sendable {
    package var model: String
    package var conversation: Conversation
    /// The protocol that the client speaks: whose signatures are the client's own.
    package var spoken: WireProtocol
    /// The client's instructions, messages, tools and further fields, as they came.
    package var rawSystem: JSONValue?
    package var rawMessages: [JSONValue] = []
    package var rawTools: [JSONValue] = []
    package var rawFields: [RunCall.Field] = []
    /// The maximum that holds, always sent: the reservation rests on it.
    package var maxOutputTokens: Int64
    package var stream: Bool
    /// The version of Anthropic's protocol that the client chose, where both sides speak it.
    package var anthropicVersion: String?
    /// Request fields set aside, by the names the client gave them.
    package var ignored: [String] = []
}

extension Outgoing {
    /// - Parameters:
    ///   - version: what the version says.
    ///   - said: what the client says, read from `call`.
    ///   - overridable: names of settings and fields that a request may change.
    ///   - meaning: of a top-level field of the provider's protocol, by its name.
    /// Throws where a tool of the request has the name of one of the version's.
    package init(
        model: String, version: Conversation, said: Conversation, call: RunCall, overridable: Set<String>,
        maxOutputTokens: Int64, target: WireProtocol, meaning: (String) -> Settings.Name?
    ) throws(RequestFault) {
        self.model = model
        self.maxOutputTokens = maxOutputTokens
        stream = call.stream
        spoken = call.spoken
        conversation = version
        let replacesTools = overridable.contains("tools") && !said.tools.isEmpty
        if replacesTools { conversation.tools = [] }
        try Self.refuseClash(conversation.tools, said.tools)
        let locks = ForeignLocks(version.foreign, meaning)
        if call.spoken == target {
            anthropicVersion = call.protocolHeaders.first { $0.name == AnthropicRequest.versionHeader }?.value
            rawSystem = call.system
            rawMessages = call.messages
            splice(version, call, overridable, meaning, locks)
        } else {
            conversation.turns += said.turns
            // What only its own protocol knows stays behind.
            let known = said.tools.filter { $0.native == nil }
            if known.count < said.tools.count { ignored.append("tools") }
            conversation.tools += known
            merge(version.settings, said, overridable, locks)
            ignored += said.foreign.map(\.name)
        }
        if let field = call.maxOutputField, call.maxOutputTokens != maxOutputTokens { ignored.append(field) }
    }

    private static func refuseClash(_ ours: [Tool], _ theirs: [Tool]) throws(RequestFault) {
        let names = Set(ours.map(\.name.string))
        for tool in theirs where names.contains(tool.name.string) && !tool.name.isEmpty {
            throw .toolClash
        }
    }

    /// One protocol on both sides: the client's fields go through as they are, but for what the version decides.
    private mutating func splice(
        _ version: Conversation, _ call: RunCall, _ overridable: Set<String>, _ meaning: (String) -> Settings.Name?,
        _ locks: ForeignLocks
    ) {
        for field in call.parameters {
            if field.name == "tools" {
                rawTools = field.value.elements()
                continue
            }
            let name = meaning(field.name)
            let isOpen = overridable.contains(field.name) || name.map { overridable.contains($0.rawValue) } ?? false
            let isSet =
                name.map { version.settings.has($0) || locks.meanings.contains($0) } ?? false
                || locks.names.contains(ForeignLocks.plain(field.name))
            if isSet, !isOpen {
                ignored.append(field.name)
                continue
            }
            rawFields.append(field)
            if let name { conversation.settings.take(name, from: Settings()) }
            conversation.foreign.removeAll { $0.name == field.name }
        }
    }

    private mutating func merge(
        _ version: Settings, _ said: Conversation, _ overridable: Set<String>, _ locks: ForeignLocks
    ) {
        for name in said.settings.names {
            let spelled = said.spelled(name)
            let isOpen = overridable.contains(name.rawValue) || overridable.contains(spelled)
            if version.has(name) || locks.meanings.contains(name), !isOpen {
                ignored.append(spelled)
            } else {
                conversation.settings.take(name, from: said.settings)
            }
            conversation.spelling[name] = spelled
        }
    }
}

/// What a version sets in its provider's own words, which no other spelling of it gets around.
private struct ForeignLocks {
    /// Plain names of its fields, and of what is in them (`generationconfig.thinkingconfig`).
    var names: Set<String> = []
    var meanings: Set<Settings.Name> = []

    init(_ foreign: [Conversation.Field], _ meaning: (String) -> Settings.Name?) {
        for field in foreign {
            let members = (try? JSONDocument(Array(field.json)).root.members()) ?? []
            let paths = members.map { field.name + "." + $0.name }
            names.formUnion(([field.name] + paths).map(Self.plain))
            // An object may have several settings in it: then it locks those that it has.
            let within = paths.compactMap(meaning)
            meanings.formUnion(within.isEmpty ? [meaning(field.name)].compactMap(\.self) : within)
        }
    }

    /// One spelling for `safetySettings` and `safety_settings`.
    static func plain(_ name: String) -> String { name.lowercased().replacing("_", with: "") }
}
