import FoundationEssentials
import Glibc
import Storage

/// Makes a ledger of an archive: in a folder beside its own, which gets its name when all of it is there and verified.
/// Killed at any moment, it leaves a folder that nothing opens and the next restore clears away.
struct ArchiveRestore {
    struct Outcome {
        var report: LedgerAudit.Report
        var manifest: ArchiveFolder.Manifest
        /// Of the ledger.
        var folder: String
    }

    private let archive: ArchiveFolder
    private let configuration: Configuration

    init(_ archive: ArchiveFolder, _ configuration: Configuration) {
        self.archive = archive
        self.configuration = configuration
    }

    func run() async throws -> Outcome {
        let manifest = try archive.wholeManifest()
        let folder = configuration.folder
        guard !FileManager.default.fileExists(atPath: folder.ledger) else {
            throw CommandFailure(
                "\(folder.ledger): there is a ledger; move it away first: `mv \(folder.ledger) \(folder.ledger).old`")
        }
        do {
            try FileManager.default.createDirectory(
                atPath: folder.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandFailure("\(folder.path): the folder cannot be made")
        }
        let catalog = try held(folder)
        defer { withExtendedLifetime(catalog) {} }
        let new = folder.ledger + ".restoring"
        let report: LedgerAudit.Report
        do throws(StorageError) { try StoreFolder.clear(new) } catch { throw CommandFailure(opening: new, error) }
        do {
            report = try await build(new, manifest)
        } catch {
            if (error as? StorageError)?.refusal?.reason != .inUse { discard(new) }
            switch error {
            case let error as StorageError: throw CommandFailure(opening: new, error)
            case let fault as ArchiveFault: throw CommandFailure(fault.reason)
            case _: throw error
            }
        }
        // It takes the place of no ledger that came meanwhile: of an empty folder at most.
        guard rename(new, folder.ledger) == 0 else {
            throw CommandFailure("\(folder.ledger): \(String(cString: strerror(errno))); the books are in \(new)")
        }
        try DurableFile.sync(folder: folder.path)
        return Outcome(report: report, manifest: manifest, folder: folder.ledger)
    }

    /// The rest of the data folder, so that no server starts on it meanwhile; nil where there is none.
    private func held(_ folder: DataFolder) throws(CommandFailure) -> FolderLock? {
        guard FileManager.default.fileExists(atPath: folder.catalog) else { return nil }
        do throws(StorageError) { return try FolderLock(folder: folder.catalog, makesFolder: false) } catch {
            throw CommandFailure(opening: folder.path, error)
        }
    }

    /// Nobody else's: it was made here, and its lock may still be this process's.
    private func discard(_ folder: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    private func build(_ folder: String, _ manifest: ArchiveFolder.Manifest) async throws -> LedgerAudit.Report {
        let ledger = try Ledger(folder: folder, settings: .init(mapBytes: configuration.ledger.mapBytes))
        let result: Result<LedgerAudit.Report, any Error>
        do { result = .success(try await fill(ledger, manifest)) } catch { result = .failure(error) }
        await ledger.close()
        return try result.get()
    }

    private func fill(_ ledger: Ledger, _ manifest: ArchiveFolder.Manifest) async throws -> LedgerAudit.Report {
        var head = LedgerHead()
        if let carried = try archive.carried(manifest) {
            try await ledger.restore(carried)
            head = carried.seal.head
        }
        try await archive.read(manifest) { segment in
            head = try segment.check(after: head)
            try await ledger.restore(segment)
        }
        switch try LedgerAudit.verify(ledger) {
        case .clean(let report) where head == manifest.head && report.head == head.hash: return report
        case .clean:
            throw CommandFailure(
                "\(archive.path)/\(ArchiveFolder.Manifest.name): the last entry is another one, or another hash")
        case .fault(let sequence, let reason):
            throw CommandFailure("\(archive.path): the books are not right: entry \(sequence): \(reason)")
        }
    }
}
