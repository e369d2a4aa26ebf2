import Domain

/// Takes back credits whose time has come from organizations that nobody calls, so that their balances and statements
/// are right without a run. Runs do not wait for it: what has ended is taken before each hold anyway.
///
/// It goes through all balances, round and round, a piece a step: the cost of a step is bounded, and the time of a round
/// grows with the number of organizations.
package struct ExpirySweep: Sendable {
    private let ledger: Ledger
    private let chunk: Int
    private let limit: Int
    /// Where the next piece begins.
    private var next = Key()

    /// - Parameters:
    ///   - chunk: balances a step.
    ///   - limit: entries a step, after which no further organization is begun.
    package init(_ ledger: Ledger, chunk: Int = 1_000, limit: Int = 256) {
        self.ledger = ledger
        self.chunk = chunk
        self.limit = limit
    }

    /// Looks at one piece, and writes what is due there, in one transaction. What is too much for it is left for the next
    /// step.
    /// - Parameter time: milliseconds since 1970.
    /// - Returns: how many entries that made.
    package mutating func step(at time: Int64) async throws(StorageError) -> Int {
        var due: [String] = []
        let following = try ledger.balances(from: next, chunk: chunk) { organization, balance in
            if balance.due(at: time).amount > .zero { due.append(organization) }
        }
        var outcome = (count: 0, isDone: true)
        if !due.isEmpty { outcome = try await ledger.expire(due, at: time, limit: limit) }
        if outcome.isDone { next = following ?? Key() }
        return outcome.count
    }

    /// Whether it is at the beginning of a round.
    package var isAtStart: Bool { next.bytes.isEmpty }
}

extension Ledger {
    /// Reads the next `chunk` balances in the order of their organizations, in one transaction.
    /// - Returns: where those after them begin; nil behind the last.
    func balances(
        from start: Key, chunk: Int, _ take: (_ organization: String, Balance) -> Void
    ) throws(StorageError) -> Key? {
        try environment.read { transaction throws(StorageError) in
            var count = 0
            var last: [UInt8] = []
            try transaction.scan(tables.balances, prefix: Key(), from: start) { key, value throws(StorageError) in
                last = unsafe key.withUnsafeBytes { unsafe Array($0) }
                take(String(decoding: last.dropLast(), as: UTF8.self), try Balance(value))
                count += 1
                return count < chunk
            }
            // The least key above the last one.
            return count < chunk ? nil : Key(bytes: last + [0])
        }
    }

    fileprivate func expire(
        _ organizations: [String], at time: Int64, limit: Int
    ) async throws(StorageError) -> (count: Int, isDone: Bool) {
        try await writer.perform { [books] transaction throws(StorageError) in
            var count = 0
            for organization in organizations {
                guard count < limit else { return (count, false) }
                count += try transaction.expire(
                    books, try books.batch.sums(of: organization, transaction), at: time)
            }
            return (count, true)
        }
    }
}
