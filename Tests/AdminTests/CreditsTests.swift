import Domain
import Foundation
import HTTPTypes
import Security
import Storage
import Testing

@testable import Admin

/// What people do with credits, over the API.
@Suite struct CreditsTests {
    static let credits = "/api/v1/organizations/acme/credits"
    static let now: Int64 = 1_795_000_000_000

    static func run(
        _ number: UInt64, hold: Int64 = 1_000, source: KeySource = .platform, at time: Int64 = now,
        organization: String = "acme", model: String = "sim-1"
    ) -> RunRecord {
        RunRecord(
            id: RunID(high: 0, low: number), organization: organization, agent: "greeter", environment: "production",
            schema: 1, tokenID: "tok_1", versionNumber: 1, versionHash: sha256("v"), revision: 1,
            provider: "simulated", model: model, keyID: "key_1", keySource: source, priceVersion: 7,
            hold: NanoCredits(source == .exempt ? 0 : hold), estimatedInput: 12, interruptedCharge: NanoCredits(300),
            startedAt: time)
    }

    static func settle(_ run: RunRecord, cost: Int64, in ledger: Ledger, at time: Int64 = now) async throws {
        #expect(try await ledger.hold(run) == .held(run.hold))
        let attempt = RunAttempt(
            usage: MeteredUsage(Usage(uncachedInput: 10, output: 5), isEstimated: false), cost: NanoCredits(cost),
            providerStatus: 200, providerRequestID: "req_7", reportedModel: "sim-1-0613")
        _ = try await ledger.settle(run.id, RunEnd(outcome: .succeeded, attempts: [attempt], endedAt: time))
    }

    private static func post(
        _ list: String, _ body: String, key: String?, _ admin: AdminHarness, token: String? = nil
    ) async throws -> AdminHarness.Answer {
        let headers: KeyValuePairs<String, String> = key.map { ["Idempotency-Key": $0] } ?? [:]
        return try await admin.call(.post, credits + "/" + list, body, token: token, headers: headers)
    }

    @Test func anAdjustmentGoesEitherWayAndSaysWhy() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            func adjust(_ amount: String, key: String = "a", note: String = "n") async throws -> AdminHarness.Answer {
                try await Self.post(
                    "adjustments", #"{"amount":"\#(amount)","note":"\#(note)"}"#, key: key, admin)
            }
            for amount in ["0", "-0", "0.0000000001", "x", "1e3"] {
                #expect(try await adjust(amount)["pointer"] == "/amount", "\(amount)")
            }
            #expect(try await adjust("1", note: "")["pointer"] == "/note")
            #expect(try await Self.post("adjustments", #"{"amount":"1"}"#, key: "a", admin)["pointer"] == "/note")
            let keyless = try await Self.post("adjustments", #"{"amount":"1","note":"n"}"#, key: nil, admin)
            #expect(keyless.status == 400 && keyless["pointer"] == "/idempotency_key")

            let made = try await adjust("5")
            #expect(made.status == 201 && made["entry.kind"] == "adjustment" && made["entry.note"] == "n")
            #expect(made["entry.idempotency_key"] == "a" && made["credits.balance"] == "5")
            let again = try await adjust("5.0")
            #expect(again.status == 200 && again["entry.sequence"] == made["entry.sequence"])
            for (amount, note) in [("6", "n"), ("5", "another")] {
                let conflict = try await adjust(amount, note: note)
                #expect(conflict.status == 409 && conflict["code"] == "idempotency_conflict")
            }
            #expect(try await admin.ledger.hold(Self.run(1, hold: 2_000_000_000)) == .held(NanoCredits(2_000_000_000)))
            let tooMuch = try await adjust("-3.000000001", key: "b")
            #expect(tooMuch.status == 402 && tooMuch["code"] == "insufficient_credits")
            #expect(tooMuch["available"] == "3" && tooMuch["detail"]?.contains("3 credits are available") == true)
            let taken = try await adjust("-3", key: "b")
            #expect(taken.status == 201 && taken["credits.balance"] == "2" && taken["credits.available"] == "0")
            #expect(try await adjust("9223372036", key: "c")["pointer"] == "/amount")

            let audit = try await admin.call(.get, "/api/v1/audit")
            #expect(audit["items.0.action"] == "credits.adjust" && audit["items.0.details.amount"] == "-3")
            #expect(audit["items.1.details.amount"] == "5" && audit["items.2.action"] == "version.create")
        }
    }

    @Test func aRefundIsOfWhatIsLeftOfARunsCost() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            _ = try await Self.post("top-ups", #"{"amount":"1"}"#, key: "t", admin)
            try await Self.settle(Self.run(1), cost: 700, in: admin.ledger)
            try await Self.settle(Self.run(2, source: .exempt), cost: 700, in: admin.ledger)
            _ = try await admin.ledger.hold(Self.run(3))
            func refund(_ run: String, _ more: String = "", key: String = "a") async throws -> AdminHarness.Answer {
                try await Self.post("refunds", #"{"run":"\#(run)"\#(more)}"#, key: key, admin)
            }
            let id = Self.run(1).id.description
            for text in ["", "run_1", "x"] { #expect(try await refund(text)["pointer"] == "/run") }
            #expect(try await refund(id, #","amount":"-1""#)["pointer"] == "/amount")
            #expect(try await refund(id, #","amount":1"#)["pointer"] == "/amount")
            for number: UInt64 in [3, 9] {
                let unknown = try await refund(Self.run(number).id.description)
                #expect(unknown.status == 404 && unknown["pointer"] == "/run")
            }
            let above = try await refund(id, #","amount":"0.000000701""#)
            #expect(above.status == 400 && above["left"] == "0.0000007" && above["pointer"] == "/amount")
            let part = try await refund(id, #","amount":"0.0000002","note":"slow""#)
            #expect(part.status == 201 && part["entry.run"] == id && part["entry.note"] == "slow")
            let rest = try await refund(id, key: "b")
            #expect(rest.status == 201 && rest["entry.balance_change"] == "0.0000005" && rest["credits.balance"] == "1")
            let again = try await refund(id, key: "b")
            #expect(again.status == 200 && again["entry.sequence"] == rest["entry.sequence"])
            #expect(try await refund(id, key: "c")["left"] == "0")
            #expect(try await refund(Self.run(2).id.description, key: "c")["left"] == "0", "nothing was charged")
            #expect(try await refund(id, #","amount":"0.0000002""#, key: "b").status == 409)

            let rival = try await admin.call(
                .post, "/api/v1/organizations/rival/credits/refunds", #"{"run":"\#(id)"}"#,
                headers: ["Idempotency-Key": "a"])
            #expect(rival.status == 404 && rival["code"] == "not_found")
            let audit = try await admin.call(.get, "/api/v1/audit")
            #expect(audit["items.0.action"] == "credits.refund" && audit["items.0.details.run"] == id)
        }
    }

    @Test func aTopUpMayEnd() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            func topUp(_ end: String, key: String) async throws -> AdminHarness.Answer {
                try await Self.post("top-ups", #"{"amount":"5","expires_at":\#(end)}"#, key: key, admin)
            }
            for end in ["1", "\(Self.now)", #""2026-11-18T11:06:40Z""#, #""tomorrow""#, "true"] {
                #expect(try await topUp(end, key: "a")["pointer"] == "/expires_at", "\(end)")
            }
            let made = try await topUp(#""2027-01-01T00:00:00Z""#, key: "a")
            #expect(made.status == 201 && made["entry.expires_at"] == "2027-01-01T00:00:00.000Z")
            #expect(try await topUp(#""2027-01-01T00:00:00.000Z""#, key: "a").status == 200)
            #expect(try await topUp(#""2027-01-02T00:00:00Z""#, key: "a").status == 409)
            _ = try await topUp("\(Self.now + 1)", key: "b")
            let shown = try await admin.call(.get, Self.credits)
            #expect(shown["expiring.0.top_up"] == "2" && shown["expiring.1.left"] == "5")
            #expect(shown["expiring.1.expires_at"] == "2027-01-01T00:00:00.000Z" && shown["expiring.2"] == nil)
            // Long after: what is left of the second is taken back.
            _ = try await admin.ledger.post(
                Posting(
                    organization: "acme", amount: NanoCredits(1), idempotencyKey: "later", actor: "a", note: "",
                    time: Self.now + 5))
            let entries = try await admin.call(.get, Self.credits + "/entries")
            #expect(entries["items.1.kind"] == "expiry" && entries["items.1.top_up"] == "2")
            #expect(entries["items.1.balance_change"] == "-5" && entries["items.1.actor"] == nil)
        }
    }

    @Test func onlySoManyTopUpsMayEndAtOnce() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            for number in 0..<200 {
                _ = try await admin.ledger.post(
                    Posting(
                        organization: "acme", amount: NanoCredits(1), idempotencyKey: "\(number)", actor: "a", note: "",
                        time: Self.now, expiresAt: Self.now + 1_000))
            }
            let ends = #"{"amount":"1","expires_at":\#(Self.now + 9)}"#
            let refused = try await Self.post("top-ups", ends, key: "more", admin)
            #expect(refused.status == 400 && refused["pointer"] == "/expires_at")
            #expect(refused["detail"]?.contains("as many top-ups") == true)
            #expect(try await Self.post("top-ups", #"{"amount":"1"}"#, key: "more", admin).status == 201)
        }
    }

    @Test func entriesTellAllThatTheirKindHas() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            _ = try await Self.post("top-ups", #"{"amount":"1"}"#, key: "t", admin)
            _ = try await admin.call(.put, Self.credits + "/terms", #"{"overdraft":"2","holds":"estimate"}"#)
            try await Self.settle(Self.run(1), cost: 700, in: admin.ledger)
            let entries = try await admin.call(.get, Self.credits + "/entries")
            #expect(entries["items.0.kind"] == "settle" && entries["items.0.run"] == Self.run(1).id.description)
            #expect(entries["items.0.run_record.attempts.0.provider_request_id"] == "req_7")
            #expect(entries["items.0.run_record.key.source"] == "platform")
            #expect(entries["items.1.run_record.state"] == "open" && entries["items.1.run_record.hold"] == "1e-06")
            #expect(entries["items.2.kind"] == "terms" && entries["items.2.terms.holds"] == "estimate")
            #expect(entries["items.2.terms.overdraft"] == "2" && entries["items.2.run_record"] == nil)
            #expect(entries["items.3.kind"] == "top_up" && entries["items.3.terms"] == nil)
        }
    }

    @Test func runsThatACrashCutOffAreListed() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            _ = try await Self.post("top-ups", #"{"amount":"1"}"#, key: "t", admin)
            for number in 1...3 as ClosedRange<UInt64> { _ = try await admin.ledger.hold(Self.run(number)) }
            #expect(try await admin.ledger.closeInterrupted(at: Self.now + 60_000) == 3)
            let id = Self.run(2).id.description
            _ = try await Self.post("refunds", #"{"run":"\#(id)","amount":"0.0000001"}"#, key: "r", admin)
            let page = try await admin.call(.get, Self.credits + "/interrupted?limit=2")
            #expect(page["items.0.run"] == Self.run(3).id.description && page["items.2"] == nil)
            #expect(page["items.1.charged"] == "0.0000003" && page["items.1.refunded"] == "0.0000001")
            #expect(page["items.0.refunded"] == "0")
            #expect(page["items.0.key.id"] == "key_1" && page["items.0.model"] == "sim-1")
            #expect(page["items.0.started_at"] == "2026-11-18T11:06:40.000Z")
            #expect(page["items.0.closed_at"] == "2026-11-18T11:07:40.000Z")
            let cursor = try #require(page["next_cursor"])
            let rest = try await admin.call(.get, Self.credits + "/interrupted?cursor=\(cursor)")
            #expect(rest["items.0.run"] == Self.run(1).id.description && rest["next_cursor"] == nil)
            #expect(try await admin.call(.get, Self.credits + "/interrupted?cursor=x").status == 400)
            let none = try await admin.call(.get, "/api/v1/organizations/rival/credits/interrupted")
            #expect(none.text == #"{"items":[],"next_cursor":null}"#)
        }
    }

    @Test func termsAreSetWhole() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let path = Self.credits + "/terms"
            #expect(try await admin.call(.get, path).text == #"{"overdraft":"0","holds":"bound"}"#)
            for (body, pointer) in [
                (#"{"holds":"bound"}"#, "/overdraft"), (#"{"overdraft":"1"}"#, "/holds"),
                (#"{"overdraft":"-1","holds":"bound"}"#, "/overdraft"),
                (#"{"overdraft":1,"holds":"bound"}"#, "/overdraft"),
                (#"{"overdraft":"1","holds":"none"}"#, "/holds"), (#"{"overdraft":"1","holds":"bound","x":1}"#, "/x"),
            ] {
                #expect(try await admin.call(.put, path, body)["pointer"] == pointer, "\(body)")
            }
            for _ in 0..<2 {
                let set = try await admin.call(.put, path, #"{"overdraft":"10.0","holds":"estimate"}"#)
                #expect(set.status == 200 && set.text == #"{"overdraft":"10","holds":"estimate"}"#)
            }
            let shown = try await admin.call(.get, Self.credits)
            #expect(shown["available"] == "10" && shown["holds"] == "estimate" && shown["overdraft"] == "10")
            let audit = try await admin.call(.get, "/api/v1/audit")
            #expect(audit["items.0.action"] == "credits.terms" && audit["items.0.details.overdraft"] == "10")
            #expect(audit["items.1.action"] == "version.create", "the same again is no change")
        }
    }

    @Test func termsThatMissedTheAuditLogAreNotedByTheNextTry() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let caller = try #require(try admin.store.adminToken(secretHash: sha256(admin.owner))).id
            _ = try await admin.ledger.setTerms(
                "acme", CreditTerms(overdraft: NanoCredits(1_000_000_000)), actor: caller, time: Self.now - 60_000)
            for _ in 0..<2 {
                let body = #"{"overdraft":"1","holds":"bound"}"#
                #expect(try await admin.call(.put, Self.credits + "/terms", body).status == 200)
            }
            let audit = try await admin.call(.get, "/api/v1/audit")
            #expect(audit["items.0.action"] == "credits.terms" && audit["items.0.at"] == "2026-11-18T11:05:40.000Z")
            #expect(audit["items.1.action"] == "version.create")
        }
    }

    @Test func inTheCloudCreditsAndOverdraftsComeFromThePlatform() async throws {
        try await AdminHarness.run(mode: .cloud) { admin in
            try await admin.seed()
            let owner = try await admin.store.createAdminToken(.owner, organization: "acme", by: .at(1)).secret
            for (list, body) in [
                ("top-ups", #"{"amount":"1"}"#), ("adjustments", #"{"amount":"1","note":"n"}"#),
                ("refunds", #"{"run":"\#(Self.run(1).id)"}"#),
            ] {
                let answer = try await Self.post(list, body, key: "a", admin, token: owner)
                #expect(answer.status == 403 && answer["detail"]?.contains("cloud mode") == true)
            }
            func set(_ overdraft: String, _ holds: String, token: String?) async throws -> AdminHarness.Answer {
                try await admin.call(
                    .put, Self.credits + "/terms", #"{"overdraft":"\#(overdraft)","holds":"\#(holds)"}"#, token: token)
            }
            #expect(try await set("0", "estimate", token: owner).status == 403, "it is an overdraft by another name")
            #expect(try await set("0", "bound", token: owner).status == 200)
            #expect(try await set("1", "bound", token: owner).status == 403)
            #expect(try await set("5", "estimate", token: nil).status == 200)
            #expect(try await set("5", "bound", token: owner).status == 200)
            #expect(try await set("4", "bound", token: owner).status == 200)
            let raised = try await set("5", "bound", token: owner)
            #expect(raised.status == 403 && raised["pointer"] == "/overdraft")
            #expect(raised["detail"]?.contains("it is 4") == true)
        }
    }

    @Test func rolesAndOrganizationsAreKeptApart() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let posts = [
                ("top-ups", #"{"amount":"1"}"#), ("adjustments", #"{"amount":"1","note":"n"}"#),
                ("refunds", #"{"run":"\#(Self.run(1).id)"}"#),
            ]
            let reads = ["", "/entries", "/interrupted", "/terms", "/statements"]
            let terms = #"{"overdraft":"0","holds":"estimate"}"#
            for role in Role.allCases {
                let token = try await admin.store.createAdminToken(role, organization: "acme", by: .at(1)).secret
                let rival = try await admin.store.createAdminToken(role, organization: "rival", by: .at(1)).secret
                let mayWrite = role == .owner || role == .billing
                for (list, body) in posts {
                    let own = try await Self.post(list, body, key: "\(role)-\(list)", admin, token: token)
                    #expect((own.status == 403) == !mayWrite, "\(role) \(list)")
                    #expect(try await Self.post(list, body, key: "x", admin, token: rival).status == 404)
                }
                let put = try await admin.call(.put, Self.credits + "/terms", terms, token: token)
                #expect((put.status == 403) == !mayWrite)
                #expect(try await admin.call(.put, Self.credits + "/terms", terms, token: rival).status == 404)
                for read in reads {
                    #expect(try await admin.call(.get, Self.credits + read, token: token).status == 200)
                    #expect(try await admin.call(.get, Self.credits + read, token: rival).status == 404)
                }
            }
        }
    }
}
