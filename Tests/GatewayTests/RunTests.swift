import Domain
import JSON
import Storage
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct RunTests {
    @Test func aWholeRunIsAnsweredAndOnTheBooks() async throws {
        let gateway = try await GatewayFixture()
        let reply = try await gateway.chat()
        #expect(reply.status == 200)
        #expect(reply.json?.member("model")?.string == "sim-1")
        #expect(reply.head["tollgate-version"] == "1")
        #expect(reply.head["tollgate-deployment-revision"] == "1")
        let id = try #require(reply.head["tollgate-run-id"].flatMap { RunID($0) })
        let run = try #require(try gateway.ledger.run(id))
        let usage = try #require(reply.json?.member("usage"))
        #expect(run.end?.usage.isEstimated == false)
        #expect(run.end?.usage.usage.inputTotal == usage.member("prompt_tokens")?.int)
        #expect(run.end?.usage.usage.outputTotal == 4)
        #expect(reply.head["tollgate-cost"] == run.end.map { "\($0.cost)" })
        #expect(run.end?.cost != .zero)
        #expect(try gateway.balance().held == .zero)
        #expect(try gateway.balance().balance == NanoCredits(1_000_000_000) - (run.end?.cost ?? .zero))
        try await gateway.stop()
    }

    @Test func aStreamIsRelayedAndItsEndIsKeptBackForTheBooks() async throws {
        let gateway = try await GatewayFixture()
        let plain = try await gateway.chat(#","stream":true"#)
        #expect(plain.head["content-type"]?.hasPrefix("text/event-stream") == true)
        #expect(plain.text.hasSuffix("data: [DONE]\n\n"))
        #expect(!plain.text.contains("prompt_tokens"), "the usage chunk was not asked for")
        let asked = try await gateway.chat(#","stream":true,"stream_options":{"include_usage":true}"#)
        let usage = try #require(asked.text.split(separator: "\n\n").first { $0.contains("prompt_tokens") })
        let data = try JSONDocument(String(usage.dropFirst("data: ".count)))
        let id = try #require(asked.head["tollgate-run-id"].flatMap { RunID($0) })
        let cost = try #require(try gateway.ledger.run(id)?.end?.cost)
        #expect(data.root.member("usage")?.member("cost").map { String(decoding: $0.raw, as: UTF8.self) } == "\(cost)")
        try await gateway.stop()
    }

    @Test func aDeployIsSeenByTheNextRun() async throws {
        let gateway = try await GatewayFixture()
        #expect(try await gateway.chat().json?.member("model")?.string == "sim-1")
        try await gateway.deploy(model: "sim-2", number: 2)
        let second = try await gateway.chat()
        #expect(second.json?.member("model")?.string == "sim-2" && second.head["tollgate-version"] == "2")
        try await gateway.deploy(model: "sim-2", number: 3, state: .paused)
        #expect(try await gateway.chat().code == "deployment_paused")
        try await gateway.deploy(model: "sim-2", number: 4, state: .undeployed)
        #expect(try await gateway.chat().code == "not_deployed")
        try await gateway.stop()
    }

    @Test func theNativeFormFillsTheTemplate() async throws {
        let gateway = try await GatewayFixture()
        try await gateway.deploy(model: "sim-1", number: 2, prompt: "About {{ topic.name }}:")
        let whole = try await gateway.call("POST", "/v1/run", #"{"input":{"topic":{"name":"tides"}}}"#)
        #expect(whole.status == 200)
        #expect(whole.json?.member("output")?.string?.contains("About tides:") == true)
        #expect(whole.json?.member("version")?.member("number")?.int == 2)
        let streamed = try await gateway.call(
            "POST", "/v1/run", #"{"input":{"topic":{"name":"tides"}},"stream":true}"#)
        #expect(streamed.text.hasPrefix("event: delta\n") && streamed.text.contains("\nevent: done\n"))
        let missing = try await gateway.call("POST", "/v1/run", #"{"input":{"topic":{}}}"#)
        #expect(missing.status == 400 && missing.code == "invalid_input")
        #expect(missing.text.contains("/input/topic/name"))
        try await gateway.stop()
    }

    @Test func aLockedParameterIsSetAsideAndNamed() async throws {
        let gateway = try await GatewayFixture()
        try await gateway.deploy(model: "sim-1", number: 2, extra: #","parameters":{"temperature":0.5}"#)
        let reply = try await gateway.chat(#","temperature":1,"max_tokens":7,"seed":3"#, model: "gpt-4.1")
        #expect(reply.head["tollgate-ignored"] == "model, temperature")
        #expect(try await gateway.chat().head["tollgate-ignored"] == nil)
        try await gateway.stop()
    }

    /// What changes a provider's price in ways the list does not say is the version's to set where credits are charged.
    @Test func aPriorityTierIsNotTheCallersToChoose() async throws {
        let gateway = try await GatewayFixture()
        let reply = try await gateway.chat(#","service_tier":"priority""#)
        #expect(reply.status == 200 && reply.head["tollgate-ignored"] == "service_tier")
        let routed = try await gateway.chat(
            #","models":["gpt-4.1"],"provider":{"order":["x"]},"plugins":[{"id":"web"}],"web_search_options":{}"#)
        #expect(routed.head["tollgate-ignored"] == "models, provider, plugins, web_search_options")
        try await gateway.deploy(model: "sim-1", number: 2, extra: #","overridable":["service_tier"]"#)
        #expect(try await gateway.chat(#","service_tier":"priority""#).head["tollgate-ignored"] == nil)
        try await gateway.stop()
    }

    /// Searches are billed by the call: they can be asked for only where the price says how much, and are held for.
    @Test func toolsOfTheProviderNeedAPrice() async throws {
        let gateway = try await GatewayFixture(credits: 1)
        let asks = #","tools":[{"type":"web_search"}]"#
        let refused = try await gateway.chat(asks)
        #expect(refused.status == 400 && refused.code == "invalid_request")
        #expect(try await gateway.chat(#","tools":[{"type":"function","function":{"name":"f"}}]"#).status == 402)
        let tables = gateway.catalog.tables
        try await gateway.catalog.writer.perform { transaction throws(StorageError) in
            let model = PricedModel(provider: "simulated", model: "sim-1")
            var schedule = try transaction.priceSchedule(tables, model)
            let price = Price(.init(input: 1_000_000, output: 4_000_000, toolCalls: 5_000_000_000_000))
            let entry = PriceEntry(
                version: 0, effectiveFrom: 1, terms: .price(price, maximumOutputTokens: 100), source: .set, setAt: 1,
                setBy: "test")
            _ = try transaction.putPrice(tables, model, entry, into: &schedule)
        }
        let needed = try await gateway.chat(asks).json?.member("error")?.member("needed").flatMap {
            NanoCredits(decimal: String(decoding: $0.raw, as: UTF8.self))
        }
        // Ten calls at $0.005.
        #expect(try #require(needed) > NanoCredits(50_000_000))
        try await gateway.stop()
    }

    /// A reference to an image is short and many tokens.
    @Test func theHoldCoversWhatPartsRefer() async throws {
        let gateway = try await GatewayFixture(credits: 1)
        func needed(_ content: String) async throws -> NanoCredits? {
            let body = #"{"messages":[{"role":"user","content":\#(content)}]}"#
            let reply = try await gateway.call("POST", "/v1/chat/completions", body)
            return reply.json?.member("error")?.member("needed").flatMap {
                NanoCredits(decimal: String(decoding: $0.raw, as: UTF8.self))
            }
        }
        let text = try #require(try await needed(#"[{"type":"text","text":"see this"}]"#))
        let image = try #require(try await needed(#"[{"type":"image_url","image_url":{"url":"https://x/y"}}]"#))
        #expect(image - text > NanoCredits(49_000))
        try await gateway.stop()
    }

    /// A balance for exactly three holds, and five runs at once that all wait at the provider.
    @Test func neverMoreRunsThanCreditsForThem() async throws {
        let probe = try await GatewayFixture(credits: 1)
        let needed = try #require(
            try await probe.chat().json?.member("error")?.member("needed").flatMap {
                NanoCredits(decimal: String(decoding: $0.raw, as: UTF8.self))
            })
        try await probe.stop()
        let gateway = try await GatewayFixture(credits: needed.rawValue * 3)
        try await gateway.fetchSimulator("POST", "/_simulator/barrier", #"{"closed":true}"#)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<5 { group.addTask { try await gateway.chat().status } }
            var statuses = [try #require(try await group.next()), try #require(try await group.next())]
            #expect(statuses == [402, 402])
            #expect(try gateway.balance().available == .zero)
            try await gateway.fetchSimulator("POST", "/_simulator/barrier", #"{"closed":false}"#)
            for try await status in group { statuses.append(status) }
            return statuses
        }
        #expect(statuses.sorted() == [200, 200, 200, 402, 402])
        #expect(try gateway.balance().held == .zero)
        try await gateway.stop()
    }
}
