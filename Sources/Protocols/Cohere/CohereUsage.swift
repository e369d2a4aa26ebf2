import Domain
import JSON

/// The `usage` object of Cohere's chat. What a model read and wrote (`tokens`) has more to it than what is paid for
/// (`billed_units`), which is what counts here where it is said.
enum CohereUsage {
    /// As disjoint counters. Nil where it is absent, incomplete or implausible.
    /// - Parameter root: a whole answer, or what a stream's last event brings.
    static func read(_ root: JSONValue) -> ReportedUsage? {
        guard let usage = root.present("usage") else { return nil }
        let billed = usage.present("billed_units")
        let tokens = usage.present("tokens")
        guard let input = count(billed, "input_tokens") ?? count(tokens, "input_tokens"),
            let output = count(billed, "output_tokens") ?? count(tokens, "output_tokens")
        else { return nil }
        var cached = count(usage, "cached_tokens") ?? 0
        // What was cached of a prompt that nobody pays for is not among what is paid.
        if cached > input, count(billed, "input_tokens") != nil { cached = 0 }
        let searches = count(billed, "search_units")
        let counters = Usage(
            uncachedInput: input - cached, cacheRead: cached, output: output, toolCalls: searches ?? 0)
        return counters.isPlausible ? ReportedUsage(usage: counters, saysToolCalls: searches != nil) : nil
    }

    /// Counts are numbers of any spelling there (`12.0`). What is no count is -1, which makes the report implausible.
    private static func count(_ object: JSONValue?, _ name: String) -> Int64? {
        guard let value = object?.present(name) else { return nil }
        guard let count = value.int ?? value.double.flatMap({ Int64(exactly: $0) }), (0...Usage.limit).contains(count)
        else { return -1 }
        return count
    }
}
