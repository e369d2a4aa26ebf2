import Admin
import FoundationEssentials
import Logging
import Security
import ServiceLifecycle
import Storage
import Transport

/// The admin API of a data folder that no server has open, inside this process and on a port of its own.
struct LocalAdmin {
    private let configuration: Configuration
    private let configurationFile: String?
    private let environment: [String: String]

    init(_ configuration: Configuration, file: String?, environment: [String: String]) {
        self.configuration = configuration
        configurationFile = file
        self.environment = environment
    }

    /// - Parameter token: an admin token of the folder.
    func serve<R>(token: String?, _ body: (AdminClient) async throws -> R) async throws -> R {
        let folder = configuration.folder
        // Opening makes what is missing; that is for `init` to do.
        guard FileManager.default.fileExists(atPath: folder.catalog + "/data.mdb") else {
            throw CommandFailure("\(folder.path): no data folder, and no server answers: run `tollgate init` first")
        }
        let masterKey = try configuration.masterKey(environment: environment)
        let prices = try PriceList.load(PriceList.search(configuration, file: configurationFile))
        return try await withStores { catalog, ledger in
            try await serve(catalog, ledger, masterKey, prices, token: token, body)
        }
    }

    private func withStores<R>(_ body: (Catalog, Ledger) async throws -> R) async throws -> R {
        let folder = configuration.folder
        let catalog: Catalog
        do throws(StorageError) {
            catalog = try Catalog(
                folder: folder.catalog, settings: .init(mapBytes: configuration.catalog.mapBytes, makesStore: false))
        } catch {
            throw CommandFailure(opening: folder.path, error)
        }
        let ledger: Ledger
        do throws(StorageError) {
            ledger = try Ledger(
                folder: folder.ledger, settings: .init(mapBytes: configuration.ledger.mapBytes, makesStore: false))
        } catch {
            await catalog.close()
            throw CommandFailure(opening: folder.path, error)
        }
        let result: Result<R, any Error>
        do { result = .success(try await body(catalog, ledger)) } catch { result = .failure(error) }
        await ledger.close()
        await catalog.close()
        return try result.get()
    }

    private func serve<R>(
        _ catalog: Catalog, _ ledger: Ledger, _ masterKey: MasterKey, _ prices: PriceList, token: String?,
        _ body: (AdminClient) async throws -> R
    ) async throws -> R {
        try MasterKeyProof.pass(masterKey, of: catalog)
        let store = ControlPlane.store(catalog, mode: configuration.mode)
        try await ControlPlane.load(prices, into: store)
        let logger = Logger(label: "tollgate.local", factory: { _ in SwiftLogNoOpLogHandler() })
        let service = AdminService(
            configuration: .init(host: "127.0.0.1", port: 0, mode: configuration.mode.service), store: store,
            ledger: ledger, masterKey: masterKey, logger: logger,
            reading: configuration.ledgerReading, readiness: { Readiness([]) }, now: WallClock.milliseconds)
        let group = ServiceGroup(services: [service], logger: logger)
        async let running: Void = group.run()
        do {
            let result = try await call(service, token: token, body)
            await group.triggerGracefulShutdown()
            try await running
            return result
        } catch {
            await group.triggerGracefulShutdown()
            try? await running
            throw error
        }
    }

    private func call<R>(
        _ service: AdminService, token: String?, _ body: (AdminClient) async throws -> R
    ) async throws -> R {
        guard let port = await service.port() else { throw CommandFailure("the admin API cannot listen on a port") }
        let lane = try Lane(name: "tollgate.local")
        do {
            let result = try await body(AdminClient(lane: lane, base: "http://127.0.0.1:\(port)", token: token))
            await lane.close()
            return result
        } catch {
            await lane.close()
            throw error
        }
    }
}
