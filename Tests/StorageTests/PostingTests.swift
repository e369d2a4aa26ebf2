import Domain
import Testing

@testable import Storage

/// What people may do with credits.
@Suite struct PostingTests {
    private let folder: TemporaryFolder
    private let ledger: Ledger

    init() throws {
        folder = try TemporaryFolder()
        ledger = try Ledger(folder: folder.path + "/ledger", settings: .init(mapBytes: 16 << 20))
    }

    private func post(
        _ kind: Posting.Kind, _ amount: Int64 = 0, key: String, organization: String = "acme",
        note: String = "", at time: Int64 = 1, endingAt end: Int64? = nil
    ) async throws -> PostingResult {
        try await ledger.post(
            Posting(
                kind, organization: organization, amount: NanoCredits(amount), idempotencyKey: key, actor: "ann",
                note: note, time: time, expiresAt: end))
    }

    private func settle(_ number: UInt64, cost: Int64, organization: String = "acme") async throws {
        #expect(try await ledger.hold(run(number, organization: organization)) == .held(NanoCredits(10)))
        let usage = MeteredUsage(Usage(uncachedInput: 1), isEstimated: false)
        let end = RunEnd(
            outcome: .succeeded, attempts: [RunAttempt(usage: usage, cost: NanoCredits(cost))], endedAt: 2)
        _ = try await ledger.settle(run(number).id, end)
    }

    private func entry(_ result: PostingResult) -> LedgerEntry? {
        switch result {
        case .added(let entry), .repeated(let entry), .conflict(let entry): entry
        case .tooLarge, .insufficient, .unknownRun, .aboveCost, .tooManyExpiring, .endsInThePast, .archived: nil
        }
    }

    private func isClean() throws -> Bool {
        if case .clean = try LedgerAudit.verify(ledger) { true } else { false }
    }

    @Test func anAdjustmentTakesNoMoreThanIsAvailable() async throws {
        _ = try await post(.topUp, 25, key: "t")
        _ = try await ledger.hold(run(1))
        #expect(try await post(.adjustment, -16, key: "a") == .insufficient(available: NanoCredits(15)))
        #expect(try ledger.balance("acme").balance == NanoCredits(25), "nothing is written")
        #expect(entry(try await post(.adjustment, -15, key: "a"))?.balanceChange == NanoCredits(-15))
        #expect(try ledger.balance("acme").available == .zero)
        _ = try await ledger.setTerms("acme", .init(overdraft: NanoCredits(5)), actor: "ann", time: 1)
        #expect(try await post(.adjustment, -6, key: "b") == .insufficient(available: NanoCredits(5)))
        #expect(entry(try await post(.adjustment, -5, key: "b")) != nil)
        #expect(entry(try await post(.adjustment, 100, key: "c")) != nil)
        #expect(try await post(.adjustment, .max, key: "d") == .tooLarge)
        #expect(try await post(.adjustment, .min, key: "d") == .insufficient(available: NanoCredits(100)))
        #expect(try isClean())
    }

    @Test func aRefundGivesBackNoMoreThanTheRunCost() async throws {
        _ = try await post(.topUp, 25, key: "t")
        try await settle(1, cost: 8)
        #expect(try await post(.refund(run(1).id), 9, key: "a") == .aboveCost(left: NanoCredits(8)))
        guard case .added(let part) = try await post(.refund(run(1).id), 3, key: "a") else {
            Issue.record("not refunded")
            return
        }
        guard case .added(let rest) = try await post(.refundOfRest(run(1).id), key: "b") else {
            Issue.record("the rest is not refunded")
            return
        }
        #expect(rest.balanceChange == NanoCredits(5) && rest.run == run(1).id)
        #expect(try await post(.refundOfRest(run(1).id), key: "b") == .repeated(rest), "though nothing is left now")
        #expect(try await post(.refund(run(1).id), 5, key: "b") == .repeated(rest))
        #expect(try await post(.refund(run(1).id), 4, key: "b") == .conflict(rest))
        #expect(try await post(.refundOfRest(run(2).id), key: "b") == .conflict(rest))
        #expect(try await post(.refundOfRest(run(1).id), key: "a") == .repeated(part), "an amount left out is no other")
        #expect(try await post(.topUp, 5, key: "b") == .conflict(rest))
        for kind in [Posting.Kind.refund(run(1).id), .refundOfRest(run(1).id)] {
            #expect(try await post(kind, 1, key: "c") == .aboveCost(left: .zero))
        }
        #expect(try ledger.balance("acme").balance == NanoCredits(25))
        #expect(try isClean())
    }

    @Test func aRefundIsOfAnEndedRunOfTheOrganization() async throws {
        for organization in ["acme", "other"] {
            _ = try await post(.topUp, 25, key: "t", organization: organization)
        }
        try await settle(1, cost: 8, organization: "other")
        _ = try await ledger.hold(run(2))
        for number: UInt64 in 1...3 {
            #expect(try await post(.refund(run(number).id), 1, key: "a") == .unknownRun)
            #expect(try await post(.refundOfRest(run(number).id), key: "a") == .unknownRun)
        }
    }

    @Test func aTopUpThatEndsIsMadeOnceWheneverItIsAskedFor() async throws {
        #expect(try await post(.topUp, 5, key: "a", at: 10, endingAt: 10) == .endsInThePast)
        guard case .added(let made) = try await post(.topUp, 5, key: "a", at: 10, endingAt: 11) else {
            Issue.record("not added")
            return
        }
        #expect(try await post(.topUp, 5, key: "a", at: 500, endingAt: 11) == .repeated(made))
        #expect(try await post(.topUp, 5, key: "a", at: 10, endingAt: 12) == .conflict(made))
        #expect(try await post(.topUp, 5, key: "a", at: 10) == .conflict(made))
        #expect(try ledger.balance("acme").lots.map(\.expiresAt) == [11])
    }

    @Test func onlySoManyTopUpsMayEnd() async throws {
        for number in 0..<Balance.maximumLots {
            #expect(entry(try await post(.topUp, 1, key: "\(number)", endingAt: 100)) != nil)
        }
        #expect(try await post(.topUp, 1, key: "more", endingAt: 100) == .tooManyExpiring)
        #expect(entry(try await post(.topUp, 1, key: "more")) != nil)
    }

    @Test func termsAreSetOnceAndTheOverdraftIsRaisedByWhoMay() async throws {
        func set(_ overdraft: Int64, _ holds: CreditTerms.HoldBasis = .bound, may: Bool = true) async throws
            -> TermsResult
        {
            try await ledger.setTerms(
                "acme", CreditTerms(overdraft: NanoCredits(overdraft), holds: holds), actor: "ann", time: 1,
                mayLoosen: may)
        }
        #expect(try await set(0) == .unchanged, "as they begin")
        #expect(try await set(1, may: false) == .raisesOverdraft(from: .zero))
        guard case .set(let entry) = try await set(10) else {
            Issue.record("not set")
            return
        }
        #expect(entry.kind == .terms && entry.actor == "ann")
        #expect(try await set(10, may: false) == .unchanged)
        #expect(try await set(11, .estimate, may: false) == .raisesOverdraft(from: NanoCredits(10)))
        #expect(try await set(.max) != .tooLarge)
        #expect(try await set(10, .estimate, may: false) == .loosensHolds)
        #expect(try await set(10, .estimate) != .unchanged)
        #expect(try await set(9, .estimate, may: false) != .loosensHolds, "it was so before")
        #expect(try await set(10, .estimate) != .unchanged)
        #expect(try ledger.balance("acme").terms == CreditTerms(overdraft: NanoCredits(10), holds: .estimate))
        _ = try await post(.topUp, 5, key: "a")
        #expect(try await set(.max) == .tooLarge)
        #expect(try isClean())
    }

    @Test func interruptedRunsPageNewestFirst() async throws {
        for organization in ["acme", "acme-two"] {
            _ = try await post(.topUp, 100, key: "t", organization: organization)
        }
        try await settle(9, cost: 1)
        for number in 1...4 as ClosedRange<UInt64> {
            _ = try await ledger.hold(run(number, organization: number == 3 ? "acme-two" : "acme"))
        }
        _ = try await ledger.closeInterrupted(at: 86_400_000)
        _ = try await post(.refund(run(2).id), 1, key: "r")
        let all = try ledger.interruptedRuns("acme", limit: 10)
        #expect(all.map(\.run.id) == [run(4).id, run(2).id, run(1).id])
        #expect(all.map(\.end.cost.rawValue) == [2, 2, 2] && all.map(\.refunded.rawValue) == [0, 1, 0])
        #expect(try ledger.interruptedRuns("acme", limit: 1).map(\.sequence) == [all[0].sequence])
        let rest = try ledger.interruptedRuns("acme", before: all[0].sequence, limit: 10)
        #expect(rest.map(\.sequence) == all.dropFirst().map(\.sequence))
        #expect(try ledger.interruptedRuns("acme", before: all[2].sequence, limit: 10).isEmpty)
        #expect(try ledger.interruptedRuns("none", limit: 10).isEmpty)
    }
}
