import Domain
import Testing

@testable import Storage

/// Every way in which the books could be wrong, made by hand, is found.
@Suite struct LedgerAuditTests {
    private let folder: TemporaryFolder
    private let ledger: Ledger

    init() async throws {
        folder = try TemporaryFolder()
        ledger = try Ledger(folder: folder.path + "/ledger", settings: .init(mapBytes: 16 << 20))
        _ = try await ledger.topUp(
            TopUp(
                organization: "acme", amount: NanoCredits(100), idempotencyKey: "k", actor: "", note: "", time: 1))
        _ = try await ledger.hold(run(1))
        _ = try await ledger.hold(run(2))
        _ = try await ledger.settle(
            run(1).id,
            RunEnd(
                outcome: .succeeded, usage: MeteredUsage(Usage(), isEstimated: false), cost: NanoCredits(3), endedAt: 2)
        )
    }

    private func damage(_ body: (borrowing WriteTransaction, LedgerTables) throws -> Void) throws {
        let transaction = try WriteTransaction(ledger.environment)
        try body(transaction, ledger.tables)
        try transaction.commit()
    }

    private func fault() throws -> UInt64? {
        switch try LedgerAudit.verify(ledger) {
        case .clean: nil
        case .fault(let sequence, _): sequence
        }
    }

    @Test func theUntouchedBooksAreClean() throws {
        #expect(try LedgerAudit.verify(ledger) == .clean(.init(entries: 4, organizations: 1, openRuns: 1)))
    }

    @Test func aMissingEntryIsFound() throws {
        try damage { transaction, tables in try transaction.delete(tables.entries, Key(2)) }
        #expect(try fault() == 3)
    }

    @Test func aChangedAmountIsFound() throws {
        try damage { transaction, tables in
            guard var entry = try transaction.entry(tables, 1) else { return }
            entry.balanceChange = NanoCredits(101)
            try transaction.put(tables.entries, Key(1), entry.encoded)
        }
        #expect(try fault() == 4)
    }

    @Test func aChangedBalanceIsFound() throws {
        try damage { transaction, tables in
            var balance = try transaction.balance(tables, "acme")
            balance.held = .zero
            try transaction.put(tables.balances, Key("acme"), balance.encoded)
        }
        #expect(try fault() == 4)
    }

    @Test func aSecondSettleIsFound() throws {
        try damage { transaction, tables in
            guard let settle = try transaction.entry(tables, 4) else { return }
            var again = settle
            again.sequence = 5
            try transaction.post(tables, again, balance: try transaction.balance(tables, "acme"))
        }
        #expect(try fault() == 5)
    }

    @Test func aForgottenOpenRunIsFound() throws {
        try damage { transaction, tables in try transaction.delete(tables.open, Key(run(2).id)) }
        #expect(try fault() == 4)
    }

    @Test func aRunThatSaysAnotherCostIsFound() throws {
        try damage { transaction, tables in
            guard var changed = try transaction.run(tables, run(1).id) else { return }
            changed.end?.cost = NanoCredits(4)
            try transaction.put(tables.runs, Key(run(1).id), changed.encoded)
        }
        #expect(try fault() == 4)
    }

    @Test func aRunThatSaysAnotherHoldIsFound() throws {
        try damage { transaction, tables in
            guard var changed = try transaction.run(tables, run(2).id) else { return }
            changed.hold = NanoCredits(11)
            try transaction.put(tables.runs, Key(run(2).id), changed.encoded)
        }
        #expect(try fault() == 3)
    }

    @Test func aRunOfAnotherOrganizationIsFound() throws {
        try damage { transaction, tables in
            guard var changed = try transaction.run(tables, run(2).id) else { return }
            changed.organization = "other"
            try transaction.put(tables.runs, Key(run(2).id), changed.encoded)
        }
        #expect(try fault() == 3)
    }

    @Test func changedDailyUsageIsFound() throws {
        try damage { transaction, tables in
            guard let done = try transaction.run(tables, run(1).id), let end = done.end else { return }
            // Without the run added to it.
            let row = DailyUsage(done, end)
            try transaction.put(tables.daily, row.key, row.encoded)
        }
        #expect(try fault() == 4)
    }

    @Test func aMissingLineOfAnOrganizationsListIsFound() throws {
        try damage { transaction, tables in
            try transaction.delete(tables.entriesByOrganization, Key("acme").appending(UInt64(2)))
        }
        #expect(try fault() == 4)
    }

    @Test func aRunWithoutAHoldIsFound() throws {
        try damage { transaction, tables in try transaction.put(tables.runs, Key(run(3).id), run(3).encoded) }
        #expect(try fault() == 4)
    }
}
