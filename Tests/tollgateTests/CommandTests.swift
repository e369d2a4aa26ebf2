import ArgumentParser
import FoundationEssentials
import JSON
import Storage
import Testing
import Transport

@testable import Admin
@testable import tollgate

@Suite struct CommandLineTests {
    @Test(arguments: [
        "init", "init --save-token --config x --json", "init --new-owner", "init --save-token --if-needed", "demo",
        "simulate --port 0 --latency 5 --tokens 3 --faults 429:0.5",
        "simulate --token-delay 1 --log x --host ::1 --seed 7", "deploy a 3 --to prod", "status", "status a --json",
        "deploy a v1.2 --to dev --schema 2 --reason r --expected-revision 0", "rollback a --in prod --to-revision 4",
        "history a --in staging", "agent create a --name n", "agent list", "agent show a", "version create a --file -",
        "version list a", "version show a 1", "token create a --in prod --schema 1 --note n --may-read-prompt",
        "token list a", "token suspend a tok_1", "token activate a tok_1", "token revoke a tok_1", "key list",
        "key add openai --organization o --name n --exempt --secret-env X", "key rotate key_1", "key disable key_1",
        "key enable key_1", "credit add 5.00 --note n --idempotency-key k", "credit balance --organization o",
        "credit entries --limit 500", "credit entries acme", "credit balance acme",
        "credit add 5 --expires 2027-01-01T00:00:00Z", "credit adjust -5.00 --note n", "credit adjust --note n -5",
        "credit adjust 5 --note n --organization o --idempotency-key k", "credit interrupted acme --limit 3 --json",
        "credit refund run_0123456789abcdef0123456789abcdef --amount 0.5 --note n", "credit terms acme",
        "credit terms --overdraft 10 --holds estimate", "credit statement acme --month 2026-11",
        "credit statement --format html --out f", "credit statement --json", "key exempt key_1",
        "key exempt key_1 --no",
        "usage --from 2026-11-01 --to 2026-11-30 --by day --by model",
        "price list --all --provider openai --organization acme", "price show 7", "price unset a b --organization acme",
        "price set a b --input 1 --output 2 --tier 9:input=2,output=3,cache_read=0.1 --request 0.005",
        "price set a b --organization acme --multiplier 0.85",
        "price set a b --free --effective-from 2027-01-01T00:00:00Z",
        "price import f --format litellm --provider openai --provider gemini",
        "ledger verify --json", "healthcheck", "defaults", "doctor --online --json",
        "status --admin-url http://a:1 --admin-token-file t",
    ])
    func whatIsPromisedIsUnderstood(_ line: String) throws {
        _ = try Tollgate.parseAsRoot(line.split(separator: " ").map(String.init))
    }

    @Test(arguments: [
        "nonsense", "deploy a 1", "deploy a --to prod", "rollback a", "agent create", "version create a",
        "credit add -1",
        "credit add 0", "credit add 1.0000000001", "credit add 5 --expires soon", "credit adjust -5",
        "credit adjust 0 --note n",
        "credit adjust --note n", "credit adjust 5 6 --note n", "credit adjust -x --note n", "credit refund x",
        "credit refund run_0123456789abcdef0123456789abcdef --amount 0", "credit terms --overdraft -1",
        "credit terms --holds none", "credit statement --month 2026-13", "credit statement --format pdf",
        "credit statement --format csv --json", "credit interrupted acme --organization other",
        "credit entries --limit 0", "usage --by week",
        "simulate --port 70000",
        "simulate --faults 999:1", "simulate --tokens 0", "key add openai --secret sk-1", "init --nonsense",
        "init --new-owner --if-needed", "price set a b", "price set a b --input 1", "price set a b --free --input 1",
        "price set a b --multiplier 2", "price set a b --organization o --multiplier 1.0000001", "price unset a b",
        "price set a b --input 0.0000000001 --output 1", "price import f --format csv",
    ])
    func otherLinesAreWrongUse(_ line: String) {
        let error = #expect(throws: (any Error).self) {
            try Tollgate.parseAsRoot(line.split(separator: " ").map(String.init))
        }
        #expect(error.map { Tollgate.exitCode(for: $0) } == .validationFailure)
    }
}

/// The commands against a real admin API on a folder of their own.
@Suite struct CommandTests {
    private let folder: TemporaryFolder
    private let configuration: Configuration

    init() throws {
        folder = try TemporaryFolder()
        var configuration = Configuration()
        configuration.data = folder.path + "/data"
        configuration.catalog.mapBytes = 64 << 20
        configuration.ledger.mapBytes = 64 << 20
        configuration.prices = try folder.write(
            #"""
            {"date":"2026-11-21","models":[
            {"provider":"simulated","model":"sim-1","input":1000,"output":2000,"max_output_tokens":4096}]}
            """#, to: "prices.json")
        self.configuration = configuration
    }

    private func withServer(_ body: (AdminClient, String) async throws -> Void) async throws {
        let made = try await NewDataFolder(configuration, environment: [:]).make()
        let token = try folder.write(made.token, to: "token")
        try await LocalAdmin(configuration, file: nil, environment: [:]).serve(token: made.token) { admin in
            try await body(admin, token)
        }
    }

    /// As `main` does.
    private func run(_ line: String, _ server: AdminClient, _ token: String) async throws {
        let options = [
            "--admin-url", server.base, "--admin-token-file", token, "--organization", DemoSeed.organization,
        ]
        let command = try Tollgate.parseAsRoot(line.split(separator: " ").map(String.init) + options)
        var asynchronous = try #require(command as? any AsyncParsableCommand)
        try await asynchronous.run()
    }

    @Test func theDemoIsMadeOnceOnARealStore() async throws {
        try await withServer { server, _ in
            var seed = DemoSeed(server, provider: DemoProvider.choose([:]))
            let token = try await seed.run(keepsToken: false)
            #expect(token?.hasPrefix("tg_production_") == true)
            #expect(seed.changes.count == 8)
            var again = DemoSeed(server, provider: DemoProvider.choose([:]))
            #expect(try await again.run(keepsToken: false) == nil)
            #expect(again.changes == [])
        }
    }

    @Test func deploymentsMoveAndAreRemembered() async throws {
        try await withServer { server, token in
            var seed = DemoSeed(server, provider: DemoProvider.choose([:]))
            _ = try await seed.run(keepsToken: true)
            let document = try folder.write(
                #"{"provider":"simulated","model":"sim-1","messages":[],"label":"v3"}"#, to: "version.json")
            try await run("version create greeter --file \(document)", server, token)
            try await run("deploy greeter v3 --to prod --reason better", server, token)
            await #expect(throws: AdminRefusal.self) {
                try await run("deploy greeter 2 --to prod --expected-revision 1", server, token)
            }
            try await run("rollback greeter --in prod", server, token)
            try await run("history greeter --in prod", server, token)
            try await run("status", server, token)
            let deployment = [
                "organizations", "demo", "agents", "greeter", "schemas", "1", "deployments", "production",
            ]
            let history = try await server.list(deployment + ["history"])
            #expect(history.map { $0.text("action") } == ["rollback", "deploy", "deploy"])
            #expect(history.map { $0.text("to", "number") } == ["1", "3", "1"])
            #expect(history.map { $0.text("reason") } == ["", "better", "tollgate demo"])
        }
    }

    @Test func creditsAreAddedOnceUnderOneKey() async throws {
        try await withServer { server, token in
            var seed = DemoSeed(server, provider: DemoProvider.choose([:]))
            _ = try await seed.run(keepsToken: true)
            for _ in 0..<2 { try await run("credit add 2.50 --idempotency-key k", server, token) }
            let refusal = await #expect(throws: AdminRefusal.self) {
                try await run("credit add 3 --idempotency-key k", server, token)
            }
            #expect(refusal?.code == "idempotency_conflict")
            let credits = try await server.get(AdminPath.make(["organizations", "demo", "credits"])).json
            #expect(credits.text("balance") == "12.5")
        }
    }

    @Test func theBooksAreVerifiedWithoutAServer() async throws {
        let ledger = try Ledger(folder: folder.path + "/ledger", settings: .init(mapBytes: 64 << 20))
        _ = try await ledger.post(
            Posting(organization: "o", amount: .init(5), idempotencyKey: "k", actor: "a", note: "", time: 1))
        let verdict = LedgerVerdict(try LedgerAudit.verify(ledger))
        let head = try ledger.head().hash
        let json = String(decoding: verdict.json, as: UTF8.self)
        #expect(verdict.isClean)
        #expect(json == #"{"clean":true,"entries":1,"organizations":1,"open_runs":0,"head":"\#(head)"}"#)
        let words = LedgerCommand.Verify.words(try JSONDocument(verdict.json).root)
        #expect(words == "clean: 1 entries, 1 organizations, 0 open runs")
        await ledger.close()
    }

    @Test func verifyingWaitsAsLongAsItTakes() {
        let timeouts = LedgerCommand.Verify.timeouts
        #expect([timeouts.firstByte, timeouts.idle, timeouts.total] == [0, 0, 0], "0 is no limit")
    }

    @Test func aFolderThatIsNoneIsNotMade() async throws {
        await #expect(throws: CommandFailure.self) {
            try await LocalAdmin(configuration, file: nil, environment: [:]).serve(token: nil) { _ in }
        }
        #expect(!FileManager.default.fileExists(atPath: configuration.data))
    }

    @Test func severalOrganizationsMustBeNamed() async throws {
        try await withServer { server, _ in
            let options = try OrganizationOptions.parse([])
            await #expect(throws: CommandFailure.self) { try await options.resolve(server) }
            for slug in ["one", "two"] {
                var body = JSONBody()
                body.set("slug", slug)
                _ = try await server.post(AdminPath.make(["organizations"]), body)
                if slug == "one" { #expect(try await options.resolve(server) == "one") }
            }
            await #expect(throws: CommandFailure.self) { try await options.resolve(server) }
        }
    }
}
