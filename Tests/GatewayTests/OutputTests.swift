import Domain
import JSON
import Testing

@testable import Gateway

/// Answers held against the agent's output schema, and what a bad one gets. The simulator answers what the schema asks
/// for, unless it is told not to.
@Suite(.timeLimit(.minutes(1))) struct OutputTests {
    private static let schema = #"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}"#
    private static let stream = #","stream":true,"stream_options":{"include_usage":true}"#

    private static func gateway(_ rule: String, bad: Int = 0, schema: String = schema) async throws -> GatewayFixture {
        let gateway = try await GatewayFixture()
        try await gateway.deploy(
            model: "sim-1", number: 2,
            extra: #","on_invalid_output":"\#(rule)","schema":{"number":1,"output":\#(schema)}"#)
        let faults = Array(repeating: #""bad-output""#, count: bad).joined(separator: ",")
        try await gateway.fetchSimulator("POST", "/_simulator/faults", #"{"next":[\#(faults)]}"#)
        return gateway
    }

    /// The run, and that its hold is gone, the charge is all that is, and both are the ledger's.
    private static func settled(_ reply: GatewayFixture.Reply, _ gateway: GatewayFixture) async throws -> RunRecord {
        let id = try #require(reply.head["tollgate-run-id"].flatMap { RunID($0) })
        let run = try #require(try gateway.ledger.run(id))
        let end = try #require(run.end)
        #expect(end.cost > .zero && end.cost <= run.hold && !end.exceededHold)
        #expect(try gateway.balance().held == .zero)
        #expect(try gateway.balance().balance == NanoCredits(1_000_000_000) - end.cost)
        #expect(end.attempts.count == (try #require(try await gateway.served()).elements().count))
        return run
    }

    @Test(arguments: ["mark", "retry", "error"]) func aGoodAnswerPasses(_ rule: String) async throws {
        let gateway = try await Self.gateway(rule)
        let reply = try await gateway.chat()
        #expect(reply.status == 200 && reply.head["tollgate-output"] == "valid")
        #expect(reply.json?.member("choices")?.elements()[0].member("message")?.member("content")?.string != nil)
        let run = try await Self.settled(reply, gateway)
        #expect(run.end?.outputIsValid == true && run.end?.attempts.count == 1)
        try await gateway.stop()
    }

    @Test(arguments: [("", false), (stream, true)]) func aMarkedAnswerGoesOut(
        _ extra: String, _ isStream: Bool
    ) async throws {
        let gateway = try await Self.gateway("mark", bad: 1)
        let reply = try await gateway.chat(extra)
        #expect(reply.status == 200 && reply.head["tollgate-output"] == (isStream ? nil : "invalid"))
        if isStream {
            let chunks = reply.text.split(separator: "\n\n")
            #expect(chunks.last == "data: [DONE]")
            let last = try JSONDocument(String(chunks[chunks.count - 2].dropFirst("data: ".count))).root
            #expect(last.member("usage")?.member("cost") != nil)
            #expect(last.member("tollgate")?.member("output_valid")?.bool == false)
            let fault = last.member("tollgate")?.member("output_faults")?.elements().first
            #expect(fault?.member("pointer")?.string == "/output" && fault?.member("rule")?.string == "type")
        }
        let run = try await Self.settled(reply, gateway)
        #expect(run.end?.outcome == .succeeded && run.end?.outputIsValid == false)
        try await gateway.stop()
    }

    /// Without usage in it the last chunk is the one with the finish.
    @Test func aStreamSaysItInItsLastChunk() async throws {
        let gateway = try await Self.gateway("error")
        let reply = try await gateway.chat(#","stream":true"#)
        let chunks = reply.text.split(separator: "\n\n")
        let last = try JSONDocument(String(chunks[chunks.count - 2].dropFirst("data: ".count))).root
        #expect(last.member("choices")?.elements().first?.member("finish_reason")?.string == "stop")
        #expect(last.member("tollgate")?.member("output_valid")?.bool == true)
        #expect(last.member("tollgate")?.member("output_faults") == nil)
        try await gateway.stop()
    }

    @Test func aBadAnswerIsAskedForOnceMore() async throws {
        let gateway = try await Self.gateway("retry", bad: 1)
        let reply = try await gateway.chat()
        #expect(reply.status == 200 && reply.head["tollgate-output"] == "valid")
        let run = try await Self.settled(reply, gateway)
        #expect(run.end?.outcome == .succeeded && run.end?.attempts.count == 2)
        let served = try #require(try await gateway.served()).elements()
        let sums = ["prompt_tokens", "completion_tokens"].map { name in
            served.reduce(0) { $0 + ($1.member(name)?.int ?? 0) }
        }
        #expect(run.end.map { [$0.usage.usage.inputTotal, $0.usage.usage.outputTotal] } == sums)
        try await gateway.stop()
    }

    @Test(arguments: [("retry", "", 2), ("error", "", 1), ("retry", stream, 1), ("error", stream, 1)])
    func aBadAnswerIsAnErrorThatIsCharged(_ rule: String, _ extra: String, _ attempts: Int) async throws {
        let gateway = try await Self.gateway(rule, bad: 2)
        let reply = try await gateway.chat(extra)
        let run = try await Self.settled(reply, gateway)
        #expect(run.end?.outcome == .failed && run.end?.errorCode == "invalid_output")
        #expect(run.end?.attempts.count == attempts && run.end?.outputIsValid == false)
        if extra.isEmpty {
            #expect(reply.status == 502 && reply.code == "invalid_output")
            #expect(reply.head["x-should-retry"] == "false" && reply.head["tollgate-output"] == "invalid")
            let error = try #require(reply.json?.member("error"))
            #expect(
                error.member("charged").map { String(decoding: $0.raw, as: UTF8.self) } == run.end.map { "\($0.cost)" })
            #expect(error.member("faults")?.elements().first?.member("pointer")?.string == "/output")
        } else {
            #expect(reply.status == 200 && !reply.text.contains("[DONE]"))
            #expect(!reply.text.contains(#""finish_reason":"stop""#), "the finish is kept back")
            #expect(reply.text.contains(#""code":"invalid_output""#) && reply.text.contains(#""charged":0."#))
        }
        try await gateway.stop()
    }

    /// What goes wrong the second time is the run's end; the first time is paid for.
    @Test func aSecondAttemptThatFailsIsTheRunsEnd() async throws {
        let gateway = try await GatewayFixture()
        try await gateway.deploy(
            model: "sim-1", number: 2,
            extra: #","on_invalid_output":"retry","schema":{"number":1,"output":\#(Self.schema)}"#)
        try await gateway.fetchSimulator("POST", "/_simulator/faults", #"{"next":["bad-output","429"]}"#)
        let reply = try await gateway.chat()
        #expect(reply.status == 429 && reply.head["x-should-retry"] == "false")
        let run = try await Self.settled(reply, gateway)
        #expect(run.end?.errorCode == "rate_limited" && run.end?.attempts.count == 2)
        try await gateway.stop()
    }

    @Test func theNativeFormAnswersTheValue() async throws {
        let gateway = try await Self.gateway("mark")
        for extra in ["", #","stream":true"#] {
            let reply = try await gateway.call(
                "POST", "/v1/run", #"{"messages":[{"role":"user","content":"h"}]\#(extra)}"#)
            let result =
                reply.json
                ?? reply.text.split(separator: "event: done\ndata: ").last.flatMap {
                    try? JSONDocument(String($0)).root
                }
            #expect(result?.member("output")?.member("a")?.string == "toll", "\(reply.text)")
            #expect(result?.member("output_valid")?.bool == true)
        }
        try await gateway.fetchSimulator("POST", "/_simulator/faults", #"{"next":["bad-output"]}"#)
        let bad = try await gateway.call("POST", "/v1/run", #"{"messages":[{"role":"user","content":"h"}]}"#)
        #expect(bad.json?.member("output")?.string?.hasPrefix("[") == true)
        #expect(bad.json?.member("output_valid")?.bool == false)
        #expect(bad.json?.member("output_faults")?.elements().count == 1)
        try await gateway.stop()
    }

    @Test func everyChoiceIsLookedAtAndCutOffIsInvalid() async throws {
        let gateway = try await Self.gateway("error")
        #expect(try await gateway.chat(#","n":3"#).head["tollgate-output"] == "valid")
        let cut = try await gateway.chat(#","n":2,"max_tokens":1"#)
        #expect(cut.code == "invalid_output")
        let faults = cut.json?.member("error")?.member("faults")?.elements() ?? []
        #expect(faults.map { $0.member("rule")?.string } == ["length", "length"])
        #expect(faults.last?.member("message")?.string?.hasPrefix("choice 1: ") == true)
        try await gateway.stop()
    }

    /// A second attempt needs credits of its own before the first is made.
    @Test func theHoldCoversBothAttempts() async throws {
        func needed(_ rule: String, _ extra: String) async throws -> NanoCredits? {
            let gateway = try await GatewayFixture(credits: 1)
            try await gateway.deploy(
                model: "sim-1", number: 2,
                extra: #","on_invalid_output":"\#(rule)","schema":{"number":1,"output":\#(Self.schema)}"#)
            let error = try await gateway.chat(extra).json?.member("error")
            try await gateway.stop()
            return error?.member("needed").flatMap { NanoCredits(decimal: String(decoding: $0.raw, as: UTF8.self)) }
        }
        let once = try #require(try await needed("error", ""))
        #expect(try await needed("retry", "") == NanoCredits(once.rawValue * 2))
        #expect(try await needed("retry", Self.stream) == needed("error", Self.stream))
    }

    @Test func aBadInputIsRefusedWithAllThatIsWrongAndCostsNothing() async throws {
        let gateway = try await GatewayFixture()
        let schema = #"{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"required":["a"]}"#
        try await gateway.deploy(
            model: "sim-1", number: 2, prompt: "{{ a }}", extra: #","schema":{"number":1,"input":\#(schema)}"#)
        let reply = try await gateway.chat(#","input":{"a":1,"b":"x"}"#)
        #expect(reply.status == 400 && reply.code == "invalid_input")
        let error = try #require(reply.json?.member("error"))
        #expect(error.member("param")?.string == "/input/a")
        let faults = error.member("faults")?.elements() ?? []
        #expect(faults.map { $0.member("pointer")?.string } == ["/input/a", "/input/b"])
        #expect(faults.allSatisfy { $0.member("rule")?.string == "type" })
        let none = try await gateway.call("POST", "/v1/run", "{}")
        #expect(none.code == "invalid_input" && none.text.contains(#""rule":"required""#))
        #expect(try gateway.balance().balance == NanoCredits(1_000_000_000))
        #expect(try await gateway.served()?.elements().isEmpty == true)
        #expect(try await gateway.chat(#","input":{"a":"x","c":1}"#).status == 200)
        try await gateway.stop()
    }

    /// What a provider does not know it is not sent; JSON alone only where the prompt speaks of it.
    @Test(arguments: [
        ("openai", "Hello", #"{"a":"#), ("groq", "Hello", "[sim-1]"), ("groq", "Answer in Json.", #"{"answer":"#),
        ("anthropic", "Answer in JSON.", "[sim-1]"),
    ])
    func aProviderIsSentWhatItKnows(_ habits: String, _ prompt: String, _ opening: String) async throws {
        let gateway = try await GatewayFixture { $0.providerDialects = ["simulated": habits] }
        try await gateway.deploy(
            model: "sim-1", number: 2, prompt: prompt, extra: #","schema":{"number":1,"output":\#(Self.schema)}"#)
        let reply = try await gateway.chat()
        let said = reply.json?.member("choices")?.elements().first?.member("message")?.member("content")?.string
        #expect(said?.hasPrefix(opening) == true, "\(reply.text)")
        try await gateway.stop()
    }

    /// What takes long is not done on the loop, of which there is one here: a large input, a schema or a template that
    /// takes many steps. Of the inputs only the first is more bytes than a turn of the loop may go through.
    @Test(arguments: [
        ("", 24_000), ("", 20_000),
        (
            "{% if a is defined %}{% for i in range(90000) %}{% for j in range(90) %}{% endfor %}{% endfor %}{% endif %}",
            1
        ),
    ])
    func whatTakesLongHoldsNobodyUp(_ prompt: String, _ count: Int) async throws {
        let gateway = try await GatewayFixture()
        let branches = (10..<40).map { #"{"const":\#($0)}"# }.joined(separator: ",")
        let schema = #"{"type":"object","properties":{"a":{"items":{"anyOf":[\#(branches)]}}}}"#
        try await gateway.deploy(
            model: "sim-1", number: 2, prompt: prompt + "Hello", extra: #","schema":{"number":1,"input":\#(schema)}"#)
        // The last is wrong, so that all are looked at.
        let list = (Array(repeating: "39", count: count - 1) + [prompt.isEmpty ? "1" : "10"]).joined(separator: ",")
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            group.addTask { try await gateway.chat(#","input":{"a":[\#(list)]}"#).status }
            group.addTask { try await gateway.chat().status }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == [200, 400], "whichever came in first, the small one ends first")
        try await gateway.stop()
    }

    /// What was given up on the loop is done elsewhere, from the beginning.
    @Test func whatTakesLongIsAnsweredAllTheSame() async throws {
        let gateway = try await GatewayFixture()
        try await gateway.deploy(
            model: "sim-1", number: 2, prompt: "{% for i in range(30000) %}{{ a }}{% endfor %}")
        let reply = try await gateway.chat(#","input":{"a":"x"}"#)
        let tokens = reply.json?.member("usage")?.member("prompt_tokens")?.int ?? 0
        #expect(reply.status == 200 && tokens > 5_000, "\(reply.text)")
        try await gateway.stop()
    }

    @Test func aVersionsOwnFormatIsKept() async throws {
        let gateway = try await GatewayFixture()
        try await gateway.deploy(
            model: "sim-1", number: 2,
            extra: #","parameters":{"response_format":{"type":"text"}},"schema":{"number":1,"output":\#(Self.schema)}"#)
        let reply = try await gateway.chat()
        #expect(reply.status == 200 && reply.head["tollgate-output"] == "invalid")
        #expect(reply.text.contains("[sim-1] You are version"))
        try await gateway.stop()
    }
}
