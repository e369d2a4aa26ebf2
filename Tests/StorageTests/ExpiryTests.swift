import Domain
import Testing

@testable import Storage

/// Credits with an end: spent while they last, never after, whoever writes it down.
@Suite struct ExpiryTests {
    private let folder: TemporaryFolder
    private let ledger: Ledger

    init() throws {
        folder = try TemporaryFolder()
        ledger = try Ledger(folder: folder.path + "/ledger", settings: .init(mapBytes: 64 << 20))
    }

    private func topUp(
        _ amount: Int64, until end: Int64? = nil, at time: Int64 = 0, of organization: String = "acme"
    ) async throws {
        let posting = Posting(
            organization: organization, amount: NanoCredits(amount),
            idempotencyKey: "\(organization) \(amount) \(end ?? 0) \(time)", actor: "ann", note: "", time: time,
            expiresAt: end)
        guard case .added = try await ledger.post(posting) else {
            Issue.record("not added")
            return
        }
    }

    private func hold(_ number: UInt64, _ amount: Int64, at time: Int64) async throws -> Bool {
        var run = run(number, hold: amount)
        run.startedAt = time
        return try await ledger.hold(run) == .held(NanoCredits(amount))
    }

    private func settle(_ number: UInt64, _ cost: Int64, at time: Int64) async throws {
        let usage = MeteredUsage(Usage(output: 1), isEstimated: false)
        let end = RunEnd(
            outcome: .succeeded, attempts: [RunAttempt(usage: usage, cost: NanoCredits(cost))], endedAt: time)
        guard case .settled = try await ledger.settle(run(number).id, end) else {
            Issue.record("not settled")
            return
        }
    }

    private var expiries: [Int64] {
        get throws {
            try ledger.entries("acme", limit: 100).filter { $0.kind == .expiry }.map(\.balanceChange.rawValue)
                .reversed()
        }
    }

    private var balance: Int64 { get throws { try ledger.balance("acme").balance.rawValue } }

    private func expectClean() throws {
        guard case .clean = try LedgerAudit.verify(ledger) else {
            Issue.record("the books are not clean")
            return
        }
    }

    /// To the millisecond, by the run's own time, in the hold's own transaction.
    @Test func noHoldSpendsWhatHasEnded() async throws {
        try await topUp(10, until: 100)
        #expect(try await hold(1, 4, at: 99))
        #expect(try await !hold(2, 1, at: 100), "6 ended; 4 are held")
        #expect(try expiries == [-6])
        #expect(try ledger.balance("acme").available == .zero)
        try expectClean()
    }

    /// What a run holds when its credits end stays for it; what it gives back is nobody's.
    @Test func aHoldIsPaidForByWhatItHeld() async throws {
        try await topUp(10, until: 100)
        #expect(try await hold(1, 10, at: 99))
        #expect(try await !hold(2, 1, at: 150))
        #expect(try expiries.isEmpty)
        try await settle(1, 7, at: 200)
        #expect(try balance == 3)
        #expect(try await !hold(3, 1, at: 201))
        #expect(try expiries == [-3])
        #expect(try balance == 0)
        try expectClean()
    }

    /// Other credits pay for what is held before those that have ended do: else runs after the end could go on spending
    /// what the first of them held.
    @Test func whatIsHeldIsFirstOfOtherCredits() async throws {
        try await topUp(10, until: 100)
        try await topUp(10)
        #expect(try await hold(1, 10, at: 99))
        #expect(try await !hold(2, 1, at: 100))
        #expect(try expiries == [-10])
        try await settle(1, 10, at: 200)
        #expect(try balance == 0)
        try expectClean()
    }

    @Test func whatEndsFirstIsSpentFirst() async throws {
        try await topUp(10)
        try await topUp(10, until: 300)
        try await topUp(10, until: 100)
        #expect(try await hold(1, 15, at: 50))
        try await settle(1, 15, at: 60)
        #expect(try ledger.balance("acme").lots.map(\.left.rawValue) == [5])
        #expect(try await hold(2, 15, at: 299))
        try await settle(2, 1, at: 299)
        #expect(try await !hold(3, 11, at: 300))
        #expect(try expiries == [-4])
        #expect(try balance == 10)
        try expectClean()
    }

    /// What was owed is paid by a top-up first. Were all of it to end, later credits without an end would be taken for it.
    @Test func whatWasOwedIsNoCreditThatEnds() async throws {
        try await topUp(10)
        #expect(try await hold(1, 10, at: 1))
        try await settle(1, 15, at: 2)
        try await topUp(8, until: 100, at: 3)
        #expect(try ledger.balance("acme").lots.map(\.left.rawValue) == [3])
        try await topUp(20, at: 4)
        #expect(try await hold(2, 20, at: 100))
        #expect(try expiries == [-3])
        #expect(try balance == 20)
        try await settle(2, 25, at: 101)
        try await topUp(4, until: 200, at: 102)
        #expect(try balance == -1 && ledger.balance("acme").lots.isEmpty)
        try expectClean()
    }

    /// A clock set back spends what had ended only where nobody noted the end; one set forward ends credits for good.
    @Test func aClockThatStepsEndsCreditsOnce() async throws {
        try await topUp(10, until: 100)
        try await topUp(10, until: 1_000)
        #expect(try await !hold(1, 11, at: 100))
        #expect(try await hold(2, 10, at: 50), "those that end later")
        #expect(try await !hold(3, 1, at: 50), "those that ended do not come back")
        try await settle(2, 0, at: 60)
        #expect(try await !hold(4, 1, at: 5_000))
        #expect(try await !hold(5, 1, at: 70))
        #expect(try expiries == [-10, -10])
        try expectClean()
    }

    // MARK: the sweep

    private func round(_ sweep: inout ExpirySweep, at time: Int64) async throws -> [Int] {
        var steps = [try await sweep.step(at: time)]
        while !sweep.isAtStart { steps.append(try await sweep.step(at: time)) }
        return steps
    }

    @Test(arguments: [1, 2, 3, 100]) func theSweepTakesFromThoseThatNobodyCalls(_ chunk: Int) async throws {
        for (index, organization) in ["a", "ab", "b", "c"].enumerated() {
            try await topUp(10, until: Int64(100 * (index + 1)), of: organization)
            try await topUp(5, of: organization)
        }
        var sweep = ExpirySweep(ledger, chunk: chunk)
        func balances() throws -> [Int64] { try ["a", "ab", "b", "c"].map { try ledger.balance($0).balance.rawValue } }
        let before = try ledger.head()
        #expect(try await round(&sweep, at: 99).allSatisfy { $0 == 0 })
        #expect(try ledger.head() == before, "nothing is written where nothing is due")
        #expect(try await round(&sweep, at: 200).reduce(0, +) == 2)
        #expect(try balances() == [5, 5, 15, 15])
        #expect(try await round(&sweep, at: 10_000).reduce(0, +) == 2)
        #expect(try await round(&sweep, at: 10_000).reduce(0, +) == 0)
        #expect(try balances() == [5, 5, 5, 5])
        try expectClean()
    }

    /// A step that has written enough goes on from where it was.
    @Test func aStepIsBounded() async throws {
        for number in 0..<10 { try await topUp(1, until: 1, of: "organization-\(number)") }
        var sweep = ExpirySweep(ledger, limit: 3)
        for count in [3, 3, 3, 1, 0] { #expect(try await sweep.step(at: 5) == count) }
        try expectClean()
    }

    @Test func theSweepLeavesWhatIsHeld() async throws {
        try await topUp(10, until: 100)
        #expect(try await hold(1, 4, at: 50))
        var sweep = ExpirySweep(ledger)
        #expect(try await sweep.step(at: 100) == 1)
        #expect(try await sweep.step(at: 100) == 0)
        #expect(try balance == 4)
        try await settle(1, 1, at: 150)
        #expect(try await sweep.step(at: 150) == 1)
        #expect(try expiries == [-6, -3])
        try expectClean()
    }
}
