import Foundation

@testable import Simulator
@testable import Transport

/// A simulator on a free port, and a lane to reach it.
struct Harness: Sendable {
    let server: SimulatorServer
    let lane: Lane
    let base: String

    static func run(
        _ configuration: SimulatorConfiguration = SimulatorConfiguration(),
        _ body: @Sendable (Harness) async throws -> Void
    ) async throws {
        let server = try SimulatorServer(configuration)
        let port = try await server.start()
        let harness = Harness(server: server, lane: try Lane(), base: "http://127.0.0.1:\(port)")
        do { try await body(harness) } catch {
            await harness.lane.close()
            await server.stop()
            throw error
        }
        await harness.lane.close()
        await server.stop()
    }

    func chat(
        _ model: String, stream: Bool = false, usage: Bool = true, max: Int? = nil, system: String = "Be kind.",
        user: String = "Hello",
        n: Int? = nil, headers: [(String, String)] = [("authorization", "Bearer sk-0123456789")],
        timeouts: Timeouts = Timeouts()
    ) -> Exchange {
        var object: [String: Any] = [
            "model": model, "messages": [["role": "system", "content": system], ["role": "user", "content": user]],
        ]
        if stream { object["stream"] = true }
        if stream, usage { object["stream_options"] = ["include_usage": true] }
        if let max { object["max_completion_tokens"] = max }
        if let n { object["n"] = n }
        let body = (try? JSONSerialization.data(withJSONObject: object)).map { Array($0) }
        return lane.start(
            ExchangeRequest(
                url: base + "/openai/v1/chat/completions", headers: headers + [("content-type", "application/json")],
                body: body, timeouts: timeouts))
    }

    func control(_ method: String, _ path: String, _ body: String = "") async throws(TransportError) -> Any? {
        let (head, bytes) = try await lane.fetch(
            ExchangeRequest(method: method, url: base + path, body: method == "POST" ? Array(body.utf8) : nil),
            maximumBytes: 100 << 20)
        return head.status == 200 ? try? JSONSerialization.jsonObject(with: Data(bytes)) : nil
    }

    /// Asks for the state until it is as wanted; the suite's time limit ends a wait in vain.
    func state(until wanted: @Sendable ([String: Int]) -> Bool) async throws -> [String: Int] {
        while true {
            let state = try await control("GET", "/_simulator/state") as? [String: Int] ?? [:]
            if wanted(state) { return state }
            await Task.yield()
        }
    }

    func log(bodies: Bool = false) async throws -> [Row] {
        (try await control("GET", "/_simulator/log" + (bodies ? "?bodies=true" : "")) as? [[String: Any]] ?? []).map(
            Row.init)
    }
}

struct Row {
    let values: [String: Any]
    init(_ values: [String: Any]) { self.values = values }
    subscript(_ key: String) -> String? { values[key] as? String }
    func number(_ key: String) -> Int? { values[key] as? Int }
    func flag(_ key: String) -> Bool? { values[key] as? Bool }
}

extension Exchange {
    /// The body as far as it came, and what ended it early.
    func drain() async -> (body: [UInt8], error: TransportError?) {
        var body: [UInt8] = []
        do throws(TransportError) {
            while let bytes = try await next() { body += bytes }
            return (body, nil)
        } catch {
            return (body, error)
        }
    }

    func text() async -> String { String(decoding: await drain().body, as: UTF8.self) }
}

func object(_ text: some StringProtocol) -> [String: Any]? {
    try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
}

/// The JSON of each `data:` event but `[DONE]`, which must come last.
func events(_ text: String) -> (chunks: [[String: Any]], isDone: Bool) {
    let all = text.components(separatedBy: "\n\n").filter { !$0.isEmpty }
    let chunks = all.compactMap { object($0.dropFirst("data: ".count)) }
    return (chunks, all.last == "data: [DONE]")
}

func choice(_ object: [String: Any]?) -> [String: Any]? { (object?["choices"] as? [[String: Any]])?.first }
func content(_ object: [String: Any]?) -> String? {
    ((choice(object)?["message"] ?? choice(object)?["delta"]) as? [String: Any])?["content"] as? String
}
