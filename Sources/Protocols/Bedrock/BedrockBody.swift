import JSON

/// The body of a request to Amazon Bedrock's Converse and ConverseStream, which say in their path which model is asked
/// and whether the answer is streamed.
package enum BedrockBody {
    /// Where requests of a region go.
    /// - Parameter region: as `BedrockCredential.isRegion` has it.
    package static func baseURL(region: String) -> String {
        "https://bedrock-runtime.\(region).amazonaws.com" + (region.hasPrefix("cn-") ? ".cn" : "")
    }

    /// What stands behind the base URL. All of the model's id is one segment: `:` and `/` do not stay what they are.
    package static func path(model: String, stream: Bool) -> String {
        let isDots = model.utf8.allSatisfy { $0 == UInt8(ascii: ".") }
        let id = model.utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            // A segment of dots would lead elsewhere.
            case UInt8(ascii: ".") where !isDots: text.unicodeScalars.append(".")
            case _: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return "/model/\(id)/" + (stream ? "converse-stream" : "converse")
    }

    /// Throws where something cannot be said in Bedrock's protocol.
    package static func encode(
        _ outgoing: Outgoing, dialect: ProviderDialect
    ) throws(RequestFault) -> ProviderBody {
        guard outgoing.conversation.settings.logprobs != true else {
            throw RequestFault(
                "The deployed provider tells no log probabilities.", param: outgoing.conversation.spelled(.logprobs))
        }
        var encoding = BedrockEncoding(outgoing)
        return try encoding.encode()
    }
}

/// One request's way into Converse's body.
struct BedrockEncoding {
    let outgoing: Outgoing
    let model: BedrockModel
    var writer: JSONWriter
    var ignored: [String]
    /// Top-level names that are written.
    private var written: Set<String> = ["messages", "system", "toolConfig", "outputConfig"]
    private var thinking: AnthropicThinking?
    private var topK: ArraySlice<UInt8>?
    var callIDs: BedrockCallIDs
    var documentNames: Set<String> = []

    init(_ outgoing: Outgoing) {
        self.outgoing = outgoing
        model = BedrockModel(outgoing.model)
        ignored = outgoing.ignored
        writer = JSONWriter(capacity: 1_024 + outgoing.conversation.turns.count * 256)
        callIDs = BedrockCallIDs(outgoing.conversation.turns)
    }

    var settings: Settings { outgoing.conversation.settings }

    /// Takes note of a setting that has no counterpart.
    mutating func drop(_ name: Settings.Name) { ignored.append(outgoing.conversation.spelled(name)) }

    mutating func encode() throws(RequestFault) -> ProviderBody {
        decideThinking()
        writer.beginObject()
        try writePrompt()
        writeInference()
        writeTools()
        writeOutputConfig()
        writeModelFields()
        writeMetadata()
        for name in [Settings.Name.frequencyPenalty, .presencePenalty, .seed, .user] where settings.has(name) {
            drop(name)
        }
        // Calls in parallel cannot be kept from a model.
        if settings.parallelToolCalls == false { drop(.parallelToolCalls) }
        for field in outgoing.conversation.foreign where written.insert(field.name).inserted {
            writer.key(field.name)
            writer.raw(field.json)
        }
        writer.endObject()
        return ProviderBody(bytes: writer.bytes, ignored: ignored)
    }

    private mutating func writeInference() {
        written.insert("inferenceConfig")
        writer.key("inferenceConfig")
        writer.beginObject()
        writer.key("maxTokens")
        writer.int(outgoing.maxOutputTokens)
        var names: Set<String> = ["maxTokens"]
        for (name, json) in sampling() {
            guard let json else { continue }
            names.insert(name)
            writer.key(name)
            writer.raw(json)
        }
        // Blank ones are refused.
        let stop = settings.stop?.filter { model.anthropic == nil ? !$0.isEmpty : !$0.isBlank } ?? []
        if stop.count < settings.stop?.count ?? 0 { drop(.stop) }
        if !stop.isEmpty {
            names.insert("stopSequences")
            writer.key("stopSequences")
            writer.beginArray()
            for word in stop { writer.text(word) }
            writer.endArray()
        }
        writeMembers(ofForeign: "inferenceConfig", without: names)
        writer.endObject()
    }

    /// Temperature and its like, as far as the model takes them.
    private mutating func sampling() -> [(name: String, json: ArraySlice<UInt8>?)] {
        guard let model = model.anthropic else {
            topK = settings.topK
            return [("temperature", settings.temperature), ("topP", settings.topP)]
        }
        let own = members(ofForeign: "additionalModelRequestFields").first { $0.name == "thinking" }?.value
        let thinks = own.map(AnthropicThinking.isActive) ?? thinking?.isActive ?? false
        let sampling = AnthropicSampling(settings, model, thinks: thinks)
        for name in sampling.lost { drop(name) }
        topK = sampling.topK
        return [("temperature", sampling.temperature), ("topP", sampling.topP)]
    }

    /// How the model is told to think. What a version sets in Bedrock's own words stands.
    private mutating func decideThinking() {
        guard settings.reasoning != nil else { return }
        let own = members(ofForeign: "additionalModelRequestFields")
        guard let model = model.anthropic, !own.contains(where: { $0.name == "thinking" }) else {
            return drop(.reasoning)
        }
        let said = AnthropicThinking.of(outgoing, model, for: .bedrock)
        thinking = said.thinking
        if said.isLost { drop(.reasoning) }
    }

    /// What only the model knows.
    private mutating func writeModelFields() {
        written.insert("additionalModelRequestFields")
        let own = members(ofForeign: "additionalModelRequestFields")
        if topK != nil, model.anthropic == nil || own.contains(where: { $0.name == "top_k" }) {
            drop(.topK)
            topK = nil
        }
        guard thinking != nil || topK != nil || !own.isEmpty else { return }
        writer.key("additionalModelRequestFields")
        writer.beginObject()
        if let thinking {
            writer.key("thinking")
            writer.thinking(thinking)
        }
        if let topK {
            writer.key("top_k")
            writer.raw(topK)
        }
        writeMembers(ofForeign: "additionalModelRequestFields", without: [])
        writer.endObject()
    }

    /// Format and effort, then what a version sets else.
    private mutating func writeOutputConfig() {
        let own = members(ofForeign: "outputConfig")
        var names: Set<String> = []
        let effort = thinking == .adaptive ? settings.reasoning?.nearestLevel?.anthropicEffort : nil
        var format: AnswerSchema?
        switch settings.answerFormat {
        case .schema(let schema)?: format = schema
        // JSON of any shape cannot be asked for.
        case .json?: drop(.answerFormat)
        case .text?, nil: break
        }
        guard format != nil || effort != nil || !own.isEmpty else { return }
        writer.key("outputConfig")
        writer.beginObject()
        if let format {
            names.insert("textFormat")
            writer.textFormat(format)
        }
        if let effort {
            names.insert("effort")
            writer.member("effort", effort)
        }
        writeMembers(ofForeign: "outputConfig", without: names)
        writer.endObject()
    }

    /// The client's labels, for Amazon's log of invocations, where it would take them.
    private mutating func writeMetadata() {
        guard let metadata = settings.metadata else { return }
        let members = (try? JSONDocument(Array(metadata)).root.members()) ?? []
        let isTaken =
            (1...16).contains(members.count)
            && members.allSatisfy { member in
                guard let text = member.value.string else { return false }
                return !member.name.isEmpty && Self.isLabel(member.name) && Self.isLabel(text)
            }
        guard isTaken, !outgoing.conversation.foreign.contains(where: { $0.name == "requestMetadata" }) else {
            return drop(.metadata)
        }
        written.insert("requestMetadata")
        writer.key("requestMetadata")
        writer.raw(metadata)
    }

    private static func isLabel(_ text: String) -> Bool {
        text.utf8.count <= 256
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                case _: " :_@$#=/+,-.".utf8.contains(byte)
                }
            }
    }

    // MARK: Objects that a version sets in Bedrock's own words

    private func members(ofForeign name: String) -> [JSONMember] {
        outgoing.conversation.foreign.filter { $0.name == name }.flatMap { field in
            (try? JSONDocument(Array(field.json)).root.members()) ?? []
        }
    }

    private mutating func writeMembers(ofForeign name: String, without names: Set<String>) {
        for member in members(ofForeign: name) where !names.contains(member.name) {
            writer.key(member.name)
            writer.value(member.value)
        }
    }
}

extension JSONWriter {
    /// The schema is a text that is JSON.
    fileprivate mutating func textFormat(_ format: AnswerSchema) {
        key("textFormat")
        beginObject()
        member("type", "json_schema")
        key("structure")
        beginObject()
        key("jsonSchema")
        beginObject()
        if let name = format.name { member("name", name) }
        if let description = format.description { member("description", description) }
        key("schema")
        string(utf8: format.schema)
        endObject()
        endObject()
        endObject()
    }
}
