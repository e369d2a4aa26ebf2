import Domain
import Testing

@testable import Storage

/// Every way in which the books could be wrong, made by hand, is found.
@Suite struct LedgerAuditTests {
    private let folder: TemporaryFolder
    private let ledger: Ledger

    /// 1: a top-up; 2, 3: holds of runs 1 and 2; 4: the settle of run 1; 5: a refund of it; 6, 7: run 3, interrupted.
    init() async throws {
        folder = try TemporaryFolder()
        ledger = try Ledger(folder: folder.path + "/ledger", settings: .init(mapBytes: 16 << 20))
        _ = try await ledger.post(
            Posting(organization: "acme", amount: NanoCredits(100), idempotencyKey: "k", actor: "", note: "", time: 1))
        _ = try await ledger.hold(run(1))
        _ = try await ledger.hold(run(2))
        _ = try await ledger.settle(run(1).id, end(cost: 3))
        _ = try await ledger.post(
            Posting(
                .refund(run(1).id), organization: "acme", amount: NanoCredits(1), idempotencyKey: "r", actor: "",
                note: "", time: 1))
        _ = try await ledger.hold(run(3))
        _ = try await ledger.settle(run(3).id, end(cost: 2, outcome: .interrupted))
    }

    private func end(cost: Int64, outcome: RunEnd.Outcome = .succeeded) -> RunEnd {
        let usage = MeteredUsage(Usage(uncachedInput: 1), isEstimated: false)
        return RunEnd(outcome: outcome, attempts: [RunAttempt(usage: usage, cost: NanoCredits(cost))], endedAt: 2)
    }

    private func damage(_ body: (borrowing WriteTransaction, LedgerTables) throws -> Void) throws {
        let transaction = try WriteTransaction(ledger.environment)
        try body(transaction, ledger.tables)
        try transaction.commit()
    }

    /// Writes an entry past all rules, as a bug would.
    private func forge(_ entry: LedgerEntry) throws {
        let transaction = try WriteTransaction(ledger.environment)
        let books = LedgerBooks(ledger.tables)
        try transaction.post(books, entry)
        try books.batch.flush(transaction)
        try transaction.commit()
    }

    private func fault() throws -> UInt64? {
        switch try LedgerAudit.verify(ledger) {
        case .clean: nil
        case .fault(let sequence, _): sequence
        }
    }

    @Test func theUntouchedBooksAreClean() throws {
        let head = try ledger.head()
        #expect(head.sequence == 7)
        #expect(
            try LedgerAudit.verify(ledger)
                == .clean(.init(entries: 7, organizations: 1, openRuns: 1, head: head.hash)))
    }

    @Test func aMissingEntryIsFound() throws {
        try damage { transaction, tables in try transaction.delete(tables.entries, Key(2)) }
        #expect(try fault() == 3)
    }

    /// The bytes of every entry, in order.
    private func entries() throws -> [[UInt8]] {
        try ledger.environment.read { transaction throws(StorageError) in
            var all: [[UInt8]] = []
            try transaction.scan(ledger.tables.entries, prefix: Key()) { _, value throws(StorageError) in
                all.append(unsafe value.withUnsafeBytes { unsafe Array($0) })
                return true
            }
            return all
        }
    }

    /// The number at which entries of these bytes are found not to be those of the head; nil where they are.
    private func fault(of entries: [[UInt8]], _ head: LedgerHead) -> UInt64? {
        var replay = LedgerReplay()
        for (index, bytes) in entries.enumerated() {
            do { _ = try replay.take(UInt64(index + 1), bytes.span.bytes) } catch { return UInt64(index + 1) }
        }
        return LedgerHead(sequence: replay.last, hash: replay.hash) == head ? nil : replay.last
    }

    /// Every bit of every entry is covered by the hash that the next one holds, or the head.
    @Test func everyFlippedBitOfAnEntryIsFound() throws {
        let good = try entries()
        let head = try ledger.head()
        #expect(good.count == 7 && fault(of: good, head) == nil)
        for index in good.indices {
            for place in good[index].indices {
                for bit in 0..<8 as Range<UInt8> {
                    var bad = good
                    bad[index][place] ^= 1 << bit
                    let found = try #require(fault(of: bad, head))
                    #expect(UInt64(index + 1)...UInt64(min(index + 2, 7)) ~= found)
                }
            }
        }
    }

    @Test func aFlippedBitInTheFileIsFound() throws {
        var bytes = try entries()[3]
        bytes[bytes.count - 1] ^= 1
        try damage { transaction, tables in try transaction.put(tables.entries, Key(4), bytes) }
        let found = try #require(try fault())
        #expect(4...5 ~= found)
    }

    @Test func aChangedBalanceIsFound() throws {
        try damage { transaction, tables in
            var balance = try transaction.balance(tables, "acme")
            balance.held = .zero
            try transaction.put(tables.balances, Key("acme"), balance.encoded)
        }
        #expect(try fault() == 7)
    }

    @Test func changedTermsAreFound() throws {
        try damage { transaction, tables in
            var balance = try transaction.balance(tables, "acme")
            balance.terms.overdraft = NanoCredits(1)
            try transaction.put(tables.balances, Key("acme"), balance.encoded)
        }
        #expect(try fault() == 7)
    }

    @Test func aSecondSettleIsFound() throws {
        let settle = try ledger.environment.read { transaction throws(StorageError) in
            try transaction.entry(ledger.tables, 4)
        }
        try forge(try #require(settle))
        #expect(try fault() == 4, "the run is found at its second end")
        try damage { transaction, tables in
            try transaction.put(tables.runs, Key(run(1).id), RunPlace(hold: 2, end: 4).encoded)
        }
        #expect(try fault() == 8)
    }

    @Test func aHoldBeyondWhatIsAvailableIsFound() throws {
        var large = run(4, hold: 1_000)
        large.holdSequence = 8
        try forge(
            LedgerEntry(.hold, time: 1, organization: "acme", heldChange: NanoCredits(1_000), .run(large)))
        #expect(try fault() == 8)
    }

    struct RunChange: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var make: @Sendable (inout RunRecord) -> Void

        init(_ name: String, _ make: @escaping @Sendable (inout RunRecord) -> Void) {
            testDescription = name
            self.make = make
        }
    }

    @Test(arguments: [
        RunChange("another hold") { $0.hold = NanoCredits(11) }, RunChange("another agent") { $0.agent = "other" },
        RunChange("another key") { $0.keySource = .exempt }, RunChange("another price") { $0.priceVersion = 9 },
    ])
    func anEndOfAnotherRunThanWasHeldIsFound(_ change: RunChange) throws {
        var ended = run(2)
        ended.holdSequence = 3
        ended.end = end(cost: 0)
        change.make(&ended)
        try forge(LedgerEntry(.settle, time: 2, organization: "acme", heldChange: -ended.hold, .run(ended)))
        #expect(try fault() == 8)
    }

    @Test func anEndThatTakesOtherThanItsCostIsFound() throws {
        var ended = run(2)
        ended.holdSequence = 3
        ended.end = end(cost: 5)
        try forge(
            LedgerEntry(
                .settle, time: 2, organization: "acme", balanceChange: NanoCredits(-4), heldChange: -ended.hold,
                .run(ended)))
        #expect(try fault() == 8)
    }

    @Test func aRefundAboveTheCostIsFound() throws {
        let refund = Posting(
            .refund(run(1).id), organization: "acme", amount: NanoCredits(3), idempotencyKey: "", actor: "", note: "",
            time: 1)
        try forge(
            LedgerEntry(
                .refund, time: 1, organization: "acme", balanceChange: NanoCredits(3), .posting(PostingDetail(refund))))
        #expect(try fault() == 8)
    }

    @Test func anExpiryOfNothingIsFound() throws {
        try forge(
            LedgerEntry(
                .expiry, time: 1, organization: "acme", balanceChange: NanoCredits(-1),
                .posting(PostingDetail(expiryOf: 1))))
        #expect(try fault() == 8)
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var make: @Sendable (borrowing WriteTransaction, LedgerTables) throws -> Void

        init(
            _ name: String, _ make: @escaping @Sendable (borrowing WriteTransaction, LedgerTables) throws -> Void
        ) {
            testDescription = name
            self.make = make
        }
    }

    @Test(arguments: [
        Damage("a forgotten open run") { transaction, tables in try transaction.delete(tables.open, Key(3)) },
        Damage("another amount held") { transaction, tables in try transaction.put(tables.open, Key(3), Key(11).bytes)
        },
        Damage("a run without a hold") { transaction, tables in
            try transaction.put(tables.runs, Key(run(9).id), RunPlace(hold: 9).encoded)
        },
        Damage("a missing line of an organization's list") { transaction, tables in
            try transaction.delete(tables.entriesByOrganization, Key("acme").appending(UInt64(2)))
        },
        Damage("a missing interruption") { transaction, tables in
            try transaction.delete(tables.interrupted, Key("acme").appending(UInt64(7)))
        },
        Damage("a missing refund") { transaction, tables in try transaction.delete(tables.refunds, Key(run(1).id)) },
        Damage("changed usage") { transaction, tables in
            guard let done = try transaction.run(tables, run(1).id), let end = done.end else { return }
            // Without the run added to it.
            let row = DailyUsage(done, end)
            try transaction.put(tables.usage, row.key, row.encoded)
        },
        Damage("usage of no run") { transaction, tables in
            guard let done = try transaction.run(tables, run(1).id), let end = done.end else { return }
            var row = DailyUsage(done, end)
            row.version = 9
            try transaction.put(tables.usage, row.key, row.encoded)
        },
        Damage("changed credits") { transaction, tables in
            let row = DailyCredits(organization: "acme", day: 0)
            try transaction.put(tables.credits, row.key, row.encoded)
        },
        Damage("another head") { transaction, tables in
            try transaction.put(tables.meta, LedgerHead.key, LedgerHead().encoded)
        },
    ])
    func whatIsKeptBesideTheEntriesIsHeldAgainstThem(_ damage: Damage) throws {
        try self.damage(damage.make)
        #expect(try fault() == 7)
    }

    @Test func aRunFoundElsewhereIsFound() throws {
        try damage { transaction, tables in
            try transaction.put(tables.runs, Key(run(1).id), RunPlace(hold: 3, end: 4).encoded)
        }
        #expect(try fault() == 2)
    }
}
