import Domain

/// What a run that a crash cut off is charged.
package enum InterruptedCharge: String, Sendable, CaseIterable {
    case inputEstimate = "input_estimate"
    case hold
    case nothing

    /// How such a run ended. What it used is nobody's report: its input, by estimate, whatever is charged.
    /// - Parameter time: milliseconds since 1970.
    func end(of run: RunRecord, at time: Int64) -> RunEnd {
        var attempt = RunAttempt(
            usage: MeteredUsage(Usage(uncachedInput: run.estimatedInput), isEstimated: true),
            cost: run.interruptedCharge)
        switch self {
        case .inputEstimate: break
        case .hold: attempt.cost = run.hold
        case .nothing: attempt.cost = .zero
        }
        return RunEnd(outcome: .interrupted, errorCode: "interrupted", attempts: [attempt], endedAt: time)
    }
}

extension Ledger {
    /// Ends every run that a crash left open, many in one commit. To be called before any new run.
    /// - Returns: how many there were.
    package func closeInterrupted(
        at time: Int64, charging charge: InterruptedCharge = .inputEstimate, chunk: Int = 256
    ) async throws(StorageError) -> Int {
        var open = try openRuns()[...]
        let count = open.count
        while !open.isEmpty {
            let some = Array(open.prefix(chunk))
            open = open.dropFirst(chunk)
            try await writer.perform(.endsWork) { [books] transaction throws(StorageError) in
                for run in some { _ = try transaction.settle(books, run.id, charge.end(of: run, at: time)) }
            }
        }
        return count
    }
}
