/// What a model costs. Models that cost more for a long prompt have a second set of rates, for the whole run.
package struct Price: Hashable, Sendable {
    /// Nano-credits per million tokens, so that $0.40 a million is 400,000,000.
    package struct Rates: Hashable, Sendable {
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

        /// In millionths of a nano-credit, exact.
        fileprivate func sum(_ usage: Usage) -> Int128 {
            Int128(usage.uncachedInput) * Int128(input)
                + Int128(usage.cacheRead) * Int128(cacheRead ?? input)
                + Int128(usage.cacheWrite) * Int128(cacheWrite ?? input)
                + Int128(usage.output) * Int128(output)
                + Int128(usage.reasoning) * Int128(reasoning ?? output)
        }

        /// Each counter at the dearest rate it could have.
        fileprivate func bound(inputTokens: Int64, outputTokens: Int64) -> Int128 {
            Int128(inputTokens) * Int128(max(input, cacheRead ?? input, cacheWrite ?? input))
                + Int128(outputTokens) * Int128(max(output, reasoning ?? output))
        }
    }

    package struct LongPrompt: Hashable, Sendable {
        /// Input tokens, all kinds together, above which these rates hold.
        package var above: Int64
        package var rates: Rates

        package init(above: Int64, rates: Rates) {
            self.above = above
            self.rates = rates
        }
    }

    package var rates: Rates
    package var longPrompt: LongPrompt?

    package init(_ rates: Rates, longPrompt: LongPrompt? = nil) {
        self.rates = rates
        self.longPrompt = longPrompt
    }

    private static let unit: Int128 = 1_000_000

    /// The cost of usage: all parts summed exactly, then rounded once, half up, to a nano-credit.
    package func cost(of usage: Usage) -> NanoCredits { cost(of: [usage]) }

    /// The cost of several attempts, each at the rates of its own prompt: summed exactly, then rounded once.
    package func cost(of attempts: [Usage]) -> NanoCredits {
        var sum: Int128 = 0
        for usage in attempts {
            var rates = rates
            if let longPrompt, usage.inputTotal > longPrompt.above { rates = longPrompt.rates }
            sum += rates.sum(usage)
        }
        return NanoCredits(Int64(clamping: (sum + Self.unit / 2) / Self.unit))
    }

    /// The most that so many tokens can cost, so many times, rounded up.
    package func bound(inputTokens: Int64, outputTokens: Int64, attempts: Int = 1) -> NanoCredits {
        var sum = rates.bound(inputTokens: inputTokens, outputTokens: outputTokens)
        if let longPrompt, inputTokens > longPrompt.above {
            sum = max(sum, longPrompt.rates.bound(inputTokens: inputTokens, outputTokens: outputTokens))
        }
        return NanoCredits(Int64(clamping: (sum * Int128(attempts) + Self.unit - 1) / Self.unit))
    }
}
