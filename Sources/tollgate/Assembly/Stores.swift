import Logging
import Storage

/// The two environments of a data folder, taken for this process.
struct Stores {
    let catalog: Catalog
    let ledger: Ledger
    private let logger: Logger

    /// Opens both, changing no data; a store that is missing is not made.
    init(_ configuration: Configuration, logger: Logger) throws(CommandFailure) {
        let folder = configuration.folder
        let reserve = Reserve(bytes: configuration.ledger.diskReserve)
        do throws(StorageError) {
            catalog = try Catalog(
                folder: folder.catalog,
                settings: .init(mapBytes: configuration.catalog.mapBytes, makesStore: false), reserve: reserve,
                report: { Self.log($0, of: "catalog", logger) })
            ledger = try Ledger(
                folder: folder.ledger, settings: .init(mapBytes: configuration.ledger.mapBytes, makesStore: false),
                durability: configuration.ledger.writerDurability, reserve: reserve,
                retention: configuration.idempotency.retention,
                report: { Self.log($0, of: "ledger", logger) })
        } catch {
            throw CommandFailure(opening: folder.path, error)
        }
        self.logger = logger
    }

    func close() async {
        let lost = await ledger.close()
        if lost > 0 {
            logger.error(
                "settles could not be written; their runs are closed as interrupted at the next start",
                metadata: ["runs": "\(lost)"])
        }
        await catalog.close()
    }

    private static func log(_ state: StoreState, of store: String, _ logger: Logger) {
        let metadata: Logger.Metadata = [
            "store": "\(store)", "state": "\(state.rawValue)", "explanation": "\(state.explanation)",
        ]
        switch state {
        case .writable: logger.notice("a store takes new work again", metadata: metadata)
        case .diskNearlyFull, .mapNearlyFull, .behind, .behindFullMap, .broken:
            logger.error("a store takes no new work", metadata: metadata)
        }
    }
}

extension CommandFailure {
    /// A store of the data folder that cannot be opened; what refuses it names the place itself.
    init(opening folder: String, _ error: StorageError) {
        self.init(error.refusal.map { "\($0)" } ?? "\(folder): \(error)")
    }
}

extension Configuration.Ledger {
    var writerDurability: Writer.Durability {
        switch durability {
        case .strict: .strict
        case .relaxed: .relaxed(milliseconds: relaxedCommit)
        }
    }
}
