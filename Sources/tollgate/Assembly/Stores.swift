import FoundationEssentials
import Storage

/// The two environments of a data folder, taken for this process.
struct Stores {
    let catalog: Catalog
    let ledger: Ledger

    init(_ configuration: Configuration) throws(CommandFailure) {
        let folder = configuration.folder
        let isMissing = !FileManager.default.fileExists(atPath: folder.path)
        do throws(StorageError) {
            catalog = try Catalog(folder: folder.catalog, settings: .init(mapBytes: configuration.catalog.mapBytes))
            ledger = try Ledger(
                folder: folder.ledger, settings: .init(mapBytes: configuration.ledger.mapBytes),
                durability: configuration.ledger.writerDurability)
        } catch {
            throw CommandFailure(
                "\(folder.path): \(error)" + (isMissing ? "; `tollgate init` makes a data folder" : ""))
        }
    }

    func close() async {
        await ledger.close()
        await catalog.close()
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
