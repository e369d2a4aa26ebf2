import Domain
import Foundation
import Storage
import Synchronization

/// A ledger of ten organizations with credits for any number of runs, and the runs that are held and settled in it.
struct BookRuns {
    struct Refused: Error { var result: HoldResult }

    let ledger: Ledger
    private static let organizations = (0..<10).map { "organization-\($0)" }

    init(folder: String) async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        ledger = try Ledger(folder: folder)
        for organization in Self.organizations {
            _ = try await ledger.post(
                Posting(
                    organization: organization, amount: NanoCredits(1_000_000_000_000_000), idempotencyKey: "first",
                    actor: "benchmark", note: "", time: Self.time))
        }
    }

    /// Runs are taken in turn by as many tasks as run at once.
    func holdAndSettle(_ runs: Int, concurrency: Int) async throws {
        try await each(runs, concurrency: concurrency) { number in
            let run = Self.run(number)
            try await hold(run)
            _ = try await ledger.settle(run.id, Self.end)
        }
    }

    func hold(_ run: RunRecord) async throws {
        let result = try await ledger.hold(run)
        guard case .held = result else { throw Refused(result: result) }
    }

    func each(_ count: Int, concurrency: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async throws {
        let next = Next()
        try await withThrowingTaskGroup { group in
            for _ in 0..<concurrency {
                group.addTask {
                    while let number = next.take(below: count) { try await body(number) }
                }
            }
            try await group.waitForAll()
        }
    }

    private static let time: Int64 = 1_795_000_000_000
    private static let hash = Digest(hexadecimal: String(repeating: "5a", count: 32)) ?? .zero

    /// As the gateway fills it: names of common length. Ids grow with time, as a run's do.
    static func run(_ number: Int) -> RunRecord {
        RunRecord(
            id: RunID(high: 0x019a_0000_0000_7000 + UInt64(number) << 16, low: 0x8000_5eed_0000_0000 | UInt64(number)),
            organization: organizations[number % organizations.count], agent: "support-answers",
            environment: "production", schema: 1, tokenID: "tok_019a2f6c4b7d8e90", versionNumber: 7,
            versionHash: hash, revision: 12, provider: "openai", model: "gpt-4.1-mini",
            keyID: "key_019a2f6c4b7d8e91", keySource: .platform, priceVersion: 42, hold: NanoCredits(4_200_000),
            estimatedInput: 311, interruptedCharge: NanoCredits(124_400), startedAt: time + Int64(number / 1_000))
    }

    private static let end = RunEnd(
        outcome: .succeeded,
        attempts: [
            RunAttempt(
                usage: MeteredUsage(Usage(uncachedInput: 187, cacheRead: 128, output: 64), isEstimated: false),
                cost: NanoCredits(190_000), listCost: NanoCredits(190_000), providerStatus: 200,
                providerRequestID: "req_5f1c2b7a9d3e4f60", reportedModel: "gpt-4.1-mini-2025-04-14")
        ], endedAt: time + 2_000)

    private final class Next: Sendable {
        private let next = Atomic(0)

        func take(below count: Int) -> Int? {
            let number = next.add(1, ordering: .relaxed).oldValue
            return number < count ? number : nil
        }
    }
}
