import Foundation
import Testing

@testable import Simulator
@testable import Transport

@Suite(.timeLimit(.minutes(1)))
struct FaultTests {
    @Test(arguments: [
        (Fault.unauthorized, 401), (.forbidden, 403), (.notFound, 404), (.rateLimited, 429), (.serverError, 500),
        (.unavailable, 503), (.insufficientQuota, 429), (.redirect, 302), (.html, 200),
    ])
    func statuses(_ fault: Fault, _ status: Int) async throws {
        try await Harness.run(SimulatorConfiguration(retryAfter: 7)) { simulator in
            for stream in [false, true] {
                let exchange = simulator.chat("sim-1!" + fault.rawValue, stream: stream)
                let head = try await exchange.head()
                #expect(head.status == status)
                #expect(head["retry-after"] == (fault == .rateLimited ? "7" : nil))
                let code = (object(await exchange.text())?["error"] as? [String: Any])?["code"] as? String
                #expect((code == "insufficient_quota") == (fault == .insufficientQuota))
            }
            for row in try await simulator.log() {
                #expect(row["fault"] == fault.rawValue)
                #expect(row.number("status") == status)
                #expect(row.flag("billed") == false)
                #expect(row.flag("finished") == true)
            }
        }
    }

    @Test(
        arguments: [
            (Fault.refuse, TransportError.Kind.emptyReply), (.hang, .firstByteTimeout), (.hangMid, .idleTimeout),
            (.reset, .cutShort),
            (.truncate, .cutShort), (.hugeHeaders, .headersTooLarge),
        ], [false, true])
    func brokenConnections(_ fault: (Fault, TransportError.Kind), _ stream: Bool) async throws {
        try await Harness.run { simulator in
            let exchange = simulator.chat(
                "sim-1!" + fault.0.rawValue, stream: stream,
                timeouts: Timeouts(firstByte: fault.0 == .hang ? 60 : 0, idle: fault.0 == .hangMid ? 60 : 0))
            let (body, error) = await exchange.drain()
            #expect(error?.kind == fault.1)
            let isHalf = [.hangMid, .truncate].contains(fault.0)
            #expect(body.isEmpty == !isHalf || fault.0 == .reset)
            _ = try await simulator.state { $0["running"] == 0 }
            let row = try #require(try await simulator.log().first)
            #expect(row.flag("finished") == (fault.0 == .hugeHeaders))
            #expect(row.flag("billed") == (isHalf || fault.0 == .reset))
            if isHalf { #expect(row.number("completion_tokens") == (stream ? 8 : 16)) }
        }
    }

    @Test func brokenStreams() async throws {
        try await Harness.run { simulator in
            let cut = events(await simulator.chat("sim-1!unfinished", stream: true).text())
            #expect(!cut.isDone && cut.chunks.count == 9)
            let error = events(await simulator.chat("sim-1!error-event", stream: true).text())
            #expect(!error.isDone && error.chunks.last?["error"] != nil)
            let broken = await simulator.chat("sim-1!malformed", stream: true).text()
            #expect(events(broken).chunks.count == 9 && broken.contains("\"content\":\n"))
            #expect(object(await simulator.chat("sim-1!malformed").text()) == nil)
            let unmetered = events(await simulator.chat("sim-1!no-usage", stream: true).text())
            let allNull = unmetered.chunks.allSatisfy { $0["usage"] is NSNull }
            #expect(unmetered.isDone && allNull)
            let whole = object(await simulator.chat("sim-1!no-usage").text())
            #expect(content(whole) != nil && whole?["usage"] == nil)
        }
    }

    @Test func orderedFaultsComeOnceEach() async throws {
        try await Harness.run { simulator in
            _ = try await simulator.control("POST", "/_simulator/faults", "{\"next\":[\"429\",\"500\"]}")
            var statuses: [Int] = []
            for _ in 0..<3 { statuses.append(try await simulator.chat("sim-1").head().status) }
            #expect(statuses == [429, 500, 200])
            _ = try await simulator.control("POST", "/_simulator/faults", "{\"rates\":{\"503\":1}}")
            #expect(try await simulator.chat("sim-1").head().status == 503)
            #expect(try await simulator.control("POST", "/_simulator/faults", "{\"next\":[\"no such\"]}") == nil)
            #expect(try await simulator.control("POST", "/_simulator/faults", "{\"rates\":{\"500\":2}}") == nil)
        }
    }

    @Test func aSeedRepeatsItsFaults() {
        func draws(_ seed: UInt64) -> [Fault?] {
            var plan = FaultPlan(rates: [.rateLimited: 0.3, .reset: 0.2], seed: seed)
            return (0..<2_000).map { _ in plan.draw() }
        }
        #expect(draws(1) == draws(1))
        #expect(draws(1) != draws(2))
        let limited = draws(1).count { $0 == .rateLimited }
        #expect(limited > 500 && limited < 700)
        let reset = draws(1).count { $0 == .reset }
        #expect(reset > 320 && reset < 480)
    }

    @Test(arguments: [("429:0.1,reset:0.05", 2), ("", 0), ("slow:1", 1)])
    func ratesAreRead(_ text: String, _ count: Int) {
        #expect(SimulatorConfiguration.faults(parsing: text)?.count == count)
    }

    @Test(arguments: ["429", "nothing:0.1", "429:x", "429:1.5", "429:-1", "429:0.6,500:0.6"])
    func badRatesAreRefused(_ text: String) {
        #expect(SimulatorConfiguration.faults(parsing: text) == nil)
    }
}
