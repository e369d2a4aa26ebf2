/// What a run consumed, in tokens, as disjoint counters: no token is in two of them, whatever the
/// provider's own way of counting is (OpenAI's prompt includes the cached part, Anthropic's does not).
package struct Usage: Hashable, Sendable {
    /// Input tokens read at the full price.
    package var uncachedInput: Int64
    /// Input tokens read from the provider's prompt cache.
    package var cacheRead: Int64
    /// Input tokens written to the provider's prompt cache.
    package var cacheWrite: Int64
    /// Output tokens the client can see.
    package var output: Int64
    /// Output tokens spent on reasoning.
    package var reasoning: Int64

    package init(
        uncachedInput: Int64 = 0, cacheRead: Int64 = 0, cacheWrite: Int64 = 0, output: Int64 = 0, reasoning: Int64 = 0
    ) {
        self.uncachedInput = uncachedInput
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
        self.output = output
        self.reasoning = reasoning
    }

    package var inputTotal: Int64 { uncachedInput + cacheRead + cacheWrite }
    package var outputTotal: Int64 { output + reasoning }

    package static func + (left: Self, right: Self) -> Self {
        Self(
            uncachedInput: left.uncachedInput + right.uncachedInput, cacheRead: left.cacheRead + right.cacheRead,
            cacheWrite: left.cacheWrite + right.cacheWrite, output: left.output + right.output,
            reasoning: left.reasoning + right.reasoning)
    }

    /// More tokens than any model can count in a run: a provider that reports more is talking nonsense.
    package static let limit: Int64 = 1 << 40

    /// The most output tokens that a version or a request may ask for: beyond what any model writes.
    package static let largestOutputMaximum: Int64 = 10_000_000

    /// False where a counter is negative or absurd; such a report counts as absent.
    package var isPlausible: Bool {
        [uncachedInput, cacheRead, cacheWrite, output, reasoning].allSatisfy { $0 >= 0 && $0 <= Self.limit }
    }
}

/// Usage, and where the figures come from. Unknown is never zero: without a report it is estimated and says so.
package struct MeteredUsage: Hashable, Sendable {
    package var usage: Usage
    package var isEstimated: Bool

    package init(_ usage: Usage, isEstimated: Bool) {
        self.usage = usage
        self.isEstimated = isEstimated
    }

    /// Of several attempts together: an estimate where one of them is.
    package static func sum(_ attempts: [MeteredUsage]) -> Self {
        Self(
            attempts.reduce(Usage()) { $0 + $1.usage }, isEstimated: attempts.contains { $0.isEstimated })
    }

    /// Tokens guessed from UTF-8 bytes: one for each four begun, what English text comes to on current tokenizers.
    package static func tokens(forBytes count: Int) -> Int64 { Int64((count + 3) / 4) }

    package static func estimated(inputBytes: Int, outputBytes: Int) -> Self {
        Self(
            Usage(uncachedInput: tokens(forBytes: inputBytes), output: tokens(forBytes: outputBytes)),
            isEstimated: true)
    }
}
