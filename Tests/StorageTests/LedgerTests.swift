import Domain
import Generators
import Testing

@testable import Storage

@Suite struct LedgerTests {
    private let folder: TemporaryFolder
    private let ledger: Ledger

    init() throws {
        folder = try TemporaryFolder()
        ledger = try Ledger(folder: folder.path + "/ledger", settings: .init(mapBytes: 64 << 20))
    }

    private func topUp(
        _ amount: Int64, key: String = "k", organization: String = "acme"
    ) async throws -> PostingResult {
        try await ledger.post(
            Posting(
                organization: organization, amount: NanoCredits(amount), idempotencyKey: key, actor: "ann", note: "",
                time: 1))
    }

    private func end(cost: Int64, outcome: RunEnd.Outcome = .succeeded) -> RunEnd {
        RunEnd(
            outcome: outcome,
            attempts: [
                RunAttempt(
                    usage: MeteredUsage(Usage(uncachedInput: 1, output: 2), isEstimated: false), cost: NanoCredits(cost)
                )
            ], endedAt: 86_400_000 * 3)
    }

    @Test func holdsOnlyWhatIsAvailable() async throws {
        _ = try await topUp(25)
        #expect(try await ledger.hold(run(1)) == .held(NanoCredits(10)))
        #expect(try await ledger.hold(run(2)) == .held(NanoCredits(10)))
        let refused = try await ledger.hold(run(3))
        #expect(refused == .insufficient(needed: NanoCredits(10), held: NanoCredits(20), available: NanoCredits(5)))
        #expect(try await ledger.hold(run(4, hold: 5)) == .held(NanoCredits(5)))
        #expect(try ledger.balance("acme").available == .zero)
        #expect(try ledger.run(RunID(high: 0, low: 3)) == nil)
    }

    @Test func settlesOnceAndGivesTheHoldBack() async throws {
        _ = try await topUp(25)
        _ = try await ledger.hold(run(1))
        guard case .settled(let settled) = try await ledger.settle(run(1).id, end(cost: 4)) else {
            Issue.record("not settled")
            return
        }
        #expect(settled.cost == NanoCredits(4))
        var known = run(1)
        known.end = settled
        (known.holdSequence, known.endSequence) = (2, 3)
        #expect(try await ledger.settle(run(1).id, end(cost: 9)) == .alreadySettled(known))
        #expect(try await ledger.settle(run(9).id, end(cost: 9)) == .unknownRun)
        let balance = try ledger.balance("acme")
        #expect(balance.balance == NanoCredits(21) && balance.held == .zero)
        #expect(try await ledger.hold(run(1)) == .duplicate)
        #expect(
            try LedgerAudit.verify(ledger)
                == .clean(.init(entries: 3, organizations: 1, openRuns: 0, head: try ledger.head().hash)))
    }

    @Test func aSettleAboveItsHoldIsRecordedAndMarked() async throws {
        _ = try await topUp(10)
        _ = try await ledger.hold(run(1))
        _ = try await ledger.settle(run(1).id, end(cost: 15))
        #expect(try ledger.run(run(1).id)?.end?.exceededHold == true)
        #expect(try ledger.balance("acme").balance == NanoCredits(-5))
        #expect(try await ledger.hold(run(2, hold: 1)) != .held(NanoCredits(1)))
    }

    @Test func exemptRunsNeedNoBalanceAndCostNothing() async throws {
        #expect(try await ledger.hold(run(1, hold: 0, costsCredits: false)) == .held(.zero))
        _ = try await ledger.settle(run(1).id, end(cost: 7))
        #expect(try ledger.run(run(1).id)?.end?.cost == .zero)
        #expect(try ledger.balance("acme").balance == .zero)
        var usage: [DailyUsage] = []
        try ledger.usage("acme", days: 0...10) { usage.append($0) }
        #expect(usage.map(\.usage.output) == [2] && usage.map(\.cost) == [.zero])
    }

    @Test func topUpsUnderOneKeyAreMadeOnce() async throws {
        guard case .added(let entry) = try await topUp(5) else {
            Issue.record("not added")
            return
        }
        #expect(try await topUp(5) == .repeated(entry))
        #expect(try await topUp(6) == .conflict(entry))
        let other = try await topUp(5, organization: "other")
        #expect(other != .repeated(entry))
        #expect(try ledger.balance("other").balance == NanoCredits(5))
        #expect(try ledger.balance("acme").balance == NanoCredits(5))
    }

    @Test func anotherNoteIsAnotherTopUpAndAnotherActorIsNot() async throws {
        func add(_ note: String, by actor: String) async throws -> PostingResult {
            try await ledger.post(
                Posting(
                    organization: "acme", amount: NanoCredits(5), idempotencyKey: "k", actor: actor, note: note, time: 1
                ))
        }
        guard case .added(let entry) = try await add("invoice 1", by: "ann") else {
            Issue.record("not added")
            return
        }
        #expect(try await add("invoice 1", by: "bob") == .repeated(entry))
        #expect(try await add("", by: "ann") == .repeated(entry))
        #expect(try await add("invoice 2", by: "ann") == .conflict(entry))
    }

    /// More rows than one transaction reads, on days within the range, before and after it.
    @Test(arguments: [1, 2, 3, 5, 100])
    func usageIsReadInChunks(_ chunk: Int) async throws {
        for number: UInt64 in 1...9 {
            let id = run(number).id
            #expect(try await ledger.hold(run(number, hold: 0, costsCredits: false)) == .held(.zero))
            var end = end(cost: 0)
            end.endedAt = Int64(number) * DailyUsage.millisecondsPerDay
            _ = try await ledger.settle(id, end)
        }
        for (days, expected) in [(UInt32(2)...7, Array(UInt32(2)...7)), (9...20, [9]), (10...20, []), (0...1, [1])] {
            var found: [UInt32] = []
            try ledger.usage("acme", days: days, chunk: chunk) { found.append($0.day) }
            #expect(found == expected)
        }
    }

    @Test(arguments: [1, 2, 3, 1_000]) func whatIsHeldIsReadInChunks(_ chunk: Int) async throws {
        #expect(try ledger.heldFigures(chunk: chunk).holds == 0)
        _ = try await topUp(100)
        for number in 1...4 as ClosedRange<UInt64> { _ = try await ledger.hold(run(number)) }
        _ = try await ledger.settle(run(2).id, end(cost: 1))
        let held = try ledger.heldFigures(chunk: chunk)
        #expect(held.holds == 3 && held.credits == NanoCredits(30))
    }

    @Test func openRunsAreFoundAgainAndClosedAsInterrupted() async throws {
        _ = try await topUp(100)
        for number in 1...3 as ClosedRange<UInt64> { _ = try await ledger.hold(run(number)) }
        _ = try await ledger.settle(run(2).id, end(cost: 1))
        #expect(try ledger.openRuns().map(\.id) == [run(1).id, run(3).id])
        #expect(try await ledger.closeInterrupted(at: 86_400_000) == 2)
        #expect(try await ledger.closeInterrupted(at: 86_400_000) == 0)
        let closed = try ledger.run(run(1).id)?.end
        #expect(closed?.outcome == .interrupted && closed?.cost == NanoCredits(2))
        #expect(closed?.usage == MeteredUsage(Usage(uncachedInput: 3), isEstimated: true))
        #expect(try ledger.balance("acme").balance == NanoCredits(100 - 1 - 4))
        #expect(try ledger.balance("acme").held == .zero)
    }

    @Test(arguments: [(.inputEstimate, 2), (.hold, 10), (.nothing, 0)] as [(InterruptedCharge, Int64)])
    func anInterruptedRunIsChargedAsConfigured(_ charge: InterruptedCharge, _ cost: Int64) async throws {
        _ = try await topUp(100)
        for number in 1...5 as ClosedRange<UInt64> { _ = try await ledger.hold(run(number)) }
        #expect(try await ledger.hold(run(6, hold: 0, costsCredits: false)) == .held(.zero))
        #expect(try await ledger.closeInterrupted(at: 86_400_000, charging: charge, chunk: 2) == 6)
        for number in 1...5 as ClosedRange<UInt64> {
            let end = try ledger.run(run(number).id)?.end
            #expect(end?.outcome == .interrupted && end?.cost == NanoCredits(cost))
            #expect(end?.usage == MeteredUsage(Usage(uncachedInput: 3), isEstimated: true))
        }
        #expect(try ledger.run(run(6).id)?.end?.cost == .zero)
        let balance = try ledger.balance("acme")
        #expect(balance.balance == NanoCredits(100 - 5 * cost) && balance.held == .zero)
        #expect(try ledger.entries("acme", limit: 6).allSatisfy { $0.kind == .interrupted })
        guard case .clean = try LedgerAudit.verify(ledger) else {
            Issue.record("the books are not clean")
            return
        }
    }

    /// Where the terms ask for estimates, more runs fit, and what they cost more than that is on the books all the same.
    @Test func anEstimateIsHeldWhereTheTermsSaySo() async throws {
        _ = try await topUp(10)
        #expect(try await ledger.hold(run(1), estimate: NanoCredits(4)) == .held(NanoCredits(10)))
        _ = try await ledger.settle(run(1).id, end(cost: 1))
        _ = try await ledger.setTerms("acme", CreditTerms(holds: .estimate), actor: "ann", time: 2)
        #expect(try await ledger.hold(run(2), estimate: NanoCredits(4)) == .held(NanoCredits(4)))
        #expect(
            try await ledger.hold(run(3), estimate: NanoCredits(20)) != .held(NanoCredits(20)), "never above the bound")
        #expect(try await ledger.hold(run(4), estimate: NanoCredits(5)) == .held(NanoCredits(5)))
        _ = try await ledger.settle(run(2).id, end(cost: 6))
        #expect(try ledger.run(run(2).id)?.hold == NanoCredits(4))
        #expect(try ledger.run(run(2).id)?.end?.exceededHold == true)
        #expect(try ledger.balance("acme").balance == NanoCredits(3))
        guard case .clean = try LedgerAudit.verify(ledger) else {
            Issue.record("the books are not clean")
            return
        }
    }

    @Test func entriesPageNewestFirst() async throws {
        for number in 0..<5 {
            _ = try await topUp(1, key: "\(number)")
            _ = try await topUp(1, key: "\(number)", organization: "acme-two")
        }
        let first = try ledger.entries("acme", limit: 2)
        #expect(first.map(\.sequence) == [9, 7])
        #expect(try ledger.entries("acme", before: 7, limit: 10).map(\.sequence) == [5, 3, 1])
        #expect(try ledger.entries("acme", before: 1, limit: 10).isEmpty)
        #expect(try ledger.entries("none", limit: 10).isEmpty)
    }

    /// Any sequence of operations leaves the books of a simple model, and the audit clean, in chunks of any size.
    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func randomOperationsMatchAModel(_ seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        var balances: [String: (balance: Int64, held: Int64)] = [:]
        var open: [UInt64: (organization: String, hold: Int64)] = [:]
        for step in 1...400 as ClosedRange<UInt64> {
            let organization = ["a", "b", "ab"].randomElement(using: &generator) ?? "a"
            let amount = Int64.random(in: 0...30, using: &generator)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0...1:
                _ = try await topUp(amount + 1, key: "\(step)", organization: organization)
                balances[organization, default: (0, 0)].balance += amount + 1
            case 2...6:
                let (balance, held) = balances[organization] ?? (0, 0)
                let admitted = amount == 0 || balance - held >= amount
                let result = try await ledger.hold(run(step, organization: organization, hold: amount))
                #expect((result == .held(NanoCredits(amount))) == admitted)
                if admitted {
                    balances[organization, default: (0, 0)].held += amount
                    open[step] = (organization, amount)
                }
            case _:
                guard let (number, held) = open.randomElement(using: &generator) else { continue }
                open[number] = nil
                let cost = Int64.random(in: 0...held.hold + 3, using: &generator)
                _ = try await ledger.settle(run(number).id, end(cost: cost))
                balances[held.organization, default: (0, 0)].balance -= cost
                balances[held.organization, default: (0, 0)].held -= held.hold
            }
        }
        for (organization, expected) in balances {
            let kept = try ledger.balance(organization)
            #expect(kept.balance == NanoCredits(expected.balance) && kept.held == NanoCredits(expected.held))
        }
        for chunk in [1, 7, 10_000] {
            guard case .clean(let report) = try LedgerAudit.verify(ledger, chunk: chunk) else {
                Issue.record("the audit found a fault")
                return
            }
            #expect(report.openRuns == open.count)
        }
    }

    /// 200 holds at once against a balance of 20: two runs never spend the same credit.
    @Test func concurrentHoldsNeverOverspend() async throws {
        _ = try await topUp(200)
        let ledger = ledger
        let held = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 1...200 as ClosedRange<UInt64> {
                group.addTask { try await ledger.hold(run(number)) == .held(NanoCredits(10)) }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(held == 20)
        #expect(try ledger.balance("acme").available == .zero)
    }
}
