import Domain
import Foundation
import JSON
import Logging
import NIOPosix
import Prompting
import Security
import ServiceLifecycle
import Simulator
import Storage
import Transport

@testable import Gateway

/// A gateway on a port of its own, its stores in a folder of its own, and the simulated provider behind it.
final class GatewayFixture: Sendable {
    static let secret = "tg_test_0123456789"
    let catalog: Catalog
    let ledger: Ledger
    let simulator: SimulatorServer
    let lane: Lane
    let base: String
    private let simulatorPort: Int
    private let folder: String
    private let service: GatewayService
    private let loops: MultiThreadedEventLoopGroup
    private let serving: Task<Void, any Error>
    private let group: ServiceGroup

    init(credits: Int64 = 1_000_000_000, change: (inout GatewaySettings) -> Void = { _ in }) async throws {
        folder = NSTemporaryDirectory() + "tollgate-gateway-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        catalog = try Catalog(folder: folder + "/catalog", settings: .init(mapBytes: 64 << 20))
        ledger = try Ledger(folder: folder + "/ledger", settings: .init(mapBytes: 64 << 20))
        simulator = try SimulatorServer(SimulatorConfiguration(tokens: 4))
        let port = try await simulator.start()
        simulatorPort = port
        var settings = GatewaySettings { Int64(Date().timeIntervalSince1970 * 1_000) }
        settings.port = 0
        settings.providerBaseURLs = ["simulated": "http://127.0.0.1:\(port)/v1"]
        change(&settings)
        loops = MultiThreadedEventLoopGroup(numberOfThreads: settings.loops)
        guard let masterKey = MasterKey([UInt8](repeating: 3, count: 32)) else { preconditionFailure("32 bytes") }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        service = try GatewayService(
            settings, loops: loops, lane: LaneConfiguration(), catalog: catalog, ledger: ledger, masterKey: masterKey,
            logger: logger)
        group = ServiceGroup(configuration: .init(services: [.init(service: service)], logger: logger))
        let group = group
        serving = Task { try await group.run() }
        guard let bound = await service.port else { preconditionFailure("the gateway did not start") }
        base = "http://127.0.0.1:\(bound)"
        lane = try Lane(name: "client")
        try await seed(masterKey, credits: credits)
    }

    /// Begins the shutdown, and does not wait for its end.
    func drain() async { await group.triggerGracefulShutdown() }

    /// Until the test's own time is over.
    func until(_ condition: () throws -> Bool) async throws {
        while try !condition() {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// Requests that wait for a run under their idempotency key.
    var waitingRepeats: Int { service.workers.first?.keyedRuns.waiters ?? 0 }

    func stop() async throws {
        await lane.close()
        await group.triggerGracefulShutdown()
        try await serving.value
        await simulator.stop()
        await ledger.close()
        await catalog.close()
        try await loops.shutdownGracefully()
        try FileManager.default.removeItem(atPath: folder)
    }

    private func seed(_ masterKey: MasterKey, credits: Int64) async throws {
        let tables = catalog.tables
        let sealed = try masterKey.seal(Array("provider-secret".utf8), for: "/simulated/key_1")
        let key = ProviderKeyRecord(
            id: "key_1", owner: "", provider: "simulated", sealed: sealed, createdAt: 0, createdBy: "test")
        let price = PriceEntry(
            version: 0, effectiveFrom: 0,
            terms: .price(Price(.init(input: 1_000_000, output: 4_000_000)), maximumOutputTokens: 100),
            source: .list(date: 20_261_121), setAt: 0, setBy: "test")
        try await catalog.writer.perform { transaction throws(StorageError) in
            try transaction.put(tables.providerKeys, key.key, key.encoded)
            try transaction.put(tables.agents, Key("acme", "support"), [])
            try transaction.put(tables.agents, Key("acme", "other"), [])
            for model in ["sim-1", "sim-2"] {
                var schedule = PriceSchedule()
                _ = try transaction.putPrice(
                    tables, PricedModel(provider: "simulated", model: model), price, into: &schedule)
            }
        }
        try await deploy(model: "sim-1", number: 1)
        try await token()
        _ = try await ledger.post(
            Posting(
                organization: "acme", amount: NanoCredits(credits), idempotencyKey: "seed", actor: "", note: "", time: 0
            ))
    }

    func token(_ secret: String = GatewayFixture.secret, _ change: (inout TokenRecord) -> Void = { _ in }) async throws
    {
        var token = TokenRecord(
            id: "tok_1", organization: "acme", agent: "support", environment: "production", schema: 1, createdAt: 0,
            createdBy: "test")
        change(&token)
        let record = token.encoded
        let tables = catalog.tables
        let hash = sha256(secret)
        try await catalog.writer.perform { transaction throws(StorageError) in
            try transaction.put(tables.tokens, Key(hash), record)
        }
    }

    /// Deploys a version of this model, with this system prompt.
    func deploy(
        model: String, number: UInt32, prompt: String = "You are version one.", state: DeploymentRecord.State = .active,
        extra: String = ""
    ) async throws {
        let document = """
            {"provider":"simulated","model":"\(model)","messages":[{"role":"system","content":"\(prompt)"}]\(extra)}
            """
        let content = try VersionDocument.canonical(from: try JSONDocument(document))
        let hash = sha256(content)
        let tables = catalog.tables
        let record = DeploymentRecord(
            state: state, revision: UInt64(number), versionNumber: number, versionHash: hash, changedAt: 0,
            changedBy: "test")
        try await catalog.writer.perform { transaction throws(StorageError) in
            try transaction.put(tables.contents, Key(hash), content)
            let key = DeploymentRecord.key(
                organization: "acme", agent: "support", schema: 1, environment: "production")
            try transaction.put(tables.deployments, key, record.encoded)
        }
    }

    struct Reply {
        var status: Int
        var head: ResponseHead
        var body: [UInt8]

        var json: JSONValue? { try? JSONDocument(body).root }
        var text: String { String(decoding: body, as: UTF8.self) }
        var code: String? { json?.member("error")?.member("code")?.string }
    }

    func call(
        _ method: String, _ path: String, _ body: String? = nil, secret: String? = GatewayFixture.secret,
        headers: [(String, String)] = []
    ) async throws -> Reply {
        var headers = headers + [("Content-Type", "application/json")]
        if let secret { headers.append(("Authorization", "Bearer \(secret)")) }
        let request = ExchangeRequest(
            method: method, url: base + path, headers: headers, body: body.map { Array($0.utf8) })
        let (head, bytes) = try await lane.fetch(request, maximumBytes: 16 << 20)
        return Reply(status: head.status, head: head, body: bytes)
    }

    func chat(_ extra: String = "", model: String = "deployed") async throws -> Reply {
        try await call(
            "POST", "/v1/chat/completions",
            #"{"model":"\#(model)","messages":[{"role":"user","content":"Hello"}]\#(extra)}"#)
    }

    func balance() throws -> Balance { try ledger.balance("acme") }

    /// The simulator's own record of what it served.
    func served() async throws -> JSONValue? {
        let reply = try await fetchSimulator("GET", "/_simulator/log")
        return try JSONDocument(reply).root
    }

    @discardableResult
    func fetchSimulator(_ method: String, _ path: String, _ body: String? = nil) async throws -> [UInt8] {
        let request = ExchangeRequest(
            method: method, url: "http://127.0.0.1:\(simulatorPort)" + path,
            headers: [("Content-Type", "application/json")],
            body: body.map { Array($0.utf8) })
        return try await lane.fetch(request, maximumBytes: 16 << 20).1
    }
}
