extension Price {
    /// Nano-credits per million of each of the counters of `Usage`. What is not stated costs what the next more
    /// general kind costs; images and tool calls have none.
    package struct Rates: Hashable, Sendable {
        package var input: Int64
        /// Nil: read from the cache at the price of input.
        package var cacheRead: Int64?
        /// Nil: written to the cache at the price of input.
        package var cacheWrite: Int64?
        /// Nil: written for an hour at the price of `cacheWrite`.
        package var cacheWriteHour: Int64?
        /// Nil: sound costs what text costs.
        package var audioInput: Int64?
        package var output: Int64
        /// Nil: reasoning costs what output costs.
        package var reasoning: Int64?
        /// Nil: sound costs what output costs.
        package var audioOutput: Int64?
        /// Nil: nobody says.
        package var images: Int64?
        /// Nil: nobody says.
        package var toolCalls: Int64?

        package init(
            input: Int64, cacheRead: Int64? = nil, cacheWrite: Int64? = nil, cacheWriteHour: Int64? = nil,
            audioInput: Int64? = nil, output: Int64, reasoning: Int64? = nil, audioOutput: Int64? = nil,
            images: Int64? = nil, toolCalls: Int64? = nil
        ) {
            self.input = input
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

        /// As stated, without what it falls back to.
        package subscript(counter: Usage.Counter) -> Int64? {
            get {
                switch counter {
                case .uncachedInput: input
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
                // Input and output are always stated.
                case .uncachedInput: input = newValue ?? input
                case .cacheRead: cacheRead = newValue
                case .cacheWrite: cacheWrite = newValue
                case .cacheWriteHour: cacheWriteHour = newValue
                case .audioInput: audioInput = newValue
                case .output: output = newValue ?? output
                case .reasoning: reasoning = newValue
                case .audioOutput: audioOutput = newValue
                case .images: images = newValue
                case .toolCalls: toolCalls = newValue
                }
            }
        }

        /// What a unit is charged at; nil for images and tool calls that nobody says a price of.
        package func rate(of counter: Usage.Counter) -> Int64? {
            switch counter {
            case .uncachedInput: input
            case .cacheRead: cacheRead ?? input
            case .cacheWrite: cacheWrite ?? input
            case .cacheWriteHour: cacheWriteHour ?? cacheWrite ?? input
            case .audioInput: audioInput ?? input
            case .output: output
            case .reasoning: reasoning ?? output
            case .audioOutput: audioOutput ?? output
            case .images: images
            case .toolCalls: toolCalls
            }
        }

        /// In millionths of a nano-credit, exact.
        func sum(_ usage: Usage) -> Int128 {
            var sum: Int128 = 0
            for counter in Usage.Counter.allCases where usage[counter] != 0 {
                sum += Int128(usage[counter]) * Int128(rate(of: counter) ?? 0)
            }
            return sum
        }

        func dearestInput(mayBeSound: Bool) -> Int64 {
            let text = max(input, cacheRead ?? 0, cacheWrite ?? 0, cacheWriteHour ?? 0)
            return mayBeSound ? max(text, audioInput ?? 0) : text
        }

        var dearestOutput: Int64 { max(output, reasoning ?? 0, audioOutput ?? 0) }

        func map(_ change: (Int64) -> Int64) -> Rates {
            var rates = self
            for counter in Usage.Counter.allCases { rates[counter] = self[counter].map(change) }
            return rates
        }
    }
}
