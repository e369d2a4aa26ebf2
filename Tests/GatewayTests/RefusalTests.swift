import Domain
import JSON
import Storage
import Testing

@testable import Gateway

/// Every way out that is no success: its status, its code, and nothing charged that was not used.
@Suite(.timeLimit(.minutes(1))) struct RefusalTests {
    struct Row: Sendable {
        var name: String
        var body = #"{"messages":[{"role":"user","content":"Hello"}]}"#
        var secret: String? = GatewayFixture.secret
        var path = "/v1/chat/completions"
        var status: Int
        var code: String
    }

    static let rows = [
        Row(name: "no token", secret: nil, status: 401, code: "invalid_token"),
        Row(name: "unknown token", secret: "tg_nobody", status: 401, code: "invalid_token"),
        Row(name: "suspended", secret: "suspended", status: 401, code: "token_suspended"),
        Row(name: "revoked", secret: "revoked", status: 401, code: "token_revoked"),
        Row(name: "expired", secret: "expired", status: 401, code: "token_expired"),
        Row(name: "not JSON", body: "{", status: 400, code: "invalid_request"),
        Row(name: "no body", body: "", status: 400, code: "invalid_request"),
        Row(name: "an array", body: "[]", status: 400, code: "invalid_request"),
        Row(name: "wrong types", body: #"{"messages":"Hello"}"#, status: 400, code: "invalid_request"),
        Row(
            name: "unknown native field", body: #"{"inptu":{}}"#, path: "/v1/run", status: 400, code: "invalid_request"),
        Row(
            name: "an output maximum beyond any model",
            body: #"{"messages":[],"max_tokens":9223372036854775807,"n":2}"#,
            status: 400, code: "invalid_request"),
        Row(
            name: "another agent", body: #"{"model":"other","messages":[]}"#, status: 403, code: "scope_mismatch"),
        Row(
            name: "another environment", body: #"{"model":"support/staging","messages":[]}"#, status: 403,
            code: "scope_mismatch"),
        Row(
            name: "a schema with nothing deployed", body: #"{"model":"support/#2/production","messages":[]}"#,
            status: 404, code: "not_deployed"),
        Row(name: "no such route", path: "/v1/nothing", status: 404, code: "not_found"),
        Row(name: "wrong method", path: "/v1/models", status: 405, code: "method_not_allowed"),
    ]

    @Test func requestsThatCannotRun() async throws {
        let gateway = try await GatewayFixture()
        try await gateway.token("suspended") { $0.state = .suspended }
        try await gateway.token("revoked") { $0.state = .revoked }
        try await gateway.token("expired") { $0.expiresAt = 1 }
        for row in Self.rows {
            let reply = try await gateway.call("POST", row.path, row.body, secret: row.secret)
            #expect(reply.status == row.status, "\(row.name)")
            #expect(reply.code == row.code, "\(row.name)")
            #expect(reply.json?.member("error")?.member("message")?.string?.isEmpty == false, "\(row.name)")
            #expect(reply.head["x-request-id"]?.isEmpty == false, "\(row.name)")
        }
        #expect(try gateway.balance().balance == NanoCredits(1_000_000_000))
        #expect(try await gateway.chat().status == 200)
        try await gateway.stop()
    }

    struct Fault: Sendable {
        var name: String
        var status: Int
        var code: String
        /// Whether the provider may have billed: then an estimate is charged.
        var isCharged = false
    }

    static let faults = [
        Fault(name: "refuse", status: 502, code: "provider_error"),
        Fault(name: "hang", status: 504, code: "deadline_exceeded"),
        Fault(name: "401", status: 502, code: "provider_error"),
        Fault(name: "429", status: 429, code: "rate_limited"),
        Fault(name: "insufficient_quota", status: 502, code: "provider_error"),
        Fault(name: "500", status: 502, code: "provider_error"),
        Fault(name: "503", status: 502, code: "provider_error"),
        Fault(name: "redirect", status: 502, code: "provider_error"),
        Fault(name: "html", status: 502, code: "provider_error"),
        Fault(name: "huge-headers", status: 502, code: "provider_error"),
        Fault(name: "malformed", status: 502, code: "provider_error", isCharged: true),
        Fault(name: "truncate", status: 502, code: "provider_error", isCharged: true),
        Fault(name: "reset", status: 502, code: "provider_error", isCharged: true),
    ]

    @Test(arguments: faults) func providersThatFail(_ fault: Fault) async throws {
        let gateway = try await GatewayFixture { if fault.name == "hang" { $0.timeouts.firstByte = 200 } }
        try await gateway.fetchSimulator("POST", "/_simulator/faults", #"{"next":["\#(fault.name)"]}"#)
        let reply = try await gateway.chat()
        #expect(reply.status == fault.status && reply.code == fault.code, "\(reply.text)")
        #expect(!reply.text.contains("provider-secret"))
        let id = try #require(reply.head["tollgate-run-id"].flatMap { RunID($0) })
        let end = try #require(try gateway.ledger.run(id)?.end)
        #expect(end.outcome == .failed && end.errorCode == fault.code)
        #expect((end.cost > .zero) == fault.isCharged && end.usage.isEstimated == fault.isCharged)
        #expect((reply.head["x-should-retry"] == "false") == fault.isCharged)
        #expect(try gateway.balance().held == .zero)
        #expect(try await gateway.chat().status == 200)
        guard case .clean = try LedgerAudit.verify(gateway.ledger) else {
            Issue.record("the books are not clean")
            return
        }
        try await gateway.stop()
    }

    /// After the first byte an error is an event, and what was relayed is charged by estimate.
    @Test(arguments: ["truncate", "reset", "malformed", "error-event"])
    func streamsThatBreakOff(_ fault: String) async throws {
        let gateway = try await GatewayFixture()
        try await gateway.fetchSimulator("POST", "/_simulator/faults", #"{"next":["\#(fault)"]}"#)
        let reply = try await gateway.chat(#","stream":true"#)
        #expect(reply.text.contains(#""code":"provider_error""#), "\(reply.text)")
        #expect(!reply.text.contains("[DONE]"))
        let id = try #require(reply.head["tollgate-run-id"].flatMap { RunID($0) })
        let end = try #require(try gateway.ledger.run(id)?.end)
        #expect(end.outcome == .failed && end.usage.isEstimated && end.cost > .zero)
        #expect(try gateway.balance().held == .zero)
        try await gateway.stop()
    }

    @Test func anAnswerWithoutUsageIsEstimatedAndSaysSo() async throws {
        let gateway = try await GatewayFixture()
        for extra in ["", #","stream":true"#] {
            try await gateway.fetchSimulator("POST", "/_simulator/faults", #"{"next":["no-usage"]}"#)
            let reply = try await gateway.chat(extra)
            let id = try #require(reply.head["tollgate-run-id"].flatMap { RunID($0) })
            let end = try #require(try gateway.ledger.run(id)?.end)
            #expect(end.outcome == .succeeded && end.usage.isEstimated && end.usage.usage.output > 0)
            #expect(end.cost > .zero)
        }
        try await gateway.stop()
    }

    @Test func aBodyBeyondTheLimitIsRefused() async throws {
        let gateway = try await GatewayFixture { $0.maximumBodyBytes = 1_000 }
        let reply = try await gateway.chat(#","user":"\#(String(repeating: "x", count: 2_000))""#)
        #expect(reply.status == 413 && reply.code == "request_too_large")
        #expect(try await gateway.chat().status == 200)
        try await gateway.stop()
    }

    @Test func withoutAUsableKeyNothingIsSent() async throws {
        let gateway = try await GatewayFixture()
        let tables = gateway.catalog.tables
        _ = try await gateway.catalog.writer.perform { transaction throws(StorageError) in
            try transaction.delete(tables.prices, PricedModel(provider: "simulated", model: "sim-1").key)
        }
        #expect(try await gateway.chat().code == "no_usable_key")
        _ = try await gateway.catalog.writer.perform { transaction throws(StorageError) in
            try transaction.delete(tables.providerKeys, Key("", "simulated", "key_1"))
        }
        let reply = try await gateway.chat()
        #expect(reply.status == 503 && reply.code == "no_usable_key" && reply.head["retry-after"] != nil)
        #expect(try await gateway.served()?.elements().isEmpty == true)
        try await gateway.stop()
    }

    /// Disabling a leaked key must not make its owner pay for the platform's.
    @Test func aDisabledKeyOfOnesOwnIsNotReplacedByThePlatforms() async throws {
        let gateway = try await GatewayFixture()
        let tables = gateway.catalog.tables
        let own = ProviderKeyRecord(
            id: "key_2", owner: "acme", provider: "simulated", state: .disabled, sealed: [], createdAt: 0,
            createdBy: "test")
        _ = try await gateway.catalog.writer.perform { transaction throws(StorageError) in
            try transaction.put(tables.providerKeys, own.key, own.encoded)
        }
        #expect(try await gateway.chat().code == "no_usable_key")
        #expect(try await gateway.served()?.elements().isEmpty == true)
        try await gateway.stop()
    }

    /// The promise itself: what finishes a run is kept back until it is on the books.
    @Test(arguments: ["", #","stream":true"#]) func anAnswerThatCannotBeSettledIsNotSeenToFinish(
        _ extra: String
    ) async throws {
        let gateway = try await GatewayFixture()
        try await gateway.fetchSimulator("POST", "/_simulator/barrier", #"{"closed":true}"#)
        async let waiting = gateway.chat(extra)
        while try gateway.ledger.openRuns().isEmpty { await Task.yield() }
        await gateway.ledger.close()
        try await gateway.fetchSimulator("POST", "/_simulator/barrier", #"{"closed":false}"#)
        let reply = try await waiting
        #expect(reply.text.contains("ledger_unavailable") && !reply.text.contains("[DONE]"))
        #expect(!reply.text.contains(#""finish_reason":"stop""#), "\(reply.text)")
        #expect(extra != "" || (reply.status == 503 && reply.head["x-should-retry"] == "false"))
        #expect(try gateway.balance().held > .zero)
        try await gateway.stop()
    }

    @Test func aLedgerThatTakesNothingStopsRunsBeforeTheyAreSent() async throws {
        let gateway = try await GatewayFixture()
        await gateway.ledger.close()
        let reply = try await gateway.chat()
        #expect(reply.status == 503 && reply.code == "ledger_unavailable")
        #expect(try await gateway.served()?.elements().isEmpty == true)
        try await gateway.stop()
    }
}
