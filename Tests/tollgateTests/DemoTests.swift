import JSON
import Testing

@testable import tollgate

@Suite struct DemoTests {
    @Test(arguments: [
        ([:], "simulated", "sim-1"), (["OPENAI_API_KEY": "k"], "openai", "gpt-4.1-mini"),
        (["OPENAI_API_KEY": " ", "GEMINI_API_KEY": "k"], "gemini", "gemini-2.5-flash"),
        (["ANTHROPIC_API_KEY": "k", "GEMINI_API_KEY": "g"], "anthropic", "claude-haiku-4-5"),
    ])
    func theProviderIsOneWithAKey(_ environment: [String: String], _ name: String, _ model: String) {
        let provider = DemoProvider.choose(environment)
        #expect(provider.name == name)
        #expect(provider.model == model)
    }

    private let provider = DemoProvider.choose([:])

    @Test func everythingIsMadeOnce() async throws {
        let admin = MemoryAdmin()
        var seed = DemoSeed(admin, provider: provider)
        #expect(try await seed.run(keepsToken: false) == "secret")
        #expect(
            seed.changes == [
                "organization demo", "agent greeter", "platform key for simulated", "10 credits",
                "version 1 with simulated/sim-1", "version 2 with simulated/sim-1",
                "deployment of version 1 in production", "token tok_1",
            ])
        for keepsToken in [true, false] {
            var again = DemoSeed(admin, provider: provider)
            #expect(try await again.run(keepsToken: keepsToken) == nil)
            #expect(again.changes == [])
        }
    }

    /// Whichever call the first time broke off at, the second makes the rest.
    @Test(arguments: 0..<8)
    func anInterruptedTimeIsFinished(_ writes: Int) async throws {
        let admin = MemoryAdmin(writes: writes)
        var seed = DemoSeed(admin, provider: provider)
        await #expect(throws: CommandFailure.self) { try await seed.run(keepsToken: false) }
        await admin.allowWrites()
        var again = DemoSeed(admin, provider: provider)
        #expect(try await again.run(keepsToken: false) == "secret")
        #expect(seed.changes.count == writes)
        #expect(again.changes.count == 8 - writes)
    }

    @Test func aProviderThatCameLaterChangesNothing() async throws {
        let admin = MemoryAdmin()
        var seed = DemoSeed(admin, provider: provider)
        _ = try await seed.run(keepsToken: false)
        var again = DemoSeed(admin, provider: DemoProvider.choose(["OPENAI_API_KEY": "k"]))
        #expect(try await again.run(keepsToken: true) == nil)
        #expect(again.changes == [])
    }

    @Test func theCallIsOneLine() {
        let curl = DemoCall.curl(gateway: "http://127.0.0.1:8080", token: "tg_production_1")
        #expect(
            curl == "curl http://127.0.0.1:8080/v1/chat/completions -H 'Authorization: Bearer tg_production_1' "
                + "-H 'Content-Type: application/json' "
                + #"-d '{"messages":[{"role":"user","content":"Hello, I am Ada."}]}'"#)
    }
}

/// As much of the admin API as the demo calls, kept in memory: what is posted to a list stands below it.
private actor MemoryAdmin: AdminCalling {
    private var records: [(path: String, json: [UInt8])] = []
    /// How many more writes succeed.
    private var writes: Int

    init(writes: Int = .max) { self.writes = writes }

    func allowWrites() { writes = .max }

    func call(_ method: String, _ path: String, _ body: [UInt8]?) async throws -> (Int, [UInt8]) {
        if method == "GET" { return get(path) }
        let name = try self.name(path, body ?? [])
        if let record = records.first(where: { $0.path == name }) { return (200, record.json) }
        guard writes > 0 else { throw CommandFailure("no more writes") }
        writes -= 1
        let last = name.split(separator: "/").last.map(String.init) ?? ""
        let extra = #","number":\#(Int(last) ?? 0),"id":"\#(last)","secret":"secret"}"#
        let json = Array((body ?? []).dropLast()) + extra.utf8
        records.append((name, json))
        return (201, json)
    }

    private func get(_ path: String) -> (Int, [UInt8]) {
        if let record = records.first(where: { $0.path == path }) { return (200, record.json) }
        guard ["provider-keys", "tokens"].contains(path.split(separator: "/").last) else {
            return (404, Array(#"{"code":"not_found"}"#.utf8))
        }
        let items = records.filter { $0.path.hasPrefix(path + "/") }.map { String(decoding: $0.json, as: UTF8.self) }
        return (200, Array(#"{"items":[\#(items.joined(separator: ","))],"next_cursor":null}"#.utf8))
    }

    /// Where what is written to this path will stand.
    private func name(_ path: String, _ body: [UInt8]) throws -> String {
        let body = try JSONDocument(body).root
        let count = records.filter { $0.path.hasPrefix(path + "/") }.count + 1
        return switch path.split(separator: "/").last {
        case "organizations", "agents": path + "/" + body.text("slug")
        case "versions": path + "/\(count)"
        case "top-ups": path + "/" + body.text("idempotency_key")
        case "provider-keys": path + "/key_\(count)"
        case "tokens": path + "/tok_\(count)"
        case _: path
        }
    }
}
