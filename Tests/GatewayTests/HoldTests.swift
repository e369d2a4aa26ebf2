import Domain
import JSON
import Storage
import Synchronization
import Testing

@testable import Gateway

/// What is held, what of it ends, and what a run is charged for what its provider left unsaid.
@Suite(.timeLimit(.minutes(1))) struct HoldTests {
    private func run(_ reply: GatewayFixture.Reply, _ gateway: GatewayFixture) throws -> RunRecord {
        let id = try #require(reply.head["tollgate-run-id"].flatMap { RunID($0) })
        return try #require(try gateway.ledger.run(id))
    }

    /// What the terms say is asked at the hold itself: the next run goes by new ones.
    @Test func anEstimateIsHeldWhereTheTermsAskForIt() async throws {
        let gateway = try await GatewayFixture()
        let asks = #","max_tokens":100,"user":"\#(String(repeating: "x", count: 4_000))""#
        let bound = try run(try await gateway.chat(asks), gateway).hold
        _ = try await gateway.ledger.setTerms("acme", CreditTerms(holds: .estimate), actor: "ann", time: 1)
        let estimated = try run(try await gateway.chat(asks), gateway)
        #expect(.zero < estimated.hold && estimated.hold < bound)
        #expect(estimated.hold >= estimated.interruptedCharge)
        // A token of input is a nano-credit, one of output four.
        #expect(estimated.hold == NanoCredits(estimated.estimatedInput + 4 * 100))
        #expect(bound >= NanoCredits(4_000 + 4 * 100))
        _ = try await gateway.ledger.setTerms("acme", CreditTerms(), actor: "ann", time: 1)
        #expect(try run(try await gateway.chat(asks), gateway).hold == bound)
        try await gateway.stop()
    }

    @Test func creditsThatEndAreTakenBackWithoutARun() async throws {
        let gateway = try await GatewayFixture()
        for (key, end) in [("b", nil), ("a", 1)] as [(String, Int64?)] {
            _ = try await gateway.ledger.post(
                Posting(
                    organization: "quiet", amount: NanoCredits(5), idempotencyKey: key, actor: "", note: "", time: 0,
                    expiresAt: end))
        }
        try await gateway.until { try gateway.ledger.balance("quiet").balance == NanoCredits(5) }
        #expect(try gateway.ledger.entries("quiet", limit: 5).map(\.kind) == [.expiry, .topUp, .topUp])
        try await gateway.stop()
    }

    /// Credits that end are spent until they do by the run's own clock, and then it is as if they had never been.
    @Test func noRunSpendsWhatHasEnded() async throws {
        let clock = Clock()
        let gateway = try await GatewayFixture(credits: 1) { $0.now = { clock.now } }
        _ = try await gateway.ledger.post(
            Posting(
                organization: "acme", amount: NanoCredits(1_000_000), idempotencyKey: "gift", actor: "", note: "",
                time: clock.now, expiresAt: clock.now + 1_000))
        #expect(try await gateway.chat().status == 200)
        clock.now += 1_000
        #expect(try await gateway.chat().code == "insufficient_credits")
        #expect(try gateway.balance().balance <= NanoCredits(1))
        try await gateway.stop()
    }
}

/// Stands still until it is set.
private final class Clock: Sendable {
    private let time = Mutex<Int64>(1_800_000_000_000)

    /// Milliseconds since 1970.
    var now: Int64 {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }
}
