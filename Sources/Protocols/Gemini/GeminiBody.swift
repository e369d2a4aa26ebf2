import JSON

/// The body of a request to Google's `generateContent` and `streamGenerateContent`, which say in their path which model
/// is asked and whether the answer is streamed.
package enum GeminiBody {
    /// What stands behind the base URL, query included. A streamed answer is asked for as server-sent events.
    /// - Parameter model: with or without `models/`; tuned models and Vertex's publishers have paths of their own.
    ///   Nothing in it leaves the path that it is in, or ends it.
    package static func path(model: String, stream: Bool) -> String {
        let segments = model.split(separator: "/").filter { !$0.allSatisfy { $0 == "." } }.map { escaped($0.utf8) }
        let name = segments.count > 1 ? segments.joined(separator: "/") : "models/" + (segments.first ?? "")
        return "/\(name):" + (stream ? "streamGenerateContent?alt=sse" : "generateContent")
    }

    /// - Parameter also: a byte that stands for itself.
    static func escaped(_ segment: some Sequence<UInt8>, keeping also: UInt8? = nil) -> String {
        segment.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where byte == also: text.unicodeScalars.append(Unicode.Scalar(byte))
            case _: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }

    /// Throws where something cannot be said in Gemini's protocol.
    package static func encode(
        _ outgoing: Outgoing, dialect: ProviderDialect
    ) throws(RequestFault) -> ProviderBody {
        guard outgoing.conversation.settings.logprobs != true else {
            throw RequestFault(
                "The deployed provider gives no log probabilities in this form.",
                param: outgoing.conversation.spelled(.logprobs))
        }
        var encoding = GeminiEncoding(outgoing, dialect)
        return try encoding.encode()
    }
}

/// One request's way into Gemini's body.
struct GeminiEncoding {
    let outgoing: Outgoing
    let dialect: ProviderDialect
    let model: GeminiModel
    /// Instructions, and what is said else.
    let prompt: (system: [Turn], turns: [Turn])
    var writer: JSONWriter
    var ignored: [String]
    /// Top-level names that are written, in camelCase.
    var written: Set<String> = ["model", "contents", "systemInstruction", "tools", "input", "schema"]

    init(_ outgoing: Outgoing, _ dialect: ProviderDialect) {
        self.outgoing = outgoing
        self.dialect = dialect
        model = GeminiModel(outgoing.model)
        prompt = outgoing.prompt
        ignored = outgoing.ignored
        let raw = outgoing.rawMessages.reduce(0) { $0 + $1.range.count }
        writer = JSONWriter(capacity: 1024 + raw + outgoing.conversation.turns.count * 256)
    }

    var settings: Settings { outgoing.conversation.settings }

    /// Takes note of a setting that has no counterpart.
    mutating func drop(_ name: Settings.Name) { ignored.append(outgoing.conversation.spelled(name)) }

    mutating func encode() throws(RequestFault) -> ProviderBody {
        writer.beginObject()
        try writeSystem()
        try writeContents()
        writeTools()
        writeToolConfig()
        writeGenerationConfig()
        writeLabels()
        if settings.user != nil { drop(.user) }
        // Calls in parallel cannot be kept from a model.
        if settings.parallelToolCalls == false { drop(.parallelToolCalls) }
        for field in outgoing.rawFields where !field.name.contains(".") { write(field.name, field.value.raw) }
        for field in outgoing.conversation.foreign { write(field.name, field.json) }
        writer.endObject()
        return ProviderBody(bytes: writer.bytes, ignored: ignored)
    }

    mutating func write(_ name: String, _ json: ArraySlice<UInt8>) {
        guard written.insert(GeminiName.camel(name)).inserted else { return }
        writer.key(name)
        writer.raw(json)
    }

    // MARK: Tools

    /// All functions are in one tool, the version's first: more than one tool that has functions is refused.
    private mutating func writeTools() {
        let functions = outgoing.conversation.tools.filter { $0.native == nil }
        if functions.count < outgoing.conversation.tools.count { ignored.append("tools") }
        guard !functions.isEmpty || !outgoing.rawTools.isEmpty else { return }
        writer.key("tools")
        writer.beginArray()
        if functions.isEmpty {
            for tool in outgoing.rawTools { writer.value(tool) }
        } else {
            writer.beginObject()
            writer.key("functionDeclarations")
            writer.beginArray()
            for function in functions { writer.declaration(function) }
            for tool in outgoing.rawTools {
                for function in tool.google("functionDeclarations")?.googleItems ?? [] { writer.value(function) }
            }
            writer.endArray()
            writer.endObject()
            for tool in outgoing.rawTools { writer.toolsOfGoogle(tool) }
        }
        writer.endArray()
    }

    private mutating func writeToolConfig() {
        let choice = settings.toolChoice
        let raw = outgoing.rawFields.filter { GeminiName.path($0.name).hasPrefix("toolConfig.") }
        let ofVersion = members(ofForeign: "toolConfig")
        written.insert("toolConfig")
        guard choice != nil || !raw.isEmpty || !ofVersion.isEmpty else { return }
        writer.key("toolConfig")
        writer.beginObject()
        var names: Set<String> = []
        if let choice {
            names.insert("functionCallingConfig")
            writer.functionCalling(choice)
        }
        writeMembers(raw, ofVersion, &names)
        writer.endObject()
    }

    // MARK: Fields within fields

    /// The client's members, then the version's own, each once.
    mutating func writeMembers(
        _ raw: [RunCall.Field], _ ofVersion: [JSONMember], _ names: inout Set<String>
    ) {
        for field in raw {
            let name = field.name.split(separator: ".", maxSplits: 1).last.map(String.init) ?? field.name
            guard names.insert(GeminiName.camel(name)).inserted else { continue }
            writer.key(name)
            writer.value(field.value)
        }
        for member in ofVersion where names.insert(GeminiName.camel(member.name)).inserted {
            writer.key(member.name)
            writer.value(member.value)
        }
    }

    /// Of an object that a version sets in Gemini's own words.
    func members(ofForeign name: String) -> [JSONMember] {
        outgoing.conversation.foreign.filter { GeminiName.camel($0.name) == name }.flatMap { field in
            (try? JSONDocument(Array(field.json)).root.members()) ?? []
        }
    }
}

extension JSONWriter {
    fileprivate mutating func declaration(_ function: Tool) {
        beginObject()
        member("name", function.name)
        if let description = function.description { member("description", description) }
        if let schema = function.schema {
            key("parametersJsonSchema")
            raw(schema)
        }
        endObject()
    }

    /// What a tool has beside functions: search, code.
    fileprivate mutating func toolsOfGoogle(_ tool: JSONValue) {
        let members = ((try? tool.members()) ?? []).filter { GeminiName.camel($0.name) != "functionDeclarations" }
        guard !members.isEmpty else { return }
        beginObject()
        for member in members {
            key(member.name)
            value(member.value)
        }
        endObject()
    }

    fileprivate mutating func functionCalling(_ choice: ToolChoice) {
        key("functionCallingConfig")
        beginObject()
        switch choice {
        case .auto: member("mode", "AUTO")
        case .none: member("mode", "NONE")
        case .required: member("mode", "ANY")
        case .named(let name):
            member("mode", "ANY")
            key("allowedFunctionNames")
            beginArray()
            text(name)
            endArray()
        }
        endObject()
    }
}
