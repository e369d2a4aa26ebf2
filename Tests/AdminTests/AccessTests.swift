import Domain
import Foundation
import HTTPTypes
import Logging
import Security
import ServiceLifecycle
import Storage
import Testing

@testable import Admin

func sha256Of(_ text: String) -> Digest { sha256(text) }

@Suite struct AccessTests {
    /// What each role writes; all read everything but admin tokens, which are the owner's.
    static let writes: [(Role, Set<Area>)] = [
        (.owner, Set(Area.allCases)), (.deployer, [.agents, .deployments, .tokens]), (.billing, [.credits, .books]),
        (.viewer, []),
    ]

    @Test(arguments: writes)
    func rolesAreAsTheMatrixSays(_ role: Role, _ areas: Set<Area>) {
        for area in Area.allCases {
            #expect(role.allows(.write, area) == areas.contains(area), "\(role) writes \(area)")
            #expect(role.allows(.read, area) == (area != .adminTokens || role == .owner), "\(role) reads \(area)")
        }
    }

    /// Every route, called with every role: refused exactly where the matrix says so.
    @Test(arguments: Role.allCases)
    func routesAskForTheirRole(_ role: Role) async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let ofAll = try await admin.store.createAdminToken(role, by: .at(1)).secret
            let ofAcme = try await admin.store.createAdminToken(role, organization: "acme", by: .at(1)).secret
            let ofRival = try await admin.store.createAdminToken(role, organization: "rival", by: .at(1)).secret
            for route in Routes.all {
                let path = Self.filled(route.path)
                let allowed = role.allows(route.permission.access, route.permission.area)
                let all = try await admin.call(route.method, path, token: ofAll)
                #expect((all.status == 403) == !allowed, "\(route.method) \(path): \(all.text)")
                let acme = try await admin.call(route.method, path, token: ofAcme)
                let isForAll = if case .all = route.permission.scope { true } else { false }
                #expect((acme.status == 403) == (!allowed || isForAll), "\(route.method) \(path): \(acme.text)")
                guard case .organizationInPath = route.permission.scope else { continue }
                let rival = try await admin.call(route.method, path, token: ofRival)
                #expect(rival.status == 404 && rival["code"] == "not_found", "\(route.method) \(path)")
            }
        }
    }

    private static func filled(_ path: String) -> String {
        var path = path
        for (name, value) in [
            ("{org}", "acme"), ("{agent}", "greeter"), ("{env}", "production"), ("{n}", "1"), ("{version}", "1"),
            ("{id}", "x_1"),
        ] { path = path.replacingOccurrences(of: name, with: value) }
        return path
    }

    @Test func everyRouteTakesAToken() async throws {
        try await AdminHarness.run { admin in
            for route in Routes.all {
                for token in ["", "tga_wrong"] {
                    let answer = try await admin.call(route.method, Self.filled(route.path), token: token)
                    #expect(answer.status == 401 && answer["code"] == "invalid_token", "\(route.path)")
                    #expect(answer.headers[.wwwAuthenticate] == "Bearer")
                }
            }
            for path in ["/healthz", "/readyz", "/metrics", "/openapi.yaml"] {
                #expect(try await admin.call(.get, path, token: "").status == 200)
            }
        }
    }

    @Test func anOrganizationsTokenSeesItsOwn() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let rival = try await admin.store.createAdminToken(.owner, organization: "rival", by: .at(1)).secret
            let list = try await admin.call(.get, "/api/v1/organizations", token: rival)
            #expect(list["items.0.slug"] == "rival" && list["items.1"] == nil)
            let audit = try await admin.call(.get, "/api/v1/audit", token: rival)
            #expect(!audit.text.contains("acme") && audit["items.1.action"] == "organization.create")

            func key(_ more: String, token: String? = nil) async throws -> AdminHarness.Answer {
                try await admin.call(
                    .post, "/api/v1/provider-keys", #"{"provider":"openai","secret":"s"\#(more)}"#, token: token)
            }
            let platform = try #require(try await key("")["id"])
            let acme = try #require(try await key(#","organization":"acme","exempt":true"#)["id"])
            let own = try await key(#","organization":"rival""#, token: rival)
            #expect(own.status == 201 && own["organization"] == "rival")
            #expect(try await key("", token: rival).status == 403)
            #expect(try await key(#","organization":"acme""#, token: rival).status == 404)
            #expect(try await key(#","organization":"rival","exempt":true"#, token: rival).status == 403)
            for id in [platform, acme] {
                #expect(try await admin.call(.get, "/api/v1/provider-keys/\(id)", token: rival).status == 404)
                let disable = try await admin.call(.post, "/api/v1/provider-keys/\(id)/disable", token: rival)
                #expect(disable.status == 404)
            }
            let keys = try await admin.call(.get, "/api/v1/provider-keys", token: rival)
            #expect(keys["items.0.id"] == own["id"] && keys["items.1"] == nil)
        }
    }

    @Test func managesAdminTokens() async throws {
        try await AdminHarness.run { admin in
            try await admin.seed()
            let made = try await admin.call(
                .post, "/api/v1/admin-tokens", #"{"role":"viewer","organization":"acme","note":"ci"}"#)
            let secret = try #require(made["secret"])
            let id = try #require(made["id"])
            #expect(made.status == 201 && secret.hasPrefix("tga_") && made["role"] == "viewer")
            #expect(try await admin.call(.get, "/api/v1/organizations/acme", token: secret).status == 200)
            let list = try await admin.call(.get, "/api/v1/admin-tokens")
            #expect(list.text.contains(id) && !list.text.contains(secret))
            #expect(try await admin.call(.delete, "/api/v1/admin-tokens/\(id)").status == 204)
            #expect(try await admin.call(.get, "/api/v1/organizations/acme", token: secret).status == 401)
            #expect(try await admin.call(.post, "/api/v1/admin-tokens", #"{"role":"god"}"#)["pointer"] == "/role")
        }
    }

    @Test(arguments: [true, false])
    func readiness(_ ready: Bool) async throws {
        try await AdminHarness.run(ready: ready) { admin in
            let answer = try await admin.call(.get, "/readyz")
            #expect(answer.status == (ready ? 200 : 503))
            let stores = #""catalog":true,"ledger":true,"catalog_writes":true,"ledger_writes":true"#
            #expect(answer.text == #"{"ready":\#(ready),"checks":{"gateway":\#(ready),\#(stores)}}"#)
        }
    }

    @Test func documentsEveryRoute() async throws {
        try await AdminHarness.run { admin in
            let document = try await admin.call(.get, "/openapi.yaml").text
            var documented: Set<String> = []
            var path = ""
            var isAdmin = true
            for line in document.split(separator: "\n") {
                if line.hasPrefix("  /"), line.hasSuffix(":") {
                    path = String(line.dropFirst(2).dropLast())
                    isAdmin = path.hasPrefix("/api/")
                }
                for method in ["get", "post", "put", "delete"] where line == "    \(method):" && isAdmin {
                    documented.insert("\(method.uppercased()) \(path)")
                }
            }
            #expect(documented == Set(Routes.all.map { "\($0.method.rawValue) \($0.path)" }))
        }
    }

    @Test(arguments: [ServiceMode.selfHosted, .cloud])
    func onlyThePlatformExemptsAKey(_ mode: ServiceMode) async throws {
        try await AdminHarness.run(mode: mode) { admin in
            try await admin.seed()
            let own = try await admin.store.createAdminToken(.owner, organization: "acme", by: .at(1)).secret
            let rival = try await admin.store.createAdminToken(.owner, organization: "rival", by: .at(1)).secret
            let billing = try await admin.store.createAdminToken(.billing, by: .at(1)).secret
            let keys = "/api/v1/provider-keys"
            let made = try await admin.call(
                .post, keys, #"{"provider":"openai","secret":"s","organization":"acme"}"#, token: own)
            let id = try #require(made["id"])
            let isCharging = mode == .cloud ? "true" : "false"
            #expect(made["exempt"] == "false" && made["costs_credits"] == isCharging)
            let mark = keys + "/\(id)/exempt"
            let refused = try await admin.call(.post, mark, #"{"exempt":true}"#, token: own)
            #expect(refused.status == 403 && refused["detail"]?.contains("owner of all organizations") == true)
            #expect(try await admin.call(.post, mark, #"{"exempt":true}"#, token: rival).status == 404)
            #expect(try await admin.call(.post, mark, #"{"exempt":true}"#, token: billing).status == 403)
            #expect(try await admin.call(.post, mark, #"{"exempt":"yes"}"#)["pointer"] == "/exempt")
            let marked = try await admin.call(.post, mark)
            #expect(marked.status == 200 && marked["exempt"] == "true" && marked["costs_credits"] == "false")
            let shown = try await admin.call(.get, keys + "/\(id)", token: own)
            #expect(shown["exempt"] == "true", "its owner sees it")
            let back = try await admin.call(.post, mark, #"{"exempt":false}"#)
            #expect(back["exempt"] == "false" && back["costs_credits"] == isCharging)
            let audit = try await admin.call(.get, "/api/v1/audit", token: own)
            #expect(audit["items.0.action"] == "provider_key.exempt" && audit["items.0.details.exempt"] == "false")
            #expect(audit["items.1.details.exempt"] == "true")

            let platform = try await admin.call(.post, keys, #"{"provider":"openai","secret":"s"}"#)
            #expect(platform["costs_credits"] == "true")
            let path = keys + "/\(try #require(platform["id"]))/exempt"
            #expect(try await admin.call(.post, path)["pointer"] == "/exempt")
            let none = try await admin.call(.post, keys, #"{"provider":"openai","secret":"s","exempt":true}"#)
            #expect(none.status == 400 && none["pointer"] == "/exempt")
        }
    }

    @Test func listensOnAPortOfItsOwnAndEnds() async throws {
        let folder = try TemporaryFolder()
        let settings = Environment.Settings(mapBytes: 64 << 20)
        let catalog = try Catalog(folder: folder.path + "/catalog", settings: settings)
        let ledger = try Ledger(folder: folder.path + "/ledger", settings: settings)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let service = AdminService(
            configuration: .init(port: 0), store: EmbeddedControlStore(catalog, mode: .selfHosted), ledger: ledger,
            masterKey: try #require(MasterKey([UInt8](repeating: 7, count: 32))), logger: logger,
            reading: { () throws(ControlFault) in throw ControlFault(.ledgerUnavailable, "test") },
            readiness: { Readiness([]) }, now: { 0 })
        let group = ServiceGroup(services: [service], logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let port = try #require(await service.port())
            #expect(port > 0)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        await catalog.close()
        await ledger.close()
    }
}
