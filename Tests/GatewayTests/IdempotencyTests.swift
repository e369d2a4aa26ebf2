import Domain
import JSON
import Storage
import Testing
import Transport

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct IdempotencyTests {
    private static let hello = #"{"messages":[{"role":"user","content":"Hello"}]}"#
    private static let streamed =
        #"{"messages":[{"role":"user","content":"Hello"}],"stream":true,"stream_options":{"include_usage":true}}"#

    private func served(_ gateway: GatewayFixture) async throws -> Int {
        let rows = try await gateway.served()
        return try #require(rows?.elements()).count
    }

    private func isClean(_ gateway: GatewayFixture) throws -> Bool {
        guard case .clean(let report) = try LedgerAudit.verify(gateway.ledger) else { return false }
        return report.openRuns == 0
    }

    /// But for what is each response's own.
    private func headers(_ reply: GatewayFixture.Reply) -> Set<String> {
        let own: Set = [
            "x-request-id", "tollgate-overhead-us", "tollgate-idempotent-replayed", "transfer-encoding", "date",
        ]
        return Set(reply.head.headers.filter { !own.contains($0.name.lowercased()) }.map { "\($0.name): \($0.value)" })
    }

    struct Route: Sendable {
        var path: String
        var body: String
    }

    static let routes = [
        Route(path: "/v1/chat/completions", body: hello), Route(path: "/v1/chat/completions", body: streamed),
        Route(path: "/v1/run", body: hello),
        Route(path: "/v1/run", body: #"{"messages":[{"role":"user","content":"Hello"}],"stream":true}"#),
    ]

    @Test(arguments: routes) func aRepeatGetsTheSameBytesAndHeaders(_ route: Route) async throws {
        let gateway = try await GatewayFixture()
        let key = [("Idempotency-Key", "order 66, retry")]
        let first = try await gateway.call("POST", route.path, route.body, headers: key)
        let balance = try gateway.balance()
        #expect(first.status == 200 && first.head["tollgate-idempotent-replayed"] == nil)
        // The deployment moved meanwhile: the response does not.
        try await gateway.deploy(model: "sim-2", number: 2)
        for _ in 0..<3 {
            let again = try await gateway.call("POST", route.path, route.body, headers: key)
            #expect(
                again.status == 200 && again.body == first.body && again.head["tollgate-idempotent-replayed"] == "true")
            #expect(headers(again) == headers(first))
            #expect(again.head["x-request-id"] != first.head["x-request-id"])
        }
        #expect(try await served(gateway) == 1)
        #expect(try gateway.balance() == balance)
        #expect(try isClean(gateway))
        let other = try await gateway.call("POST", route.path, route.body, headers: [("Idempotency-Key", "another")])
        #expect(other.head["tollgate-run-id"] != first.head["tollgate-run-id"])
        #expect(try await served(gateway) == 2)
        try await gateway.stop()
    }

    @Test func anotherRequestUnderTheKeyIsAConflict() async throws {
        let gateway = try await GatewayFixture()
        let key = [("Idempotency-Key", "k")]
        let first = try await gateway.call("POST", "/v1/chat/completions", Self.hello, headers: key)
        for (path, body) in [("/v1/chat/completions", Self.streamed), ("/v1/run", Self.hello), ("/v1/run", "{")] {
            let reply = try await gateway.call("POST", path, body, headers: key)
            #expect(reply.status == 409 && reply.code == "idempotency_conflict")
            #expect(reply.head["x-should-retry"] == "false")
            #expect(reply.head["tollgate-run-id"] == first.head["tollgate-run-id"])
            #expect(reply.json?.member("error")?.member("run_id")?.string == first.head["tollgate-run-id"])
        }
        // The same under Groq's prefix.
        let same = try await gateway.call("POST", "/openai/v1/chat/completions", Self.hello, headers: key)
        #expect(same.status == 200 && same.body == first.body)
        #expect(try await served(gateway) == 1)
        try await gateway.stop()
    }

    @Test func aKeyIsOfItsToken() async throws {
        let gateway = try await GatewayFixture()
        try await gateway.token("tg_other_0123456789") { $0.id = "tok_2" }
        let key = [("Idempotency-Key", "k")]
        let first = try await gateway.call("POST", "/v1/run", Self.hello, headers: key)
        let other = try await gateway.call(
            "POST", "/v1/run", Self.hello, secret: "tg_other_0123456789", headers: key)
        #expect(other.status == 200 && other.head["tollgate-run-id"] != first.head["tollgate-run-id"])
        #expect(try await gateway.call("POST", "/v1/run", Self.hello, secret: "tg_no", headers: key).status == 401)
        try await gateway.stop()
    }

    @Test(arguments: [[String(repeating: "k", count: 201)], ["k\u{e9}"], ["a", "b"], ["a", "a"]])
    func aKeyThatIsNoneIsRefused(_ keys: [String]) async throws {
        let gateway = try await GatewayFixture()
        let headers = keys.map { ("Idempotency-Key", $0) }
        let reply = try await gateway.call("POST", "/v1/run", Self.hello, headers: headers)
        #expect(reply.status == 400 && reply.code == "invalid_request", "\(reply.text)")
        #expect(try await served(gateway) == 0)
        try await gateway.stop()
    }

    @Test func theLongestKeyIsTaken() async throws {
        let gateway = try await GatewayFixture()
        let key = [("Idempotency-Key", String(repeating: "~", count: 200))]
        for _ in 0..<2 {
            #expect(try await gateway.call("POST", "/v1/run", Self.hello, headers: key).status == 200)
        }
        #expect(try await served(gateway) == 1)
        try await gateway.stop()
    }

    /// On several loops, with the first under way: all others wait and get its response.
    @Test(arguments: routes) func repeatsWaitForTheRunUnderWay(_ route: Route) async throws {
        let gateway = try await GatewayFixture { $0.loops = 4 }
        try await gateway.fetchSimulator("POST", "/_simulator/barrier", #"{"closed":true}"#)
        let replies = try await withThrowingTaskGroup(of: GatewayFixture.Reply.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await gateway.call("POST", route.path, route.body, headers: [("Idempotency-Key", "k")])
                }
            }
            try await gateway.until { gateway.waitingRepeats == 19 }
            try await gateway.fetchSimulator("POST", "/_simulator/barrier", #"{"closed":false}"#)
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let first = try #require(replies.first { $0.head["tollgate-idempotent-replayed"] == nil })
        for reply in replies {
            #expect(reply.status == 200 && reply.body == first.body && headers(reply) == headers(first))
        }
        #expect(replies.filter { $0.head["tollgate-idempotent-replayed"] == "true" }.count == 19)
        #expect(try await served(gateway) == 1)
        #expect(try isClean(gateway))
        try await gateway.stop()
    }

    /// The key is free for the SDK's own retry, and those who wait go on with a run of their own.
    @Test(arguments: ["429", "500", "refuse"]) func aFailureNobodyPaidForFreesTheKey(_ fault: String) async throws {
        let gateway = try await GatewayFixture()
        let key = [("Idempotency-Key", "k")]
        try await gateway.fetchSimulator("POST", "/_simulator/faults", #"{"next":["\#(fault)"]}"#)
        let failed = try await gateway.call("POST", "/v1/run", Self.hello, headers: key)
        #expect(failed.status >= 429 && failed.head["x-should-retry"] == nil)
        let retried = try await gateway.call("POST", "/v1/run", Self.hello, headers: key)
        #expect(retried.status == 200 && retried.head["tollgate-idempotent-replayed"] == nil)
        let again = try await gateway.call("POST", "/v1/run", Self.hello, headers: key)
        #expect(again.body == retried.body && again.head["tollgate-idempotent-replayed"] == "true")
        #expect(try isClean(gateway))
        try await gateway.stop()
    }

    /// What was charged is answered again, as it was, and not tried again.
    @Test(arguments: [("malformed", hello), ("truncate", hello), ("truncate", streamed), ("error-event", streamed)])
    func aFailureThatWasChargedIsAnsweredAgain(_ fault: String, _ body: String) async throws {
        let gateway = try await GatewayFixture()
        let key = [("Idempotency-Key", "k")]
        try await gateway.fetchSimulator("POST", "/_simulator/faults", #"{"next":["\#(fault)"]}"#)
        let failed = try await gateway.call("POST", "/v1/chat/completions", body, headers: key)
        let balance = try gateway.balance()
        #expect(failed.text.contains("provider_error"))
        let again = try await gateway.call("POST", "/v1/chat/completions", body, headers: key)
        #expect(again.status == failed.status && again.body == failed.body)
        #expect(headers(again) == headers(failed))
        #expect(again.status == 200 || again.head["x-should-retry"] == "false")
        #expect(try gateway.balance() == balance && balance.balance < NanoCredits(1_000_000_000))
        #expect(try await served(gateway) <= 1)
        try await gateway.stop()
    }

    @Test func refusalsBeforeTheHoldTakeNoKey() async throws {
        let gateway = try await GatewayFixture(credits: 1)
        let key = [("Idempotency-Key", "k")]
        #expect(try await gateway.call("POST", "/v1/run", #"{"schema":9}"#, headers: key).status == 404)
        #expect(try await gateway.call("POST", "/v1/run", "{", headers: key).status == 400)
        #expect(try await gateway.call("POST", "/v1/run", Self.hello, headers: key).status == 402)
        _ = try await gateway.ledger.post(
            Posting(
                organization: "acme", amount: NanoCredits(1_000_000_000), idempotencyKey: "more", actor: "", note: "",
                time: 0))
        #expect(try await gateway.call("POST", "/v1/run", Self.hello, headers: key).status == 200)
        try await gateway.stop()
    }

    /// It ended and is too large to keep: that is said, and nothing is made again.
    @Test(arguments: [hello, streamed]) func aResponseThatIsNotKeptIsSaidToBeSo(_ body: String) async throws {
        let gateway = try await GatewayFixture { $0.maximumKeptResponseBytes = 50 }
        let key = [("Idempotency-Key", "k")]
        let first = try await gateway.call("POST", "/v1/chat/completions", body, headers: key)
        #expect(first.status == 200)
        let again = try await gateway.call("POST", "/v1/chat/completions", body, headers: key)
        #expect(again.status == 409 && again.code == "idempotency_conflict")
        #expect(again.head["x-should-retry"] == "false")
        let error = try #require(again.json?.member("error"))
        let id = try #require(first.head["tollgate-run-id"])
        #expect(error.member("run_id")?.string == id)
        let run = try #require(RunID(id))
        let cost = try #require(try gateway.ledger.run(run)?.end?.cost)
        #expect(error.member("charged").map { String(decoding: $0.raw, as: UTF8.self) } == "\(cost)")
        #expect(try await served(gateway) == 1)
        try await gateway.stop()
    }

    /// The client leaves, the run goes on, and its response waits for the client's next try.
    @Test(arguments: [hello, streamed]) func aClientThatLeavesFindsItsResponseLater(_ body: String) async throws {
        let gateway = try await GatewayFixture()
        try await gateway.fetchSimulator("POST", "/_simulator/barrier", #"{"closed":true}"#)
        let request = ExchangeRequest(
            method: "POST", url: gateway.base + "/v1/chat/completions",
            headers: [
                ("Authorization", "Bearer \(GatewayFixture.secret)"), ("Content-Type", "application/json"),
                ("Idempotency-Key", "k"),
            ],
            body: Array(body.utf8))
        let leaving = gateway.lane.start(request)
        try await gateway.until { try !gateway.ledger.openRuns().isEmpty }
        let open = try gateway.ledger.openRuns()
        let id = try #require(open.first?.id)
        // One more waits, and leaves too.
        let waiting = gateway.lane.start(request)
        try await gateway.until { gateway.waitingRepeats == 1 }
        waiting.cancel()
        try await gateway.until { gateway.waitingRepeats == 0 }
        leaving.cancel()
        try await gateway.fetchSimulator("POST", "/_simulator/barrier", #"{"closed":false}"#)
        let reply = try await gateway.call(
            "POST", "/v1/chat/completions", body, headers: [("Idempotency-Key", "k")])
        #expect(reply.status == 200 && reply.head["tollgate-run-id"] == "\(id)", "\(reply.text)")
        #expect(reply.head["tollgate-idempotent-replayed"] == "true")
        #expect(body == Self.hello || reply.text.hasSuffix("data: [DONE]\n\n"))
        #expect(try await served(gateway) == 1)
        try await gateway.stop()
    }

    /// A settle that could not be written: whoever asks again is told to wait, and nothing is made again.
    @Test func aRunWhoseEndIsNotWrittenIsNotMadeAgain() async throws {
        let gateway = try await GatewayFixture()
        try await gateway.fetchSimulator("POST", "/_simulator/barrier", #"{"closed":true}"#)
        async let first = gateway.call("POST", "/v1/run", Self.hello, headers: [("Idempotency-Key", "k")])
        try await gateway.until { try !gateway.ledger.openRuns().isEmpty }
        await gateway.ledger.close()
        try await gateway.fetchSimulator("POST", "/_simulator/barrier", #"{"closed":false}"#)
        #expect(try await first.code == "ledger_unavailable")
        let again = try await gateway.call("POST", "/v1/run", Self.hello, headers: [("Idempotency-Key", "k")])
        #expect(again.status == 503 && again.code == "ledger_unavailable" && again.head["retry-after"] == "2")
        #expect(again.text.contains("could not be written yet"))
        #expect(try await served(gateway) == 1)
        try await gateway.stop()
    }

    /// A drain whose time is over ends those that wait like those that run.
    @Test func aDrainEndsThoseThatWait() async throws {
        let gateway = try await GatewayFixture { $0.drainGrace = .milliseconds(50) }
        try await gateway.fetchSimulator("POST", "/_simulator/barrier", #"{"closed":true}"#)
        async let first = gateway.call("POST", "/v1/run", Self.hello, headers: [("Idempotency-Key", "k")])
        try await gateway.until { try !gateway.ledger.openRuns().isEmpty }
        async let second = gateway.call("POST", "/v1/run", Self.hello, headers: [("Idempotency-Key", "k")])
        try await gateway.until { gateway.waitingRepeats == 1 }
        await gateway.drain()
        let codes = try await [first.code, second.code]
        // The second gets the first one's end, or its own.
        #expect(codes == ["draining", "draining"])
        try await gateway.fetchSimulator("POST", "/_simulator/barrier", #"{"closed":false}"#)
        #expect(try isClean(gateway))
        try await gateway.stop()
    }
}
