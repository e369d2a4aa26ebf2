import Domain
import JSON

/// The `usage` object of Converse: its input is what was neither read from the cache nor written to it.
enum BedrockUsage {
    /// As disjoint counters. Nil where it is absent, incomplete or implausible.
    /// - Parameter root: a whole answer, or the `metadata` of a stream.
    static func read(_ root: JSONValue) -> ReportedUsage? {
        guard let usage = root.present("usage"), let input = count(usage, "inputTokens"),
            let output = count(usage, "outputTokens")
        else { return nil }
        // What was written, by how long it is kept.
        var hour: Int64 = 0
        var minutes: Int64 = 0
        for detail in usage.present("cacheDetails")?.elements() ?? [] {
            let tokens = count(detail, "inputTokens") ?? 0
            if tokens < 0 { return nil }
            if detail.member("ttl")?.isString("1h") == true { hour += tokens } else { minutes += tokens }
        }
        let written = count(usage, "cacheWriteInputTokens") ?? hour + minutes
        let counters = Usage(
            uncachedInput: input, cacheRead: count(usage, "cacheReadInputTokens") ?? 0, cacheWrite: written - hour,
            cacheWriteHour: hour, output: output)
        return counters.isPlausible ? ReportedUsage(usage: counters, saysToolCalls: false) : nil
    }

    /// What is no count is -1, which makes the report implausible.
    private static func count(_ object: JSONValue, _ name: String) -> Int64? {
        guard let value = object.present(name) else { return nil }
        guard let count = value.int, (0...Usage.limit).contains(count) else { return -1 }
        return count
    }
}
