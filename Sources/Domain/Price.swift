/// What a model costs, in nano-credits per million tokens, so that $0.40 a million is 400,000,000.
package struct Price: Hashable, Sendable {
    package var input: Int64
    /// Nil: read from the cache at the price of input.
    package var cacheRead: Int64?
    /// Nil: written to the cache at the price of input.
    package var cacheWrite: Int64?
    package var output: Int64
    /// Nil: reasoning costs what output costs.
    package var reasoning: Int64?

    package init(
        input: Int64, cacheRead: Int64? = nil, cacheWrite: Int64? = nil, output: Int64, reasoning: Int64? = nil
    ) {
        self.input = input
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
        self.output = output
        self.reasoning = reasoning
    }

    private static let unit: Int128 = 1_000_000

    /// The cost of usage: all parts summed exactly, then rounded once, half up, to a nano-credit.
    package func cost(of usage: Usage) -> NanoCredits {
        let sum =
            Int128(usage.uncachedInput) * Int128(input)
            + Int128(usage.cacheRead) * Int128(cacheRead ?? input)
            + Int128(usage.cacheWrite) * Int128(cacheWrite ?? input)
            + Int128(usage.output) * Int128(output)
            + Int128(usage.reasoning) * Int128(reasoning ?? output)
        return NanoCredits(Int64(clamping: (sum + Self.unit / 2) / Self.unit))
    }

    /// The most that so many tokens can cost, rounded up: each counter at the dearest price it could have.
    package func bound(inputTokens: Int64, outputTokens: Int64) -> NanoCredits {
        let dearestInput = max(input, cacheRead ?? input, cacheWrite ?? input)
        let dearestOutput = max(output, reasoning ?? output)
        let sum = Int128(inputTokens) * Int128(dearestInput) + Int128(outputTokens) * Int128(dearestOutput)
        return NanoCredits(Int64(clamping: (sum + Self.unit - 1) / Self.unit))
    }
}
