import FoundationEssentials
import Glibc
import Security
import Storage

/// Makes a data folder: its master key, catalog and ledger, and an owner's admin token. What an interrupted time left
/// is kept; a folder that has an admin token is refused.
struct NewDataFolder {
    struct Made: Sendable {
        /// Nil where a key was there, or the environment has it.
        var masterKeyFile: String?
        var token: String
    }

    private let configuration: Configuration
    private let environment: [String: String]

    init(_ configuration: Configuration, environment: [String: String]) {
        self.configuration = configuration
        self.environment = environment
    }

    func make() async throws -> Made {
        let folder = configuration.folder
        do {
            try FileManager.default.createDirectory(
                atPath: folder.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFailure("\(folder.path): the folder cannot be made")
        }
        do {
            let catalog = try Catalog(folder: folder.catalog, settings: .init(mapBytes: configuration.catalog.mapBytes))
            guard try catalog.isWithoutAdmin() else {
                throw CommandFailure("\(folder.path): has an admin token already; `tollgate serve` starts it")
            }
            let masterKeyFile = try makeMasterKey()
            let ledger = try Ledger(folder: folder.ledger, settings: .init(mapBytes: configuration.ledger.mapBytes))
            await ledger.close()
            let token = try await ControlPlane.createFirstOwner(
                in: ControlPlane.store(catalog, mode: configuration.mode))
            await catalog.close()
            return Made(masterKeyFile: masterKeyFile, token: token)
        } catch let error as StorageError {
            throw CommandFailure("\(folder.path): \(error)")
        }
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
