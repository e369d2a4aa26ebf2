import Admin
import FoundationEssentials
import Glibc
import Security
import Storage

/// Makes a data folder: its master key, catalog and ledger, and an owner's admin token. What an interrupted time left
/// is kept; a folder that has an admin token is refused.
///
/// The token is in its file before it opens anything: a process that dies between the two leaves a folder without an
/// admin token, which the next time finishes, and never one whose token nobody has.
struct NewDataFolder {
    struct Made: Sendable {
        /// Nil where a key was there, or the environment has it.
        var masterKeyFile: String?
        var token: String
    }

    private let configuration: Configuration
    private let environment: [String: String]
    private let tokenFile: String?

    /// - Parameter tokenFile: where the token is kept; nil: nowhere.
    init(_ configuration: Configuration, environment: [String: String], tokenFile: String? = nil) {
        self.configuration = configuration
        self.environment = environment
        self.tokenFile = tokenFile
    }

    func make() async throws -> Made {
        guard let made = try await makeIfNeeded() else {
            throw CommandFailure("\(configuration.data): has an admin token already; `tollgate serve` starts it")
        }
        return made
    }

    /// Nil, having changed nothing, where the folder has an admin token.
    func makeIfNeeded() async throws -> Made? {
        let folder = configuration.folder
        do {
            try FileManager.default.createDirectory(
                atPath: folder.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFailure("\(folder.path): the folder cannot be made")
        }
        return try await withCatalog { catalog in
            guard try catalog.isWithoutAdmin() else { return nil }
            let masterKeyFile = try makeMasterKey()
            try await MasterKeyProof.establish(try configuration.masterKey(environment: environment), in: catalog)
            let ledger = try Ledger(folder: folder.ledger, settings: .init(mapBytes: configuration.ledger.mapBytes))
            await ledger.close()
            return Made(masterKeyFile: masterKeyFile, token: try await makeOwner(catalog))
        }
    }

    /// One more owner of all, for a folder whose admin tokens are lost. No server may run on it.
    func addOwner() async throws -> Made {
        let folder = configuration.folder
        // Opening makes what is missing.
        guard FileManager.default.fileExists(atPath: folder.catalog + "/data.mdb") else {
            throw CommandFailure("\(folder.path): no data folder; `tollgate init` makes one")
        }
        return try await withCatalog { catalog in Made(masterKeyFile: nil, token: try await makeOwner(catalog)) }
    }

    private func withCatalog<R>(_ body: (Catalog) async throws -> R) async throws -> R {
        let folder = configuration.folder
        do {
            let catalog = try Catalog(folder: folder.catalog, settings: .init(mapBytes: configuration.catalog.mapBytes))
            let result: Result<R, any Error>
            do { result = .success(try await body(catalog)) } catch { result = .failure(error) }
            await catalog.close()
            return try result.get()
        } catch let error as StorageError {
            throw CommandFailure(opening: folder.path, error)
        }
    }

    private func makeOwner(_ catalog: Catalog) async throws -> String {
        let secret = AdminToken.newSecret()
        if let tokenFile { try SecretFile.write(secret, to: tokenFile, replacing: true) }
        try await ControlPlane.createOwner(
            secret: secret, in: ControlPlane.store(catalog, mode: configuration.mode))
        return secret
    }

    /// The path of the key it made; nil where there is one, which must then be usable.
    private func makeMasterKey() throws -> String? {
        let isGiven = environment[EnvironmentName.masterKey].map { !$0.isEmpty } ?? false
        guard !isGiven, !FileManager.default.fileExists(atPath: configuration.masterKeyPath) else {
            _ = try configuration.masterKey(environment: environment)
            return nil
        }
        try SecretFile.write(MasterKey.generate(), to: configuration.masterKeyPath)
        return configuration.masterKeyPath
    }
}

extension Catalog {
    fileprivate func isWithoutAdmin() throws(StorageError) -> Bool {
        try environment.read { transaction throws(StorageError) in try transaction.count(tables.adminTokens) == 0 }
    }
}
