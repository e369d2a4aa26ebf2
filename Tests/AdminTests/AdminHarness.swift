import Domain
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import Security
import Storage
import Testing

@testable import Admin

/// The admin port over real stores in a folder of their own, called through Hummingbird's router.
struct AdminHarness: Sendable {
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let text: String

        /// The value at a path of member names; numbers index arrays.
        subscript(_ path: String) -> String? {
            var value = try? JSONSerialization.jsonObject(with: Data(text.utf8))
            for part in path.split(separator: ".") {
                if let index = Int(part), let array = value as? [Any] {
                    value = array.indices.contains(index) ? array[index] : nil
                } else {
                    value = (value as? [String: Any])?[String(part)]
                }
            }
            if let number = value as? NSNumber, CFBooleanLike.isBoolean(number) {
                return number.boolValue ? "true" : "false"
            }
            return value.flatMap { $0 is NSNull ? nil : "\($0)" }
        }
    }

    let client: any TestClientProtocol
    let store: EmbeddedControlStore
    let ledger: Ledger
    let masterKey: MasterKey
    /// Owner of all.
    let owner: String

    static func run(
        mode: ServiceMode = .selfHosted, ready: Bool = true,
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        over setup: TestingSetup = .router, _ body: @Sendable (AdminHarness) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let settings = Environment.Settings(mapBytes: 64 << 20)
        let catalog = try Catalog(folder: folder.path + "/catalog", settings: settings)
        let ledger = try Ledger(folder: folder.path + "/ledger", settings: settings)
        let store = EmbeddedControlStore(catalog, mode: mode)
        let owner = try await store.createAdminToken(.owner, note: "first", by: .at(1))
        let masterKey = try #require(MasterKey([UInt8](repeating: 7, count: 32)))
        let service = AdminService(
            configuration: .init(port: 0, mode: mode), store: store, ledger: ledger, masterKey: masterKey,
            logger: logger,
            reading: { () throws(ControlFault) in
                do throws(StorageError) { return LedgerVerdict(try LedgerAudit.verify(ledger)) } catch {
                    throw ControlFault(error)
                }
            },
            readiness: { Readiness(gateway: ready, catalog: catalog, ledger: ledger) }, now: { 1_795_000_000_000 })
        let outcome: Result<Void, any Error>
        do {
            try await service.application().test(setup) { client in
                try await body(
                    AdminHarness(
                        client: client, store: store, ledger: ledger, masterKey: masterKey, owner: owner.secret))
            }
            outcome = .success(())
        } catch { outcome = .failure(error) }
        await catalog.close()
        await ledger.close()
        try outcome.get()
    }

    func call(
        _ method: HTTPRequest.Method, _ path: String, _ body: String = "", token: String? = nil,
        headers: KeyValuePairs<String, String> = [:]
    ) async throws -> Answer {
        var fields = HTTPFields()
        fields[.authorization] = "Bearer \(token ?? owner)"
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        return try await client.execute(
            uri: path, method: method, headers: fields, body: ByteBuffer(string: body)
        ) { response in
            Answer(
                status: response.status.code, headers: response.headers, text: String(buffer: response.body))
        }
    }

    /// Organization acme, agent greeter, two versions, prices.
    func seed() async throws {
        _ = try await store.loadPrices([.simulated("sim-1")], date: 20_261_121, by: .at(1))
        for (path, body) in [
            ("/api/v1/organizations", #"{"slug":"acme"}"#),
            ("/api/v1/organizations", #"{"slug":"rival","name":"Rival"}"#),
            ("/api/v1/organizations/acme/agents", #"{"slug":"greeter"}"#),
            (Self.agent + "/versions", Self.version("Hello {{ name }}")),
            (Self.agent + "/versions", Self.version("Bye {{ name }}")),
        ] {
            let answer = try await call(.post, path, body)
            #expect(answer.status == 201, "\(path): \(answer.text)")
        }
    }

    static let agent = "/api/v1/organizations/acme/agents/greeter"
    static let production = agent + "/schemas/1/deployments/production"

    static func version(_ text: String, _ more: String = "") -> String {
        #"{"provider":"simulated","model":"sim-1","messages":[{"role":"system","content":"\#(text)"}]\#(more)}"#
    }
}

enum CFBooleanLike {
    static func isBoolean(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}
