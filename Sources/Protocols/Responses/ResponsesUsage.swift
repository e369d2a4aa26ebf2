import Domain
import JSON

/// The `usage` object of OpenAI's Responses.
package enum ResponsesUsage {
    /// The report as disjoint counters; nil where it is absent, null, incomplete or implausible.
    /// - Parameter response: the response, not the event around it.
    package static func read(_ response: JSONValue, dialect: ProviderDialect) -> ReportedUsage? {
        guard let usage = response.present("usage"), let fields = ChatUsageFields(usage) else { return nil }
        // Reasoning is within the output here, with xAI too, whose chat completions have it beside.
        var dialect = dialect
        dialect.reasoning = .withinOutput
        var read = fields.disjoint(dialect)
        let calls = toolCalls(response)
        read.toolCalls = calls ?? 0
        return read.isPlausible ? ReportedUsage(usage: read, saysToolCalls: calls != nil) : nil
    }

    /// Calls of the provider's own tools that it bills one by one; nil where there is no telling.
    private static func toolCalls(_ response: JSONValue) -> Int64? {
        let output = response.member("output")
        var told = response.present("tool_usage")?.present("web_search")?.member("num_requests")?.int
        if let count = told, !(0...Usage.limit).contains(count) { told = nil }
        guard output?.kind == .array || told != nil else { return nil }
        var searches: Int64 = 0
        var others: Int64 = 0
        for item in output?.elements() ?? [] {
            switch item.member("type")?.string {
            case "web_search_call": searches += 1
            case "file_search_call": others += 1
            case _: continue
            }
        }
        return (told ?? searches) + others
    }

    /// The same JSON with this many credits as the `cost` of its usage, in place of a cost it may have had; as it was where
    /// there is no usage.
    /// - Parameters:
    ///   - cost: a decimal, as `NanoCredits` describes itself.
    ///   - data: a whole answer, or the data of a stream's last event.
    package static func addingCost(_ cost: String, to data: [UInt8]) throws(JSONFault) -> [UInt8] {
        let root = try JSONDocument(data).root
        guard let usage = (root.present("response") ?? root).present("usage"), usage.kind == .object else {
            return data
        }
        return try adding("cost", Array(cost.utf8), to: usage)
    }

    /// The same JSON with one member more in its response, its last.
    /// - Parameter data: the data of a stream's last event.
    package static func adding(_ name: String, _ json: [UInt8], to data: [UInt8]) throws(JSONFault) -> [UInt8] {
        let root = try JSONDocument(data).root
        guard let response = root.present("response"), response.kind == .object else { return data }
        return try adding(name, json, to: response)
    }

    private static func adding(_ name: String, _ json: [UInt8], to object: JSONValue) throws(JSONFault) -> [UInt8] {
        let data = object.document
        var result: [UInt8] = []
        result.reserveCapacity(data.count + name.utf8.count + json.count + 8)
        if let old = object.member(name) {
            result += data[..<old.range.lowerBound]
            result += json
            result += data[old.range.upperBound...]
            return result
        }
        let brace = object.range.upperBound - 1
        result += data[..<brace]
        if try !object.members().isEmpty { result.append(UInt8(ascii: ",")) }
        appendQuotedJSON(name, to: &result)
        result.append(UInt8(ascii: ":"))
        result += json
        result += data[brace...]
        return result
    }
}

extension JSONWriter {
    /// Usage in OpenAI's way of counting: input includes the cached, output the reasoning.
    mutating func responsesUsage(_ usage: Usage, cost: String) {
        beginObject()
        key("input_tokens")
        int(usage.inputTotal)
        key("input_tokens_details")
        beginObject()
        key("cached_tokens")
        int(usage.cacheRead)
        key("cache_write_tokens")
        int(usage.cacheWrite + usage.cacheWriteHour)
        if usage.audioInput > 0 {
            key("audio_tokens")
            int(usage.audioInput)
        }
        endObject()
        key("output_tokens")
        int(usage.outputTotal)
        key("output_tokens_details")
        beginObject()
        key("reasoning_tokens")
        int(usage.reasoning)
        if usage.audioOutput > 0 {
            key("audio_tokens")
            int(usage.audioOutput)
        }
        endObject()
        key("total_tokens")
        int(usage.inputTotal + usage.outputTotal)
        key("cost")
        raw(cost.utf8)
        endObject()
    }
}
