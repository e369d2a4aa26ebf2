/// What the ledger has of one day, provider, model and key.
package struct RecordedUsage: Hashable, Sendable {
    /// UTC, of the runs' ends.
    package var day: Day
    package var provider: String
    package var model: String
    package var keyID: String
    /// False: a customer's, whose bill another pays.
    package var keyIsPlatform: Bool
    package var runs: Int64
    package var failedRuns: Int64
    package var estimatedRuns: Int64
    package var interruptedRuns: Int64
    /// Requests that were sent for the runs.
    package var attempts: Int64
    package var usage: Usage
    /// At the base price list, whatever was charged: what the provider takes.
    package var listCost: NanoCredits

    package init(
        day: Day, provider: String, model: String, keyID: String, keyIsPlatform: Bool = true, runs: Int64,
        failedRuns: Int64 = 0, estimatedRuns: Int64 = 0, interruptedRuns: Int64 = 0, attempts: Int64,
        usage: Usage, listCost: NanoCredits
    ) {
        self.day = day
        self.provider = provider
        self.model = model
        self.keyID = keyID
        self.keyIsPlatform = keyIsPlatform
        self.runs = runs
        self.failedRuns = failedRuns
        self.estimatedRuns = estimatedRuns
        self.interruptedRuns = interruptedRuns
        self.attempts = attempts
        self.usage = usage
        self.listCost = listCost
    }

    var figures: Figures {
        Figures([
            .cost: listCost.rawValue, .input: usage.inputTotal, .cacheRead: usage.cacheRead,
            .cacheWrite: usage.cacheWrite + usage.cacheWriteHour, .output: usage.outputTotal, .requests: attempts,
            .toolCalls: usage.toolCalls,
        ])
    }
}
