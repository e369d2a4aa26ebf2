import Domain
import JSON

/// What a provider reported of a run.
package struct ReportedUsage: Hashable, Sendable {
    package var usage: Usage
    /// Whether it says how often the provider's own tools were called, if only that they were not.
    package var saysToolCalls: Bool
}

/// The `usage` object of OpenAI-compatible answers.
package enum ChatUsage {
    /// The report as disjoint counters. Nil where it is absent, null, incomplete or implausible; a zero that is
    /// reported is zero. Implausible is what cannot be: a part larger than its whole, a count below zero, broken or beyond
    /// `Usage.limit`.
    /// - Parameter root: a whole answer or a stream's chunk.
    package static func read(_ root: JSONValue, dialect: ProviderDialect) -> ReportedUsage? {
        if let usage = root.present("usage"), let read = normalised(usage, dialect) { return read }
        // Groq reports in its own member too, and in older streams only there.
        return root.present("x_groq")?.present("usage").flatMap { normalised($0, dialect) }
    }

    private static func normalised(_ usage: JSONValue, _ dialect: ProviderDialect) -> ReportedUsage? {
        guard let fields = ChatUsageFields(usage) else { return nil }
        let usage = fields.disjoint(dialect)
        return usage.isPlausible ? ReportedUsage(usage: usage, saysToolCalls: fields.toolCalls != nil) : nil
    }
}

extension ChatUsage {
    /// The same JSON with `"cost":` this many credits in its usage object (Gemini's is `usageMetadata`), in place of a
    /// cost it may have had. As it was where there is no usage object.
    /// - Parameter cost: a decimal, as `NanoCredits` describes itself.
    package static func addingCost(_ cost: String, to data: [UInt8]) throws(JSONFault) -> [UInt8] {
        let document = try JSONDocument(data)
        let reported = document.root.member("usage") ?? document.root.member("usageMetadata")
        guard let usage = reported, usage.kind == .object else { return data }
        var result: [UInt8] = []
        result.reserveCapacity(data.count + cost.utf8.count + 16)
        if let old = usage.member("cost") {
            result += data[..<old.range.lowerBound]
            result += cost.utf8
            result += data[old.range.upperBound...]
            return result
        }
        let brace = usage.range.upperBound - 1
        result += data[..<brace]
        if try !usage.members().isEmpty { result.append(UInt8(ascii: ",")) }
        result += #""cost":"#.utf8
        result += cost.utf8
        result += data[brace...]
        return result
    }

    /// The same JSON object with one member more, its last.
    package static func adding(_ name: String, _ json: [UInt8], to data: [UInt8]) throws(JSONFault) -> [UInt8] {
        let root = try JSONDocument(data).root
        guard root.kind == .object else { return data }
        let brace = root.range.upperBound - 1
        var result: [UInt8] = []
        result.reserveCapacity(data.count + name.utf8.count + json.count + 8)
        result += data[..<brace]
        if try !root.members().isEmpty { result.append(UInt8(ascii: ",")) }
        appendQuotedJSON(name, to: &result)
        result.append(UInt8(ascii: ":"))
        result += json
        result += data[brace...]
        return result
    }

    /// A usage chunk as OpenAI sends it last, for a client that asked and a provider that sent none.
    package static func chunk(_ ending: AnswerEnding) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", ending.id)
        writer.member("object", "chat.completion.chunk")
        writer.key("created")
        writer.int(ending.created)
        writer.member("model", ending.model)
        writer.key("choices")
        writer.beginArray()
        writer.endArray()
        writer.key("usage")
        writer.chatUsage(ending.usage, cost: ending.cost)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    /// Usage in OpenAI's way of counting: prompt includes the cached, completion the reasoning.
    mutating func chatUsage(_ usage: Usage, cost: String) {
        beginObject()
        key("prompt_tokens")
        int(usage.inputTotal)
        key("completion_tokens")
        int(usage.outputTotal)
        key("total_tokens")
        int(usage.inputTotal + usage.outputTotal)
        key("prompt_tokens_details")
        beginObject()
        key("cached_tokens")
        int(usage.cacheRead)
        let cacheWrite = usage.cacheWrite + usage.cacheWriteHour
        if cacheWrite > 0 {
            key("cache_write_tokens")
            int(cacheWrite)
        }
        if usage.audioInput > 0 {
            key("audio_tokens")
            int(usage.audioInput)
        }
        endObject()
        key("completion_tokens_details")
        beginObject()
        key("reasoning_tokens")
        int(usage.reasoning)
        if usage.audioOutput > 0 {
            key("audio_tokens")
            int(usage.audioOutput)
        }
        endObject()
        key("cost")
        raw(cost.utf8)
        endObject()
    }
}
