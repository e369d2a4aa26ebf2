import Domain

package enum HoldResult: Hashable, Sendable {
    /// So much is held: the bound, or an estimate where the organization's terms say so.
    case held(NanoCredits)
    case insufficient(needed: NanoCredits, held: NanoCredits, available: NanoCredits)
    /// There is a run of this id.
    case duplicate
    /// There is a run under this key.
    indirect case repeated(EarlierRun)
}

package enum SettleResult: Hashable, Sendable {
    /// So it stands on the books: nothing is taken for an exempt run, and a cost above the hold is marked.
    case settled(RunEnd)
    /// It had an end before: nothing was written.
    indirect case alreadySettled(RunRecord)
    /// It was never held: nothing was written.
    case unknownRun
}

/// The append-only record of holds, settles and top-ups, in an LMDB environment of its own.
///
/// What a method answers is on disk when it answers, in strict durability; see `Writer.Durability`.
package final class Ledger: Sendable {
    package let environment: Environment
    let writer: Writer
    let tables: LedgerTables
    let books: LedgerBooks
    let retention: ResponseRetention

    /// - Parameters:
    ///   - maximumBatch: changes that may share one commit.
    ///   - reserve: room below which no holds are taken.
    ///   - retention: of responses to runs with an idempotency key.
    ///   - report: told each new state, on the writer's thread.
    package init(
        folder: String, settings: Environment.Settings = .init(), durability: Writer.Durability = .strict,
        maximumBatch: Int = 512, reserve: Reserve = Reserve(),
        retention: ResponseRetention = ResponseRetention(),
        report: @escaping @Sendable (StoreState) -> Void = { _ in }
    ) throws(StorageError) {
        environment = try Environment(folder: folder, settings: settings)
        tables = try LedgerTables(environment)
        books = LedgerBooks(tables)
        self.retention = retention
        writer = try Writer(
            environment, name: "tollgate.ledger", durability: durability, maximumBatch: maximumBatch, reserve: reserve,
            scope: books.batch, report: report)
    }

    deinit { writer.letGo() }

    /// Writes what waits, settles that could not be written before included, and ends.
    /// - Returns: how many settles could still not be written; their runs are closed as interrupted at the next
    ///   start.
    @discardableResult
    package func close() async -> Int { await writer.close() }

    /// Whether holds are taken, as of a second ago at most. Settles are taken in every state but `broken`.
    package var state: StoreState { writer.standing }

    package var figures: StoreFigures { writer.figures }

    // MARK: writing

    /// Reserves `run.hold` of its organization's credits, unless fewer are available.
    /// - Parameter estimate: what to reserve where the organization's terms ask for estimates.
    package func hold(_ run: RunRecord, estimate: NanoCredits? = nil) async throws(StorageError) -> HoldResult {
        let run = NewHold(run, estimate: estimate)
        return try await writer.perform { [books] transaction throws(StorageError) in try transaction.hold(books, run) }
    }

    /// Ends a run: gives back its hold and takes its cost. A second end of the same run changes nothing. Where it fails
    /// with an error that `isRetried`, it is kept in memory and tried until it is written.
    package func settle(_ id: RunID, _ end: RunEnd) async throws(StorageError) -> SettleResult {
        try await writer.perform(.endsWork) { [books] transaction throws(StorageError) in
            try transaction.settle(books, id, end)
        }
    }

    package func post(_ posting: Posting) async throws(StorageError) -> PostingResult {
        try await writer.perform { [books] transaction throws(StorageError) in try transaction.post(books, posting) }
    }

    /// Sets an organization's terms, once: what they are already is not set again.
    /// - Parameters:
    ///   - actor: who sets them.
    ///   - time: milliseconds since 1970.
    ///   - mayLoosen: whether the overdraft may become more than it is, and holds estimates.
    package func setTerms(
        _ organization: String, _ terms: CreditTerms, actor: String, time: Int64, mayLoosen: Bool = true
    ) async throws(StorageError) -> TermsResult {
        try await writer.perform { [books] transaction throws(StorageError) in
            try transaction.setTerms(
                books, organization, terms, actor: actor, time: time, mayLoosen: mayLoosen)
        }
    }

    // MARK: reading

    package func balance(_ organization: String) throws(StorageError) -> Balance {
        try environment.read { transaction throws(StorageError) in try transaction.balance(tables, organization) }
    }

    package func head() throws(StorageError) -> LedgerHead {
        try environment.read { transaction throws(StorageError) in try transaction.head(tables) }
    }

    /// Nil also where its entries were pruned.
    package func run(_ id: RunID) throws(StorageError) -> RunRecord? {
        try environment.read { transaction throws(StorageError) in
            try transaction.isGone(tables, id) ? nil : try transaction.run(tables, id)
        }
    }

    /// Runs with a hold and no end, oldest first.
    package func openRuns() throws(StorageError) -> [RunRecord] {
        try environment.read { transaction throws(StorageError) in
            var runs: [RunRecord] = []
            try transaction.scan(tables.open, prefix: Key()) { key, _ throws(StorageError) in
                guard let run = try transaction.entry(tables, try Key.number(key, at: 0))?.runRecord else {
                    throw StorageError(.corrupt, "read open run: no hold")
                }
                runs.append(run)
                return true
            }
            return runs
        }
    }

    /// An organization's entries, newest first, those before the number `before` (all where nil), at most `limit`.
    package func entries(
        _ organization: String, before: UInt64? = nil, limit: Int
    ) throws(StorageError) -> [LedgerEntry] {
        try environment.read { transaction throws(StorageError) in
            var entries: [LedgerEntry] = []
            let prefix = Key(organization)
            if before == 0 || limit < 1 { return [] }
            let start = before.map { prefix.appending($0 - 1) }
            try transaction.scan(tables.entriesByOrganization, prefix: prefix, from: start, backwards: true) {
                key, _ throws(StorageError) in
                let sequence = try Key.number(key, at: prefix.bytes.count)
                guard let entry = try transaction.entry(tables, sequence) else {
                    throw StorageError(.corrupt, "read entries: one is gone")
                }
                entries.append(entry)
                return entries.count < limit
            }
            return entries
        }
    }

    /// What an organization consumed on the days `from` to `through` (days since 1970-01-01, UTC), row by row in the
    /// order of the days.
    /// - Parameter chunk: rows read in one transaction, so that a long range does not hold old pages back.
    package func usage(
        _ organization: String, days: ClosedRange<UInt32>, chunk: Int = 1_000, _ take: (DailyUsage) -> Void
    ) throws(StorageError) {
        let prefix = DailyUsage.prefix(organization: organization)
        var next: Key? = DailyUsage.start(organization: organization, day: days.lowerBound)
        while let start = next {
            next = try environment.read { transaction throws(StorageError) in
                var count = 0
                var last: Key?
                try transaction.scan(tables.usage, prefix: prefix, from: start) { _, value throws(StorageError) in
                    let row = try DailyUsage(value)
                    guard row.day <= days.upperBound else { return false }
                    take(row)
                    count += 1
                    last = row.key
                    return count < chunk
                }
                // The least key above the last one.
                return count < chunk ? nil : last.map { Key(bytes: $0.bytes + [0]) }
            }
        }
    }
}
