import Domain

/// A run that a crash cut off, as it was closed, to be held against what the provider says of it.
package struct InterruptedRun: Hashable, Sendable {
    /// The number of the entry that closed it.
    package var sequence: UInt64
    package var run: RunRecord
    /// When it was closed.
    package var end: RunEnd
    /// What was given back of its cost since.
    package var refunded: NanoCredits
}

extension Ledger {
    /// An organization's runs that crashes cut off, newest first, those closed before the entry `before` (all where nil),
    /// at most `limit`.
    package func interruptedRuns(
        _ organization: String, before: UInt64? = nil, limit: Int
    ) throws(StorageError) -> [InterruptedRun] {
        try environment.read { transaction throws(StorageError) in
            var found: [InterruptedRun] = []
            let prefix = Key(organization)
            if before == 0 || limit < 1 { return [] }
            let start = before.map { prefix.appending($0 - 1) }
            try transaction.scan(tables.interrupted, prefix: prefix, from: start, backwards: true) {
                key, _ throws(StorageError) in
                let sequence = try Key.number(key, at: prefix.bytes.count)
                guard let run = try transaction.entry(tables, sequence)?.runRecord, let end = run.end else {
                    throw StorageError(.corrupt, "read interrupted runs: one is gone")
                }
                found.append(
                    InterruptedRun(
                        sequence: sequence, run: run, end: end, refunded: try transaction.refunded(tables, run.id)))
                return found.count < limit
            }
            return found
        }
    }
}
