import Foundation
import Testing

@testable import Simulator
@testable import Transport

@Suite(.timeLimit(.minutes(1)))
struct AnswerTests {
    @Test(arguments: [(nil, 16, "stop"), (16, 16, "stop"), (5, 5, "length"), (1, 1, "length"), (99, 16, "stop")])
    func wholeAnswers(_ max: Int?, _ tokens: Int, _ finish: String) async throws {
        try await Harness.run { simulator in
            let exchange = simulator.chat("sim-1", max: max, system: "You are version two")
            let head = try await exchange.head()
            #expect(head.status == 200)
            #expect(head["x-request-id"] == "req-sim-1")
            let answer = object(await exchange.text())
            #expect(answer?["id"] as? String == "chatcmpl-sim-1")
            #expect(answer?["model"] as? String == "sim-1")
            let said = try #require(content(answer))
            let full = "[sim-1] You are version two every toll is paid before the gate opens and the book"
            #expect(said == full.split(separator: " ").prefix(tokens).joined(separator: " "))
            #expect(choice(answer)?["finish_reason"] as? String == finish)
            let usage = answer?["usage"] as? [String: Any]
            #expect(usage?["prompt_tokens"] as? Int == 6)
            #expect(usage?["completion_tokens"] as? Int == tokens)
            let log = try await simulator.log()
            let row = try #require(log.first)
            #expect(row.number("completion_tokens") == tokens)
            #expect(row.number("prompt_tokens") == 6)
            #expect(row.flag("finished") == true)
            #expect(row.flag("billed") == true)
            #expect(row["key_tail"] == "6789")
            #expect(row.number("max_tokens") == max)
        }
    }

    @Test(arguments: [true, false], [0, 1])
    func streams(_ usage: Bool, _ delay: Int) async throws {
        try await Harness.run(SimulatorConfiguration(tokenDelay: delay)) { simulator in
            let exchange = simulator.chat("sim-1", stream: true, usage: usage, max: 7)
            let head = try await exchange.head()
            #expect(head["content-type"] == "text/event-stream")
            let (chunks, isDone) = events(await exchange.text())
            #expect(isDone)
            #expect(chunks.count == (usage ? 10 : 9))
            let delta = choice(chunks.first)?["delta"] as? [String: Any]
            #expect(delta?["role"] as? String == "assistant")
            let said = chunks.compactMap { content($0) }.joined()
            #expect(said == "[sim-1] Be kind. every toll is paid")
            #expect(choice(chunks[8])?["finish_reason"] as? String == "length")
            if usage {
                #expect((chunks.last?["choices"] as? [Any])?.isEmpty == true)
                #expect((chunks.last?["usage"] as? [String: Any])?["completion_tokens"] as? Int == 7)
            }
            let ids = Set(chunks.compactMap { $0["id"] as? String })
            #expect(ids == ["chatcmpl-sim-1"])
        }
    }

    @Test func echoAndChoices() async throws {
        try await Harness.run { simulator in
            let echo = object(await simulator.chat("sim-echo", user: "say \"this\"\nback", n: 2).text())
            #expect(content(echo) == "say \"this\" back")
            #expect((echo?["choices"] as? [Any])?.count == 2)
            #expect((echo?["usage"] as? [String: Any])?["completion_tokens"] as? Int == 6)
            let (chunks, isDone) = events(await simulator.chat("sim-echo", stream: true, user: "a b", n: 2).text())
            #expect(isDone)
            #expect(chunks.count == 9)
        }
    }

    @Test func keysModelsAndBadRequests() async throws {
        try await Harness.run(SimulatorConfiguration(keys: ["sk-good-key"])) { simulator in
            #expect(try await simulator.chat("sim-1").head().status == 401)
            #expect(try await simulator.chat("sim-1", headers: []).head().status == 401)
            let accepted = simulator.chat("sim-1", headers: [("Authorization", "Bearer sk-good-key")])
            #expect(try await accepted.head().status == 200)
            let models = try await simulator.control("GET", "/v1/models") as? [String: Any]
            #expect((models?["data"] as? [[String: Any]])?.first?["id"] as? String == "sim-1")
            let good = [("Authorization", "Bearer sk-good-key")]
            for body in ["", "{}", "{\"model\":\"m\"}", "{\"model\":\"m\",\"messages\":[],\"max_tokens\":0}"] {
                let (head, _) = try await simulator.lane.fetch(
                    ExchangeRequest(
                        url: simulator.base + "/v1/chat/completions", headers: good, body: Array(body.utf8)),
                    maximumBytes: 1_000)
                #expect(head.status == 400)
            }
            let log = try await simulator.log()
            let statuses = log.map { $0.number("status") }
            #expect(statuses == [401, 401, 200, 400, 400, 400, 400])
            let billed = log.count { $0.flag("billed") == true }
            #expect(billed == 1)
        }
    }

    /// Asked for more than memory has, it refuses, and lives.
    @Test(arguments: [
        ("sim-big", Int.max, 1, true), ("sim-1", Int.max, 1, false), ("sim-big", 10_000_001, 1, true),
        ("sim-big", 1_000_000, 1, false), ("sim-big", 10_000_000, 128, false),
    ])
    func answersHaveABound(_ model: String, _ max: Int, _ n: Int, _ stream: Bool) async throws {
        try await Harness.run { simulator in
            let refused = try await simulator.chat(model, stream: stream, max: max, n: n).head()
            #expect(refused.status == 400)
            let next = try await simulator.chat("sim-1").head()
            #expect(next.status == 200)
        }
    }

    /// A stream of ten million tokens begins without any of them in memory.
    @Test func aLongStreamBeginsAtOnce() async throws {
        try await Harness.run { simulator in
            let exchange = simulator.chat("sim-big", stream: true, max: 10_000_000)
            let head = try await exchange.head()
            let bytes = try await exchange.next()
            #expect(head.status == 200 && bytes != nil)
            exchange.cancel()
        }
    }

    @Test func bodiesAndFile() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "simulator-\(UUID().uuidString).jsonl").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await Harness.run(SimulatorConfiguration(logPath: path, keepBodies: true)) { simulator in
            _ = await simulator.chat("sim-1", user: "keep me", headers: [("x-client-request-id", "run-7")]).text()
            let row = try #require(try await simulator.log(bodies: true).first)
            #expect(row["body"]?.contains("keep me") == true)
            #expect(row["client_request_id"] == "run-7")
            #expect(try await simulator.log().first?["body"] == nil)
            let line = try String(contentsOfFile: path, encoding: .utf8)
            #expect(object(line)?["client_request_id"] as? String == "run-7")
            #expect(line.hasSuffix("\n") && !line.contains("keep me"))
            _ = try await simulator.control("POST", "/_simulator/reset")
            #expect(try await simulator.log().isEmpty)
        }
    }

    @Test func theLogIsBounded() {
        var log = RequestLog(limit: 16)
        for sequence in 1...100 { log.append(LogRow(sequence: sequence, id: "\(sequence)", spoken: "none")) }
        #expect(log.update(1) { $0.isFinished = true } == nil)
        #expect(log.update(100) { $0.isFinished = true }?.sequence == 100)
        #expect(log.json(withBodies: false).split(separator: "\n").count <= 16)
    }
}
