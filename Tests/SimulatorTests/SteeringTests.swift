import Foundation
import Testing

@testable import Simulator
@testable import Transport

@Suite(.timeLimit(.minutes(1)))
struct SteeringTests {
    @Test func theBarrierHoldsAllAndLetsAllGo() async throws {
        try await Harness.run { simulator in
            _ = try await simulator.control("POST", "/_simulator/barrier", "{\"closed\":true}")
            let held = (0..<10).map { simulator.chat("sim-1", stream: $0 % 2 == 0) }
            let state = try await simulator.state { $0["waiting"] == 10 }
            #expect(state["arrived"] == 10 && state["running"] == 10 && state["served"] == 0)
            held[0].cancel()
            let left = try await simulator.state { $0["disconnects"] == 1 }
            #expect(left["waiting"] == 9)
            _ = try await simulator.control("POST", "/_simulator/barrier", "{\"closed\":false}")
            for exchange in held.dropFirst() { #expect(try await exchange.head().status == 200) }
            let ended = try await simulator.state { $0["running"] == 0 }
            #expect(ended["served"] == 9)
        }
    }

    @Test func aClientThatLeavesIsSeen() async throws {
        try await Harness.run(SimulatorConfiguration(tokens: 1_000_000, tokenDelay: 1)) { simulator in
            let exchange = simulator.chat("sim-1", stream: true)
            _ = try await exchange.next()
            exchange.cancel()
            let state = try await simulator.state { $0["running"] == 0 }
            #expect(state["disconnects"] == 1 && state["served"] == 0)
            let row = try #require(try await simulator.log().first)
            #expect(row.flag("finished") == false && row.flag("billed") == true)
            #expect((row.number("completion_tokens") ?? 0) < 1_000_000)
        }
    }

    @Test func aSlowReaderHoldsTheSimulatorBack() async throws {
        try await Harness.run { simulator in
            let exchange = simulator.chat("sim-big", stream: true, max: 30_000)
            _ = try await exchange.head()
            // The same count twice in a row: it has stopped writing.
            var last = -1
            var now = try await simulator.log().first?.number("bytes_written") ?? 0
            while now != last || now == 0 {
                last = now
                for _ in 0..<20 { now = try await simulator.log().first?.number("bytes_written") ?? 0 }
            }
            #expect(now < 20 << 20)
            let (body, error) = await exchange.drain()
            #expect(error == nil)
            #expect(body.count > 30 << 20)
            let row = try #require(try await simulator.log().first)
            #expect(row.number("bytes_written") == body.count)
            #expect(row.number("completion_tokens") == 30_000)
        }
    }

    @Test func fiveHundredStreamsAtOnce() async throws {
        try await Harness.run(SimulatorConfiguration(tokenDelay: 1)) { simulator in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<500 {
                    group.addTask { events(await simulator.chat("sim-1", stream: true).text()).isDone }
                }
                for try await isDone in group { #expect(isDone) }
            }
            let state = try await simulator.state { $0["running"] == 0 }
            #expect(state["served"] == 500 && state["disconnects"] == 0)
            let log = try await simulator.log()
            let whole = log.count { $0.number("completion_tokens") == 16 }
            #expect(whole == 500)
        }
    }

    @Test func latencyAndConnections() async throws {
        try await Harness.run(SimulatorConfiguration(latency: 30, slowness: 40)) { simulator in
            let plain = simulator.chat("sim-1")
            _ = await plain.text()
            #expect((plain.facts?.firstByteMicroseconds ?? 0) >= 30_000)
            let slow = simulator.chat("sim-1!slow")
            _ = await slow.text()
            #expect((slow.facts?.firstByteMicroseconds ?? 0) >= 70_000)
            #expect(slow.facts?.connectionReused == true)
            let state = try await simulator.state { _ in true }
            #expect(state["connections"] == 1)
        }
    }

    @Test func asAServiceItEndsWhenCancelled() async throws {
        let server = try SimulatorServer()
        let service = Task { try await server.run() }
        service.cancel()
        try await service.value
    }
}
