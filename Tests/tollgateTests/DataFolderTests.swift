import Domain
import FoundationEssentials
import Logging
import Security
import Storage
import Testing

@testable import Admin
@testable import tollgate

@Suite struct DataFolderTests {
    private let folder: TemporaryFolder
    private let configuration: Configuration

    init() throws {
        folder = try TemporaryFolder()
        var configuration = Configuration()
        configuration.data = folder.path + "/a/b"
        configuration.catalog.mapBytes = 64 << 20
        configuration.ledger.mapBytes = 64 << 20
        self.configuration = configuration
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test func aNewFolderHasAllItNeeds() async throws {
        let made = try await NewDataFolder(configuration, environment: [:]).make()
        #expect(made.token.hasPrefix("tga_"))
        #expect(made.masterKeyFile == configuration.folder.masterKey)
        #expect(try mode(configuration.folder.masterKey) == 0o600)
        #expect(try mode(configuration.data) == 0o700)
        _ = try configuration.masterKey(environment: [:])
        #expect(FileManager.default.fileExists(atPath: configuration.folder.ledger + "/data.mdb"))
    }

    @Test func aSecondTimeIsRefusedAndChangesNothing() async throws {
        _ = try await NewDataFolder(configuration, environment: [:]).make()
        let key = SecretFile.read(configuration.folder.masterKey)
        await #expect(throws: CommandFailure.self) {
            try await NewDataFolder(configuration, environment: [:]).make()
        }
        #expect(SecretFile.read(configuration.folder.masterKey) == key)
    }

    @Test func anInterruptedTimeIsFinished() async throws {
        try FileManager.default.createDirectory(atPath: configuration.data, withIntermediateDirectories: true)
        let key = MasterKey.generate()
        try SecretFile.write(key, to: configuration.folder.masterKey)
        let made = try await NewDataFolder(configuration, environment: [:]).make()
        #expect(made.masterKeyFile == nil)
        #expect(SecretFile.read(configuration.folder.masterKey) == key)
    }

    private func withCatalog<R>(
        reserve: Int = 0, _ body: (Catalog) async throws -> R
    ) async throws -> R {
        let catalog = try await opened {
            try Catalog(
                folder: configuration.folder.catalog, settings: .init(mapBytes: 64 << 20),
                reserve: Reserve(bytes: reserve))
        }
        let result: Result<R, any Error>
        do { result = .success(try await body(catalog)) } catch { result = .failure(error) }
        await catalog.close()
        return try result.get()
    }

    /// A writer that was closed lets go of its folder a moment later.
    private func opened<R>(_ open: () async throws -> R) async throws -> R {
        while true {
            do { return try await open() } catch {
                guard "\(error)".contains("another process has it") else { throw error }
                await Task.yield()
            }
        }
    }

    /// Only `init` makes a key the folder's: a folder that it did not finish takes none from anybody else.
    @Test func noKeyBecomesTheFoldersButByInit() async throws {
        let text = String(repeating: "ab", count: 32)
        let key = try #require(MasterKey(hexadecimal: text))
        let other = try #require(MasterKey(hexadecimal: String(repeating: "cd", count: 32)))
        try FileManager.default.createDirectory(atPath: configuration.data, withIntermediateDirectories: true)
        await (try Ledger(folder: configuration.folder.ledger, settings: .init(mapBytes: 64 << 20))).close()
        try await withCatalog { catalog in
            let fault = #expect(throws: CommandFailure.self) { try MasterKeyProof.pass(key, of: catalog) }
            #expect(fault?.description.contains("finish `tollgate init`") == true)
        }
        let local = LocalAdmin(configuration, file: nil, environment: ["TOLLGATE_MASTER_KEY": text])
        let fault = await #expect(throws: CommandFailure.self) {
            try await opened { try await local.serve(token: nil) { _ in } }
        }
        #expect(fault?.description.contains("finish `tollgate init`") == true)
        try await withCatalog { catalog in
            #expect(try catalog.masterKeyCheck() == nil)
            try await MasterKeyProof.establish(key, in: catalog)
            try MasterKeyProof.pass(key, of: catalog)
            #expect(throws: CommandFailure.self) { try MasterKeyProof.pass(other, of: catalog) }
            await #expect(throws: CommandFailure.self) { try await MasterKeyProof.establish(other, in: catalog) }
        }
    }

    /// A server starts with the prices it has where there is no room for new ones; whoever reloads is told.
    @Test func aListThatFindsNoRoomKeepsNoServerFromStarting() async throws {
        try FileManager.default.createDirectory(atPath: configuration.data, withIntermediateDirectories: true)
        let list = try PriceList(
            Array(
                #"{"date":"2026-11-21","models":[{"provider":"simulated","model":"sim-1","input":1,"output":1}]}"#.utf8),
            name: "prices.json")
        try await withCatalog(reserve: .max) { catalog in
            let store = ControlPlane.store(catalog, mode: .selfHosted)
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            try await ControlPlane.loadIfWritable(list, into: store, logger)
            #expect(try store.prices(PriceQuery(), PageRequest(), at: Timestamp(milliseconds: 1)).items.isEmpty)
            await #expect(throws: CommandFailure.self) { try await ControlPlane.load(list, into: store) }
        }
    }

    private func owners() async throws -> [String] {
        let catalog = try Catalog(folder: configuration.folder.catalog, settings: .init(mapBytes: 64 << 20))
        let store = ControlPlane.store(catalog, mode: .selfHosted)
        let owners = try store.adminTokens(PageRequest()).items.map(\.id)
        await catalog.close()
        return owners
    }

    /// The token's file is written first: where that fails, there is no token that nobody has.
    @Test(arguments: [false, true])
    func aTokenThatCannotBeKeptIsNotMade(_ isSecond: Bool) async throws {
        if isSecond { _ = try await NewDataFolder(configuration, environment: [:]).make() }
        let unwritable = NewDataFolder(configuration, environment: [:], tokenFile: folder.path + "/none/token")
        await #expect(throws: CommandFailure.self) {
            _ = isSecond ? try await unwritable.addOwner() : try await unwritable.make()
        }
        #expect(try await owners().count == (isSecond ? 1 : 0))
    }

    /// A token's file that opens nothing, as a crash between file and catalog leaves it, is written again.
    @Test func aCrashBeforeTheTokenCountsIsFinished() async throws {
        let file = configuration.folder.adminToken
        try FileManager.default.createDirectory(atPath: configuration.data, withIntermediateDirectories: true)
        try SecretFile.write("tga_dead", to: file)
        let new = NewDataFolder(configuration, environment: [:], tokenFile: file)
        let made = try #require(try await new.makeIfNeeded())
        #expect(SecretFile.read(file) == made.token && made.token != "tga_dead")
        #expect(try await new.makeIfNeeded() == nil)
        #expect(SecretFile.read(file) == made.token)
        #expect(try await owners().count == 1)
    }

    @Test func aLostTokenIsReplaced() async throws {
        await #expect(throws: CommandFailure.self) {
            try await NewDataFolder(configuration, environment: [:]).addOwner()
        }
        #expect(!FileManager.default.fileExists(atPath: configuration.data))
        let first = try await NewDataFolder(configuration, environment: [:]).make()
        let second = try await NewDataFolder(configuration, environment: [:]).addOwner()
        #expect(first.token != second.token && second.masterKeyFile == nil)
        #expect(try await owners().count == 2)
        let catalog = try Catalog(folder: configuration.folder.catalog, settings: .init(mapBytes: 64 << 20))
        await #expect(throws: CommandFailure.self, "a server has the folder") {
            try await NewDataFolder(configuration, environment: [:]).addOwner()
        }
        await catalog.close()
    }

    @Test func theEnvironmentsMasterKeyIsNotWritten() async throws {
        let environment = ["TOLLGATE_MASTER_KEY": MasterKey.generate()]
        let made = try await NewDataFolder(configuration, environment: environment).make()
        #expect(made.masterKeyFile == nil)
        #expect(!FileManager.default.fileExists(atPath: configuration.folder.masterKey))
    }

    @Test(arguments: [
        ("0123", 0o600, "expects 64 hexadecimal digits"),
        (String(repeating: "x", count: 64), 0o600, "expects 64 hexadecimal digits"),
        (String(repeating: "a", count: 64), 0o640, "others may read the master key; run `chmod 600 "),
        (String(repeating: "a", count: 64), 0o604, "others may read the master key; run `chmod 600 "),
    ])
    func badMasterKeyFilesAreRefused(_ text: String, _ mode: Int, _ reason: String) throws {
        var configuration = configuration
        let file = try folder.write(text, to: "key", mode: mode)
        configuration.masterKeyFile = file
        let fault = #expect(throws: MasterKeyFault.self) { try configuration.masterKey(environment: [:]) }
        #expect(fault?.description.hasPrefix("\(file): \(reason)") == true)
        #expect(fault?.description.contains(text) == false)
    }

    @Test func theEnvironmentsMasterKeyWins() throws {
        var configuration = configuration
        configuration.masterKeyFile = "/nowhere"
        let key = String(repeating: "ab", count: 32)
        let found = try configuration.masterKey(environment: ["TOLLGATE_MASTER_KEY": key])
        #expect(found.id == MasterKey(hexadecimal: key)?.id)
        #expect(throws: MasterKeyFault(description: "TOLLGATE_MASTER_KEY: expects 64 hexadecimal digits")) {
            try configuration.masterKey(environment: ["TOLLGATE_MASTER_KEY": "12"])
        }
    }

    @Test(arguments: [
        ("127.0.0.1", 8081, "http://127.0.0.1:8081"), ("0.0.0.0", 1, "http://127.0.0.1:1"), ("::", 2, "http://[::1]:2"),
        ("::1", 3, "http://[::1]:3"), ("gateway.example", 4, "http://gateway.example:4"),
    ])
    func aServerIsFoundWhereItListens(_ host: String, _ port: Int, _ url: String) throws {
        var configuration = Configuration()
        configuration.admin = .init(host: host, port: port)
        #expect(try configuration.adminURL() == url)
    }

    @Test func portsTheSystemGaveAreReadFromTheFolder() throws {
        var configuration = Configuration()
        configuration.data = folder.path
        configuration.gateway.port = 0
        #expect(throws: CommandFailure.self) { try configuration.gatewayURL() }
        _ = try folder.write(#"{"gateway":4711,"admin":4712}"#, to: "ports.json")
        #expect(try configuration.gatewayURL() == "http://127.0.0.1:4711")
        #expect(ListeningPorts(file: configuration.folder.ports)?.simulator == nil)
        // Who runs on the configured port says how it speaks there.
        _ = try folder.write(#"{"gateway":4711,"admin":4712,"admin_scheme":"https"}"#, to: "ports.json")
        for (port, url) in [(4712, "https://127.0.0.1:4712"), (0, "https://127.0.0.1:4712"), (1, "http://127.0.0.1:1")]
        {
            configuration.admin.port = port
            #expect(try configuration.adminURL() == url)
        }
    }
}
