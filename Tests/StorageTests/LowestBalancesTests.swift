import Domain
import Testing

@testable import Storage

@Suite struct LowestBalancesTests {
    private static let day = DailyUsage.millisecondsPerDay
    private let folder: TemporaryFolder
    private let ledger: Ledger

    init() throws {
        folder = try TemporaryFolder()
        ledger = try Ledger(folder: folder.path + "/ledger", settings: .init(mapBytes: 64 << 20))
    }

    private func topUp(_ amount: Int64, _ organization: String) async throws {
        _ = try await ledger.post(
            Posting(
                .adjustment, organization: organization, amount: NanoCredits(amount),
                idempotencyKey: "\(amount)", actor: "", note: "", time: 0))
    }

    private func spend(_ number: UInt64, _ cost: Int64, _ organization: String, at time: Int64) async throws {
        _ = try await ledger.hold(run(number, organization: organization))
        let usage = MeteredUsage(Usage(output: 1), isEstimated: false)
        let attempt = RunAttempt(usage: usage, cost: NanoCredits(cost))
        _ = try await ledger.settle(
            run(number).id, RunEnd(outcome: .succeeded, attempts: [attempt], endedAt: time))
    }

    @Test(arguments: [1, 2, 1_000]) func thoseWithTheLeastComeFirst(_ chunk: Int) async throws {
        for (organization, amount) in [("a", 50), ("b", 20), ("c", 90), ("d", 20), ("e", 70)] {
            try await topUp(Int64(amount), organization)
        }
        // Nothing left, and nothing that could be.
        try await topUp(3, "empty")
        try await topUp(-3, "empty")
        _ = try await ledger.setTerms("c", CreditTerms(overdraft: NanoCredits(5)), actor: "", time: 0)
        #expect(try await ledger.hold(run(1, organization: "c", hold: 80)) == .held(NanoCredits(80)))
        let lowest = try ledger.lowestBalances(limit: 3, at: 0, chunk: chunk)
        #expect(lowest.rows.map(\.organization) == ["c", "b", "d"])
        #expect(lowest.rows.map(\.balance.available.rawValue) == [15, 20, 20])
        #expect(lowest.others == 2)
        #expect(try ledger.lowestBalances(limit: 100, at: 0, chunk: chunk).rows.count == 5)
        #expect(try ledger.lowestBalances(limit: 100, at: 0, chunk: chunk).others == 0)
        #expect(try ledger.lowestBalances(limit: 0, at: 0, chunk: chunk).rows.isEmpty)
    }

    /// Of today so far or of yesterday, whichever is more.
    @Test func whatADayCosts() async throws {
        try await topUp(1_000, "a")
        try await spend(1, 7, "a", at: 3 * Self.day - 1)
        try await spend(2, 5, "a", at: 3 * Self.day)
        try await spend(3, 6, "a", at: 3 * Self.day + 1)
        func daily(at time: Int64) throws -> Int64? {
            try ledger.lowestBalances(limit: 1, at: time).rows.first?.dailySpend.rawValue
        }
        #expect(try daily(at: 2 * Self.day) == 7)
        #expect(try daily(at: 3 * Self.day) == 11)
        #expect(try daily(at: 4 * Self.day) == 11)
        #expect(try daily(at: 5 * Self.day) == 0)
        #expect(try daily(at: 0) == 0)
    }
}
