import Domain
import JSON

/// The usage of Anthropic's answers, as it adds up over a stream: `input_tokens` is what was neither read from the cache
/// nor written to it; what a later report leaves out stays as it was.
struct AnthropicCounts: Sendable {
    /// Nil: never said. -1: no count, which makes the report implausible.
    private var input: Int64?
    private var output: Int64?
    private var cacheRead: Int64 = 0
    private var cacheWrite: Int64 = 0
    private var cacheWriteHour: Int64 = 0
    private var thinking: Int64 = 0
    private var searches: Int64?

    mutating func note(_ usage: JSONValue) {
        input = Self.count(usage, "input_tokens") ?? input
        output = Self.count(usage, "output_tokens") ?? output
        cacheRead = Self.count(usage, "cache_read_input_tokens") ?? cacheRead
        cacheWrite = Self.count(usage, "cache_creation_input_tokens") ?? cacheWrite
        if let split = usage.present("cache_creation") {
            let hour = Self.count(split, "ephemeral_1h_input_tokens")
            let minutes = Self.count(split, "ephemeral_5m_input_tokens")
            cacheWriteHour = hour ?? cacheWriteHour
            if let minutes, usage.present("cache_creation_input_tokens") == nil {
                cacheWrite = minutes < 0 || cacheWriteHour < 0 ? -1 : minutes + cacheWriteHour
            }
        }
        thinking = usage.present("output_tokens_details").flatMap { Self.count($0, "thinking_tokens") } ?? thinking
        searches = usage.present("server_tool_use").flatMap { Self.count($0, "web_search_requests") } ?? searches
    }

    /// As disjoint counters; nil where input or output was never said, or is implausible.
    var reported: ReportedUsage? {
        guard let input, let output else { return nil }
        let usage = Usage(
            uncachedInput: input, cacheRead: cacheRead, cacheWrite: cacheWrite - cacheWriteHour,
            cacheWriteHour: cacheWriteHour, output: output - thinking, reasoning: thinking, toolCalls: searches ?? 0)
        return usage.isPlausible ? ReportedUsage(usage: usage, saysToolCalls: searches != nil) : nil
    }

    private static func count(_ object: JSONValue, _ name: String) -> Int64? {
        guard let value = object.present(name) else { return nil }
        guard let count = value.int, (0...Usage.limit).contains(count) else { return value.kind == .number ? -1 : nil }
        return count
    }
}

extension JSONWriter {
    /// Usage in Anthropic's way of counting.
    /// - Parameter cost: credits; nil where it is not known yet.
    mutating func anthropicUsage(_ usage: Usage, cost: String?) {
        beginObject()
        key("input_tokens")
        int(usage.uncachedInput + usage.audioInput)
        key("cache_creation_input_tokens")
        int(usage.cacheWrite + usage.cacheWriteHour)
        key("cache_read_input_tokens")
        int(usage.cacheRead)
        key("cache_creation")
        beginObject()
        key("ephemeral_5m_input_tokens")
        int(usage.cacheWrite)
        key("ephemeral_1h_input_tokens")
        int(usage.cacheWriteHour)
        endObject()
        key("output_tokens")
        int(usage.outputTotal)
        if usage.reasoning > 0 {
            key("output_tokens_details")
            beginObject()
            key("thinking_tokens")
            int(usage.reasoning)
            endObject()
        }
        if let cost {
            key("cost")
            raw(cost.utf8)
        }
        endObject()
    }
}
