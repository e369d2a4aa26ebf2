/// What a run consumed, as disjoint counters: nothing is in two of them, whatever the provider's own way of counting is
/// (OpenAI's prompt includes the cached part, Anthropic's does not).
package struct Usage: Hashable, Sendable {
    /// Input tokens read at the full price.
    package var uncachedInput: Int64
    /// Input tokens read from the provider's prompt cache.
    package var cacheRead: Int64
    /// Input tokens written to the provider's prompt cache for its shortest time (Anthropic's five minutes).
    package var cacheWrite: Int64
    /// Input tokens written to the provider's prompt cache for an hour.
    package var cacheWriteHour: Int64
    /// Input tokens that were sound.
    package var audioInput: Int64
    /// Output tokens the client can see.
    package var output: Int64
    /// Output tokens spent on reasoning.
    package var reasoning: Int64
    /// Output tokens that are sound.
    package var audioOutput: Int64
    /// Images made.
    package var images: Int64
    /// Searches and other calls of tools that the provider runs and bills by the call.
    package var toolCalls: Int64

    package init(
        uncachedInput: Int64 = 0, cacheRead: Int64 = 0, cacheWrite: Int64 = 0, cacheWriteHour: Int64 = 0,
        audioInput: Int64 = 0, output: Int64 = 0, reasoning: Int64 = 0, audioOutput: Int64 = 0, images: Int64 = 0,
        toolCalls: Int64 = 0
    ) {
        self.uncachedInput = uncachedInput
        self.cacheRead = cacheRead
        self.cacheWrite = cacheWrite
        self.cacheWriteHour = cacheWriteHour
        self.audioInput = audioInput
        self.output = output
        self.reasoning = reasoning
        self.audioOutput = audioOutput
        self.images = images
        self.toolCalls = toolCalls
    }

    /// One of the counters, for whatever treats all alike. The raw value is its place in records.
    package enum Counter: UInt8, CaseIterable, Sendable {
        case uncachedInput, cacheRead, cacheWrite, cacheWriteHour, audioInput
        case output, reasoning, audioOutput, images, toolCalls

        /// As the APIs, the exports and the metrics call it.
        package var name: String {
            switch self {
            case .uncachedInput: "uncached_input"
            case .cacheRead: "cache_read"
            case .cacheWrite: "cache_write"
            case .cacheWriteHour: "cache_write_1h"
            case .audioInput: "audio_input"
            case .output: "output"
            case .reasoning: "reasoning"
            case .audioOutput: "audio_output"
            case .images: "images"
            case .toolCalls: "tool_calls"
            }
        }

        /// Images and calls are no tokens.
        package var isOfTokens: Bool { self != .images && self != .toolCalls }
    }

    package subscript(counter: Counter) -> Int64 {
        get {
            switch counter {
            case .uncachedInput: uncachedInput
            case .cacheRead: cacheRead
            case .cacheWrite: cacheWrite
            case .cacheWriteHour: cacheWriteHour
            case .audioInput: audioInput
            case .output: output
            case .reasoning: reasoning
            case .audioOutput: audioOutput
            case .images: images
            case .toolCalls: toolCalls
            }
        }
        set {
            switch counter {
            case .uncachedInput: uncachedInput = newValue
            case .cacheRead: cacheRead = newValue
            case .cacheWrite: cacheWrite = newValue
            case .cacheWriteHour: cacheWriteHour = newValue
            case .audioInput: audioInput = newValue
            case .output: output = newValue
            case .reasoning: reasoning = newValue
            case .audioOutput: audioOutput = newValue
            case .images: images = newValue
            case .toolCalls: toolCalls = newValue
            }
        }
    }

    /// Tokens of input, of every kind.
    package var inputTotal: Int64 { uncachedInput + cacheRead + cacheWrite + cacheWriteHour + audioInput }
    /// Tokens of output, of every kind.
    package var outputTotal: Int64 { output + reasoning + audioOutput }

    /// Sums of what is plausible fit for eight million runs; beyond that they stay at the largest number.
    package static func += (left: inout Self, right: Self) {
        for counter in Counter.allCases {
            let (sum, overflow) = left[counter].addingReportingOverflow(right[counter])
            left[counter] = overflow ? .max : sum
        }
    }

    package static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum += right
        return sum
    }

    /// More tokens than any model can count in a run: a provider that reports more is talking nonsense.
    package static let limit: Int64 = 1 << 40

    /// The most output tokens that a version or a request may ask for: beyond what any model writes.
    package static let largestOutputMaximum: Int64 = 10_000_000

    /// False where a counter is negative or absurd; such a report counts as absent.
    package var isPlausible: Bool { Counter.allCases.allSatisfy { (0...Self.limit).contains(self[$0]) } }
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
    package static func sum(_ attempts: some Sequence<MeteredUsage>) -> Self {
        Self(
            attempts.reduce(Usage()) { $0 + $1.usage }, isEstimated: attempts.contains { $0.isEstimated })
    }

    /// Tokens guessed from UTF-8 bytes: one for each four begun, what English text comes to on current tokenizers.
    package static func tokens(forBytes count: Int) -> Int64 { Int64((count + 3) / 4) }
}
