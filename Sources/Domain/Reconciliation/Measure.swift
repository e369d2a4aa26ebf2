/// What a provider's bill and the ledger can be compared in.
package enum Measure: String, CaseIterable, Sendable {
    /// Nano-credits.
    case cost
    /// Tokens of input of every kind, those of the two kinds below among them.
    case input = "input_tokens"
    /// Tokens of input read from the provider's prompt cache.
    case cacheRead = "cached_input_tokens"
    /// Tokens of input written to the provider's prompt cache, for whatever time.
    case cacheWrite = "cache_write_tokens"
    /// Tokens of output of every kind, reasoning among them.
    case output = "output_tokens"
    /// The ledger's attempts: those that came to nothing among them.
    case requests
    /// Searches and other calls that the provider bills by the call.
    case toolCalls = "tool_calls"

    /// Whether a difference can put a row outside the tolerance; requests and calls are shown, to explain one.
    package var isJudged: Bool {
        switch self {
        case .cost, .input, .cacheRead, .cacheWrite, .output: true
        case .requests, .toolCalls: false
        }
    }

    package var isOfTokens: Bool {
        switch self {
        case .input, .cacheRead, .cacheWrite, .output: true
        case .cost, .requests, .toolCalls: false
        }
    }
}

/// Amounts by measure. A measure that is absent is unknown, which is not zero.
package struct Figures: Hashable, Sendable {
    private var amounts: [Measure: Int64] = [:]

    package init() {}

    package init(_ amounts: [Measure: Int64]) { self.amounts = amounts }

    package subscript(measure: Measure) -> Int64? {
        get { amounts[measure] }
        set { amounts[measure] = newValue }
    }

    package var measures: Set<Measure> { Set(amounts.keys) }

    package var isZero: Bool { amounts.values.allSatisfy { $0 == 0 } }

    /// Sums stay at the largest number where they would not fit.
    package static func += (left: inout Self, right: Self) {
        left.amounts.merge(right.amounts) { one, other in
            let (sum, overflows) = one.addingReportingOverflow(other)
            return overflows ? (other < 0 ? .min : .max) : sum
        }
    }
}
