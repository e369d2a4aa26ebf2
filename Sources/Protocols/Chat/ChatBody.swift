import Domain
import JSON

/// The request body for a provider's chat completions endpoint.
package enum ChatBody {
    /// Written by this type itself, so neither a version's nor a request's parameter may bring them along.
    package static let reserved: Set<String> = [
        "model", "messages", "input", "schema", "stream", "stream_options", "max_tokens", "max_completion_tokens", "n",
    ]

    /// What the version decides.
    package struct Version: Sendable {
        package var model: String
        package var messages: [RenderedMessage]
        package var parameters: [Parameter]
        /// Names of parameters that a request may change.
        package var overridable: Set<String>

        package init(
            model: String, messages: [RenderedMessage], parameters: [Parameter] = [], overridable: Set<String> = []
        ) {
            self.model = model
            self.messages = messages
            self.parameters = parameters
            self.overridable = overridable
        }
    }

    /// - Parameter maxOutputTokens: the maximum that holds, always sent: the reservation rests on it.
    /// Throws where the call asks for several choices of a provider that gives one: the reply's shape would differ.
    package static func encode(
        _ version: Version, call: RunCall, maxOutputTokens: Int64, dialect: ProviderDialect
    ) throws(RequestFault) -> ProviderBody {
        if call.n > 1, !dialect.acceptsN {
            throw RequestFault("The deployed provider gives one choice a call.", param: "n")
        }
        var writer = JSONWriter(capacity: size(version, call))
        writer.beginObject()
        writer.key("model")
        writer.string(version.model)
        writer.key("messages")
        writer.beginArray()
        for message in version.messages { writer.message(message, dialect) }
        for message in call.messages { writer.message(message, dialect) }
        writer.endArray()
        let ignored = try writeParameters(version, call, dialect, to: &writer)
        writer.key(dialect.outputMaximum.rawValue)
        writer.int(maxOutputTokens)
        if call.n > 1 {
            writer.key("n")
            writer.int(call.n)
        }
        if call.stream { writer.streaming(call.streamOptions, dialect) }
        writer.endObject()
        var all = ignored
        if let field = call.maxOutputField, call.maxOutputTokens != maxOutputTokens { all.append(field) }
        return ProviderBody(bytes: writer.bytes, ignored: all)
    }

    private static func writeParameters(
        _ version: Version, _ call: RunCall, _ dialect: ProviderDialect, to writer: inout JSONWriter
    ) throws(RequestFault) -> [String] {
        var written = reserved
        var ignored: [String] = []
        for field in call.parameters where !reserved.contains(field.name) {
            if field.name == "tools", !version.overridable.contains("tools"),
                let ours = version.parameters.first(where: { $0.name == "tools" })
            {
                if written.insert("tools").inserted {
                    writer.key("tools")
                    writer.raw(try joined(ours.json, field.value))
                }
                continue
            }
            let name = field.name == "seed" ? dialect.seed : field.name
            let isLocked =
                !version.overridable.contains(field.name)
                && version.parameters.contains { $0.name == field.name || $0.name == name }
            if isLocked || (name == "user" && !dialect.knowsUser) {
                ignored.append(field.name)
            } else if written.insert(name).inserted {
                writer.key(name)
                writer.value(field.value)
            }
        }
        for parameter in version.parameters {
            let name = parameter.name == "seed" ? dialect.seed : parameter.name
            guard written.insert(name).inserted else { continue }
            writer.key(name)
            writer.raw(parameter.json)
        }
        return ignored
    }

    /// The version's tools, then the request's.
    private static func joined(_ ours: [UInt8], _ theirs: JSONValue) throws(RequestFault) -> [UInt8] {
        guard let known = (try? JSONDocument(ours))?.root.elements() else { return ours }
        let names = Set(known.compactMap(toolName))
        var writer = JSONWriter(capacity: ours.count + theirs.range.count)
        writer.beginArray()
        for tool in known { writer.value(tool) }
        for tool in theirs.elements() {
            if let name = toolName(tool), names.contains(name) { throw .toolClash }
            writer.value(tool)
        }
        writer.endArray()
        return writer.bytes
    }

    private static func toolName(_ tool: JSONValue) -> String? {
        (tool.present("function") ?? tool.present("custom") ?? tool).member("name")?.string
    }

    private static func size(_ version: Version, _ call: RunCall) -> Int {
        var size = 256 + version.model.utf8.count
        for message in version.messages { size += message.content.bytes.count * 17 / 16 + 40 }
        for message in call.messages { size += message.range.count + 4 }
        for parameter in version.parameters { size += parameter.name.utf8.count + parameter.json.count + 4 }
        for field in call.parameters { size += field.name.utf8.count + field.value.range.count + 4 }
        return size + (call.streamOptions?.range.count ?? 0)
    }
}

extension JSONWriter {
    fileprivate mutating func message(_ message: RenderedMessage, _ dialect: ProviderDialect) {
        let role = message.role == .developer && !dialect.knowsDeveloperRole ? .system : message.role
        beginObject()
        key("role")
        string(role.rawValue)
        switch message.content {
        case .text(let text):
            key("content")
            string(utf8: text)
        case .parts(let json):
            key("content")
            raw(json)
        case .members(let json):
            if !json.isEmpty { raw(json) }
        }
        endObject()
    }

    /// The client's own message as it came, but for a role that the provider does not know, thoughts that are not its own
    /// and ids of calls that it does not take.
    fileprivate mutating func message(_ message: JSONValue, _ dialect: ProviderDialect) {
        let foreign = Self.foreignThoughts(message, dialect)
        let hasCallIDs = message.member("tool_calls") != nil || message.member("tool_call_id") != nil
        let changesIDs = dialect.wantsShortCallIDs && hasCallIDs
        if !foreign.isEmpty || changesIDs, let members = try? message.members() {
            beginObject()
            for member in members where !foreign.contains(member.name) {
                key(member.name)
                if changesIDs, member.name == "tool_calls", member.value.kind == .array {
                    beginArray()
                    for call in member.value.elements() { shortenID(of: call) }
                    endArray()
                } else if changesIDs, member.name == "tool_call_id", let id = JSONText(member.value) {
                    text(id.shortCallID)
                } else {
                    value(member.value)
                }
            }
            endObject()
            return
        }
        guard !dialect.knowsDeveloperRole, let role = message.member("role"), role.isString("developer") else {
            value(message)
            return
        }
        var spliced: [UInt8] = []
        spliced.reserveCapacity(message.range.count)
        spliced += message.document[message.range.lowerBound..<role.range.lowerBound]
        spliced += #""system""#.utf8
        spliced += message.document[role.range.upperBound..<message.range.upperBound]
        raw(spliced)
    }

    private mutating func shortenID(of call: JSONValue) {
        guard let members = try? call.members() else { return value(call) }
        beginObject()
        for member in members {
            key(member.name)
            if member.name == "id", let id = JSONText(member.value) {
                text(id.shortCallID)
            } else {
                value(member.value)
            }
        }
        endObject()
    }

    /// Names of a message's members that say what another provider thought.
    private static func foreignThoughts(_ message: JSONValue, _ dialect: ProviderDialect) -> Set<String> {
        guard message.member("role")?.isString("assistant") == true else { return [] }
        var names: Set<String> = []
        if let details = message.member("reasoning_details"), ReasoningSeal.isMarked(details.raw) {
            names = ["reasoning_details"]
            if !dialect.wantsReasoningBack { names.formUnion(["reasoning_content", "reasoning"]) }
        }
        if dialect.refusesReasoningBack, message.member("reasoning_content") != nil {
            names.insert("reasoning_content")
        }
        return names
    }

    /// Usage is always asked for, whether the client did or not: it is what the run is settled by.
    fileprivate mutating func streaming(_ options: JSONValue?, _ dialect: ProviderDialect) {
        key("stream")
        bool(true)
        guard dialect.acceptsStreamOptions else { return }
        key("stream_options")
        beginObject()
        var written: Set<String> = ["include_usage"]
        for member in (try? options?.members()) ?? [] where written.insert(member.name).inserted {
            key(member.name)
            value(member.value)
        }
        key("include_usage")
        bool(true)
        endObject()
    }
}
