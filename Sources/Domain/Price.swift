/// What a model costs: integers throughout, nano-credits per million units, so that $0.40 a million tokens is
/// 400,000,000. Images and tool calls are units too: $0.04 an image is 40,000,000,000,000 (`docs/prices.md`).
package struct Price: Hashable, Sendable {
    /// Rates of a run whose prompt has more than so many tokens: of all of it, not only of what is above. Providers
    /// that have such tiers (OpenAI, Anthropic, Google, xAI) all price the whole request so.
    package struct Tier: Hashable, Sendable {
        /// Input tokens, all kinds together.
        package var above: Int64
        package var rates: Rates

        package init(above: Int64, rates: Rates) {
            self.above = above
            self.rates = rates
        }
    }

    package var rates: Rates
    /// Ascending by `above`; the last one that the prompt reaches holds.
    package private(set) var tiers: [Tier]
    /// Per million requests, beside what they consume.
    package var request: Int64

    package init(_ rates: Rates, tiers: [Tier] = [], request: Int64 = 0) {
        self.rates = rates
        self.tiers = tiers.sorted { $0.above < $1.above }
        self.request = request
    }

    /// Costs nothing, and somebody said so.
    package static let free = Price(Rates(input: 0, output: 0, images: 0, toolCalls: 0))

    package var isFree: Bool { self == .free }

    /// The most a rate may be, $10,000,000 a million or $10 a unit: sums of plausible usage fit 128 bits by far.
    package static let largestRate: Int64 = 10_000_000_000_000_000

    private static let unit: Int128 = 1_000_000

    /// The rates of a run with a prompt of so many tokens.
    package func rates(forInput tokens: Int64) -> Rates {
        tiers.last { tokens > $0.above }?.rates ?? rates
    }

    /// What one attempt costs: all parts summed exactly, then rounded once, half up, to a nano-credit. One that
    /// consumed nothing costs nothing, whatever a request costs. A run costs the sum of its attempts' costs.
    package func cost(of usage: Usage) -> NanoCredits {
        guard usage != Usage() else { return .zero }
        let sum = rates(forInput: usage.inputTotal).sum(usage) + Int128(request)
        return NanoCredits(Int64(clamping: (sum + Self.unit / 2) / Self.unit))
    }

    /// What was consumed and has no rate: it costs nothing, and whoever charges must say that the cost is not all.
    package func unpriced(in usage: Usage) -> [Usage.Counter] {
        let rates = rates(forInput: usage.inputTotal)
        return Usage.Counter.allCases.filter { usage[$0] > 0 && rates.rate(of: $0) == nil }
    }

    /// The most that this can cost, each attempt rounded up: every token at the dearest rate it could have, in
    /// whichever tier the prompt may reach.
    ///
    /// - Parameter mayBeSound: whether input tokens may be sound, which a prompt without attachments has none of.
    package func bound(
        inputTokens: Int64, outputTokens: Int64, images: Int64 = 0, toolCalls: Int64 = 0, mayBeSound: Bool = true,
        attempts: Int = 1
    ) -> NanoCredits {
        func sum(_ rates: Rates) -> Int128 {
            Int128(inputTokens) * Int128(rates.dearestInput(mayBeSound: mayBeSound))
                + Int128(outputTokens) * Int128(rates.dearestOutput)
                + Int128(images) * Int128(rates.images ?? 0) + Int128(toolCalls) * Int128(rates.toolCalls ?? 0)
        }
        var most = sum(rates)
        for tier in tiers where inputTokens > tier.above { most = max(most, sum(tier.rates)) }
        let one = (most + Int128(request) + Self.unit - 1) / Self.unit
        return NanoCredits(Int64(clamping: one * Int128(attempts)))
    }

    /// The most a multiplier may be, a hundredfold.
    package static let largestMultiplier: Int64 = 100_000_000

    /// Every rate times so many millionths, each rounded half up to a whole nano-credit per million units.
    package func multiplied(partsPerMillion: Int64) -> Price {
        let times = { (rate: Int64) in
            Int64(clamping: (Int128(rate) * Int128(partsPerMillion) + Self.unit / 2) / Self.unit)
        }
        return Price(
            rates.map(times), tiers: tiers.map { Tier(above: $0.above, rates: $0.rates.map(times)) },
            request: times(request))
    }
}
