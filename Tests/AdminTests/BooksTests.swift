import Domain
import Foundation
import Storage
import Testing

@testable import Admin

@Suite struct BooksTests {
    private static let credits = "/api/v1/organizations/acme/credits"

    @Test func addsCreditsOnceAKey() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let zero = try await admin.call(.get, Self.credits)
            #expect(
                zero.text
                    == #"{"balance":"0","held":"0","available":"0","overdraft":"0","holds":"bound","expiring":[]}"#)
            func topUp(_ amount: String, key: String) async throws -> AdminHarness.Answer {
                try await admin.call(
                    .post, Self.credits + "/top-ups", #"{"amount":"\#(amount)","note":"n"}"#,
                    headers: ["Idempotency-Key": key])
            }
            let first = try await topUp("5.00", key: "a")
            #expect(first.status == 201 && first["entry.balance_change"] == "5" && first["credits.available"] == "5")
            let again = try await topUp("5", key: "a")
            #expect(again.status == 200 && again["entry.sequence"] == first["entry.sequence"])
            #expect(try await topUp("6", key: "a")["code"] == "idempotency_conflict")
            let inBody = #"{"amount":"0.000000001","idempotency_key":"b"}"#
            #expect(try await admin.call(.post, Self.credits + "/top-ups", inBody)["credits.balance"] == "5.000000001")
            for amount in ["0", "-1", "1e3", "0.0000000001", "x", "99999999999"] {
                #expect(try await topUp(amount, key: "c")["pointer"] == "/amount")
            }
            let keyless = try await admin.call(.post, Self.credits + "/top-ups", #"{"amount":"1"}"#)
            #expect(keyless.status == 400 && keyless["pointer"] == "/idempotency_key")
            let entries = try await admin.call(.get, Self.credits + "/entries?limit=1")
            #expect(entries["items.0.sequence"] == "2" && entries["next_cursor"] == "2")
            let rest = try await admin.call(.get, Self.credits + "/entries?cursor=2")
            #expect(rest["items.0.kind"] == "top_up" && rest["items.0.note"] == "n" && rest["next_cursor"] == nil)
            let audit = try await admin.call(.get, "/api/v1/audit")
            #expect(audit["items.0.action"] == "credits.top_up" && audit["items.1.details.amount"] == "5")
            #expect(audit["items.2.action"] == "version.create", "a repeated or refused top-up is no change")
        }
    }

    @Test func aTopUpThatMissedTheAuditLogIsNotedByTheNextTry() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            // As a process leaves it that ends between the books and the audit log.
            let now: Int64 = 1_795_000_000_000
            for (key, time) in [("late", now - 60_000), ("old", now - 8 * 86_400_000)] {
                let topUp = Posting(
                    organization: "acme", amount: NanoCredits(decimal: "5") ?? .zero, idempotencyKey: key,
                    actor: "adm_gone", note: "", time: time)
                _ = try await admin.ledger.post(topUp)
            }
            for key in ["late", "late", "old"] {
                let again = try await admin.call(
                    .post, Self.credits + "/top-ups", #"{"amount":"5"}"#, headers: ["Idempotency-Key": key])
                #expect(again.status == 200, "\(again.text)")
            }
            let audit = try await admin.call(.get, "/api/v1/audit")
            #expect(audit["items.0.action"] == "credits.top_up" && audit["items.0.details.entry"] == "1")
            #expect(audit["items.0.actor"] == "adm_gone" && audit["items.0.at"] == "2026-11-18T11:05:40.000Z")
            #expect(audit["items.1.action"] == "version.create", "once, and none that is too old to know")
        }
    }

    @Test func aTopUpHasOneKey() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let body = #"{"amount":"5","idempotency_key":"a"}"#
            let differ = try await admin.call(
                .post, Self.credits + "/top-ups", body, headers: ["Idempotency-Key": "b"])
            #expect(differ.status == 400 && differ["pointer"] == "/idempotency_key")
            let same = try await admin.call(.post, Self.credits + "/top-ups", body, headers: ["Idempotency-Key": "a"])
            #expect(same.status == 201)
            let noted = try await admin.call(
                .post, Self.credits + "/top-ups", #"{"amount":"5","note":"x","idempotency_key":"a"}"#)
            #expect(noted["code"] == "idempotency_conflict")
        }
    }

    @Test func inTheCloudCreditsComeFromThePlatform() async throws {
        try await AdminHarness.run(mode: .cloud) { admin in
            try await admin.seed()
            let billing = try await admin.store.createAdminToken(.billing, organization: "acme", by: .at(1)).secret
            let answer = try await admin.call(
                .post, Self.credits + "/top-ups", #"{"amount":"1"}"#, token: billing, headers: ["Idempotency-Key": "a"])
            #expect(answer.status == 403 && answer["code"] == "forbidden")
        }
    }

    private static func run(_ day: Int, _ agent: String, model: String, organization: String = "acme") -> RunRecord {
        RunRecord(
            id: RunID(milliseconds: Int64(day) * DailyUsage.millisecondsPerDay), organization: organization,
            agent: agent, environment: "production", schema: 1, tokenID: "tok_1", versionNumber: 1,
            versionHash: sha256Of("v"), revision: 1, provider: "simulated", model: model, keyID: "key_1",
            keySource: .platform, priceVersion: 7, hold: NanoCredits(1000),
            estimatedInput: 1, interruptedCharge: .zero, startedAt: Int64(day) * DailyUsage.millisecondsPerDay)
    }

    private static func settle(_ run: RunRecord, in ledger: Ledger) async throws {
        #expect(try await ledger.hold(run) == .held(run.hold))
        let usage = MeteredUsage(Usage(uncachedInput: 10, cacheRead: 1, output: 5), isEstimated: false)
        _ = try await ledger.settle(
            run.id,
            RunEnd(
                outcome: .succeeded, attempts: [RunAttempt(usage: usage, cost: NanoCredits(100))],
                endedAt: run.startedAt))
    }

    @Test func sumsUsageAndShowsRuns() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            for organization in ["acme", "rival"] {
                let topUp = Posting(
                    organization: organization, amount: NanoCredits(decimal: "1") ?? .zero, idempotencyKey: "k",
                    actor: "a", note: "", time: 1)
                _ = try await admin.ledger.post(topUp)
            }
            let first = try #require(Day("2026-11-01")).sinceEpoch
            let runs = [
                Self.run(first, "greeter", model: "sim-1"), Self.run(first, "greeter", model: "sim-2"),
                Self.run(first + 1, "greeter", model: "sim-1"), Self.run(first + 2, "other", model: "sim-1"),
                Self.run(first, "spy", model: "sim-1", organization: "rival"),
            ]
            for run in runs { try await Self.settle(run, in: admin.ledger) }
            let range = "organization=acme&from=2026-11-01&to=2026-11-02"
            let all = try await admin.call(.get, "/api/v1/usage?\(range)")
            #expect(all["items.2.day"] == "2026-11-02" && all["items.3"] == nil && all["total.runs"] == "3")
            let byModel = try await admin.call(.get, "/api/v1/usage?\(range)&by=model")
            #expect(byModel["items.0.model"] == "simulated/sim-1" && byModel["items.0.runs"] == "2")
            #expect(byModel["items.0.cost"] == "0.0000002" && byModel["items.0.usage.uncached_input"] == "20")
            #expect(byModel["items.0.day"] == nil && byModel["items.1.runs"] == "1" && byModel["items.2"] == nil)
            let total = try await admin.call(.get, "/api/v1/usage?organization=acme&from=2026-11-01&by=")
            #expect(total["items.0.runs"] == "4" && total["items.1"] == nil && total["total.cost"] == "0.0000004")

            let viewer = try await admin.store.createAdminToken(.viewer, organization: "acme", by: .at(1)).secret
            let own = try await admin.call(.get, "/api/v1/usage?from=2026-11-01", token: viewer)
            #expect(own["organization"] == "acme" && own["total.runs"] == "4")
            #expect(try await admin.call(.get, "/api/v1/usage?organization=rival", token: viewer).status == 404)
            let run = try await admin.call(.get, "/api/v1/runs/\(runs[0].id)", token: viewer)
            #expect(run["state"] == "succeeded" && run["agent"] == "greeter")
            #expect(try await admin.call(.get, "/api/v1/runs/\(runs[4].id)", token: viewer).status == 404)
            #expect(try await admin.call(.get, "/api/v1/runs/\(runs[4].id)").status == 200)
        }
    }

    @Test func verifiesTheLedger() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let topUp = Posting(
                organization: "acme", amount: NanoCredits(1_000_000), idempotencyKey: "k", actor: "a", note: "", time: 1
            )
            _ = try await admin.ledger.post(topUp)
            #expect(try await admin.ledger.hold(Self.run(1, "greeter", model: "sim-1")) == .held(NanoCredits(1000)))
            let answer = try await admin.call(.post, "/api/v1/ledger/verify")
            let head = try admin.ledger.head().hash
            #expect(
                answer.text
                    == #"{"clean":true,"entries":2,"organizations":1,"open_runs":1,"head":"\#(head)"}"#)
            let again = try await admin.call(.post, "/api/v1/ledger/verify")
            #expect(again.status == 200, "the first has let go")
        }
    }
}
