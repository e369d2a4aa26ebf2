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
            case "file_search_call", "image_generation_call", "code_interpreter_call", "shell_call": others += 1
            case _: continue
            }
        }
        return (told ?? searches) + others
    }

    /// The body of a whole answer as its client gets it, where both sides speak Responses: with the cost in its usage.
    package static func pricing(whole body: [UInt8], _ ending: AnswerEnding) throws(JSONFault) -> [UInt8] {
        try pricing(JSONDocument(body).root, ending)
    }

    /// The last event of a stream as its client gets it, where both sides speak Responses: with the cost in its usage, and
    /// with what came of the output schema.
    package static func pricing(_ event: ServerSentEvent, _ ending: AnswerEnding) throws(JSONFault) -> [UInt8] {
        let root = try JSONDocument(event.data).root
        guard let type = root.member("type"), let name = name(type), let response = root.present("response") else {
            return event.raw
        }
        var data = try pricing(response, ending)
        if let verdict = ending.verdict, let response = try JSONDocument(data).root.present("response") {
            data = try adding("tollgate", verdict.encode(), to: response)
        }
        return ServerSentEvent.frame(name: name, json: data)
    }

    /// Of the events that end a stream.
    private static func name(_ type: JSONValue) -> StaticString? {
        for name in ["response.completed", "response.incomplete", "response.failed"] as [StaticString]
        where type.isString(name) {
            return name
        }
        return nil
    }

    /// The document that a response is in, with its cost; with its usage too, where the provider tells none.
    private static func pricing(_ response: JSONValue, _ ending: AnswerEnding) throws(JSONFault) -> [UInt8] {
        guard response.kind == .object else { return response.document }
        if let usage = response.present("usage"), usage.kind == .object {
            return try adding("cost", Array(ending.cost.utf8), to: usage)
        }
        var writer = JSONWriter()
        writer.responsesUsage(ending.usage, cost: ending.cost)
        return try adding("usage", writer.bytes, to: response)
    }

    /// The whole document with one member more in one of its objects, its last, or in place of what it was.
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
