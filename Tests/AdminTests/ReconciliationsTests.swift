import Domain
import Foundation
import Storage
import Testing

@testable import Admin

@Suite struct ReconciliationsTests {
    private static let path = "/api/v1/reconciliations"

    /// Two organizations' runs of the same model on 1 November: 1,200 tokens in, 300 out, 0.0021 credits at the list's
    /// price, half of it charged; and one on a customer's key, which is no matter of the platform's bill.
    private static func seed(_ admin: AdminHarness) async throws {
        try await admin.seed()
        let time = Int64(try #require(Day("2026-11-01")).sinceEpoch) * DailyUsage.millisecondsPerDay + 1_000
        let runs: [(organization: String, key: String, source: KeySource)] = [
            ("acme", "key_1", .platform), ("acme", "key_1", .platform), ("rival", "key_1", .platform),
            ("acme", "key_own", .customer),
        ]
        for (number, (organization, key, source)) in runs.enumerated() {
            let topUp = Posting(
                organization: organization, amount: NanoCredits(1_000_000_000), idempotencyKey: "k", actor: "a",
                note: "", time: 1)
            _ = try await admin.ledger.post(topUp)
            let run = RunRecord(
                id: RunID(milliseconds: time + Int64(number)), organization: organization, agent: "greeter",
                environment: "production", schema: 1, tokenID: "tok_1", versionNumber: 1,
                versionHash: sha256Of("v"), revision: 1, provider: "simulated", model: "sim-1", keyID: key,
                keySource: source, priceVersion: 1, hold: NanoCredits(1_000_000), estimatedInput: 1,
                interruptedCharge: .zero, startedAt: time)
            #expect(try await admin.ledger.hold(run) == .held(run.hold))
            let attempt = RunAttempt(
                usage: MeteredUsage(Usage(uncachedInput: 300, cacheRead: 100, output: 100), isEstimated: number == 0),
                cost: NanoCredits(350_000), listCost: NanoCredits(700_000))
            _ = try await admin.ledger.settle(
                run.id, RunEnd(outcome: .succeeded, attempts: [attempt], endedAt: time))
        }
    }

    private static let bill = """
        date,model,input_tokens,cached_input_tokens,output_tokens,requests,cost
        2026-11-01,sim-1-2026-01-31,1200,300,300,3,0.0021
        """

    @Test func comparesAndKeepsHowItCameOut() async throws {
        try await AdminHarness.run { admin in
            try await Self.seed(admin)
            let strict = "&tolerance=0&tolerance_credits=0"
            let same = try await admin.call(.post, Self.path + "?provider=generic" + strict, Self.bill)
            #expect(same.status == 200 && same["within_tolerance"] == "true", "\(same.text)")
            #expect(same["rows.0.model"] == "sim-1" && same["rows.0.billed_as.0"] == "sim-1-2026-01-31")
            #expect(same["rows.0.runs"] == "3" && same["rows.0.estimated_runs"] == "1" && same["rows.1"] == nil)
            #expect(same["total.capture_rate"] == "1" && same["total.recorded.cost"] == "0.0021")
            #expect(same["total.billed.cache_write_tokens"] == nil && same["capture_basis"] == "cost")
            #expect(same["by.1"] == "model" && same["by.2"] == nil && same["from"] == "2026-11-01")

            let more = Self.bill.replacingOccurrences(of: "0.0021", with: "0.0042")
            let path = Self.path + "?provider=generic&ledger_provider=simulated" + strict
            let other = try await admin.call(.post, path, more)
            #expect(other["within_tolerance"] == "false" && other["rows_outside"] == "1")
            #expect(other["rows.0.outside.0"] == "cost" && other["rows.0.outside.1"] == nil)
            #expect(other["rows.0.difference.cost"] == "-0.0021" && other["rows.0.capture_rate"] == "0.5")

            let kept = try await admin.call(.get, Self.path)
            #expect(kept["items.0.ledger_provider"] == nil && kept["items.0.capture_rate"] == "1")
            #expect(kept["items.1.ledger_provider"] == "simulated" && kept["items.1.difference"] == "-0.0021")
            #expect(kept["items.1.within_tolerance"] == "false" && kept["items.2"] == nil)
            let audit = try await admin.call(.get, "/api/v1/audit")
            #expect(audit["items.0.action"] == "ledger.reconcile" && audit["items.0.details.capture_rate"] == "0.5")
        }
    }

    @Test func comparesKeysWhereTheyAreKnown() async throws {
        try await AdminHarness.run { admin in
            try await Self.seed(admin)
            let bill = "date,model,key,input_tokens,output_tokens\n2026-11-01,sim-1,theirs,1200,300\n"
            let path = Self.path + "?provider=generic"
            let unknown = try await admin.call(.post, path, bill)
            #expect(unknown["by.2"] == nil && unknown["within_tolerance"] == "true")
            let mapped = try await admin.call(.post, path + "&key_map=theirs=key_1", bill)
            #expect(mapped["rows.0.key"] == "key_1" && mapped["within_tolerance"] == "true")
            let own = bill.replacingOccurrences(of: "theirs,1200,300", with: "key_own,400,100")
            #expect(try await admin.call(.post, path, own)["within_tolerance"] == "false")
            let ofOne = try await admin.call(.post, path + "&key=key_own", own)
            #expect(ofOne["rows.0.key"] == "key_own" && ofOne["within_tolerance"] == "true")
        }
    }

    @Test func takesTheDaysAskedFor() async throws {
        try await AdminHarness.run { admin in
            try await Self.seed(admin)
            let path = Self.path + "?provider=generic&from=2026-11-02&to=2026-11-03"
            let answer = try await admin.call(.post, path, Self.bill)
            #expect(answer["within_tolerance"] == "true" && answer["rows.0"] == nil && answer["to"] == "2026-11-03")
            let none = try await admin.call(.post, Self.path + "?provider=generic", "date,cost\n")
            #expect(none.status == 400 && none["detail"]?.contains("covers no day") == true)
        }
    }

    static let refused: [(query: String, body: String, word: String)] = [
        ("", bill, "provider"), ("provider=mistral", bill, "provider"),
        ("provider=generic&tolerence=1", bill, "tolerence"),
        ("provider=generic&from=yesterday", bill, "from"), ("provider=generic&from=2026-11-02", bill, "after"),
        ("provider=generic&from=2020-01-01", bill, "732"), ("provider=generic&tolerance=101", bill, "percentage"),
        ("provider=generic&tolerance_credits=-1", bill, "credits"),
        ("provider=generic&tolerance_tokens=1.5", bill, "tokens"), ("provider=generic&model_map=a", bill, "model_map"),
        ("provider=generic&key_map=a=b,a=c", bill, "key_map"),
        ("provider=generic&ledger_provider=", bill, "ledger_provider"),
        ("provider=generic", "date,cost\n2026-11-01,x\n", "line 2: cost"), ("provider=openai", "{}", "results"),
        ("provider=openai", "", "empty"),
    ]

    @Test(arguments: refused)
    func refuses(_ query: String, _ body: String, _ word: String) async throws {
        try await AdminHarness.run { admin in
            let answer = try await admin.call(.post, Self.path + "?" + query, body)
            #expect(answer.status == 400 && answer["code"] == "invalid_request", "\(answer.text)")
            #expect(answer["detail"]?.contains(word) == true, "\(answer.text)")
            #expect(try await admin.call(.get, Self.path).text == #"{"items":[]}"#)
        }
    }

    @Test func saysWhereTheFileIsNone() async throws {
        try await AdminHarness.run { admin in
            let body = "{\"data\":[]}\n{\"data\":[{\"start_time\":1,\"results\":[{\"input_tokens\":-1}]}]}"
            let answer = try await admin.call(.post, Self.path + "?provider=openai", body)
            #expect(answer["input_line"] == "2" && answer["pointer"] == "/data/0/results/0/input_tokens")
        }
    }

    @Test func isForThosePayingForAll() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let path = Self.path + "?provider=generic"
            for (role, organization, status) in [
                (.billing, nil, 200), (.owner, nil, 200), (.viewer, nil, 403), (.deployer, nil, 403),
                (.owner, "acme", 403), (.billing, "acme", 403),
            ] as [(Role, String?, Int)] {
                let token = try await admin.store.createAdminToken(role, organization: organization, by: .at(1)).secret
                #expect(try await admin.call(.post, path, Self.bill, token: token).status == status, "\(role)")
                let read = organization == nil ? 200 : 403
                #expect(try await admin.call(.get, Self.path, token: token).status == read, "\(role)")
            }
        }
    }

    @Test func aFileMayBeLargerThanOtherBodies() async throws {
        try await AdminHarness.run { admin in
            let row = "2026-11-01,sim-1,0.000000001\n"
            let rows = String(repeating: row, count: AdminRouter.maximumBodyBytes / row.utf8.count + 1)
            let answer = try await admin.call(.post, Self.path + "?provider=generic", "date,model,cost\n" + rows)
            #expect(answer.status == 200 && answer["rows.1"] == nil)
            let large = try await admin.call(.post, "/api/v1/organizations", rows)
            #expect(large.status == 413)
        }
    }
}
