import Domain
import FoundationEssentials
import Glibc
import Storage

/// Where a backup's entries come from: a running server, or the files where none runs.
struct EntrySource: Sendable {
    /// Behind the number `after`, up to the number `through` (nil: the newest).
    var page: @Sendable (_ after: UInt64, _ through: UInt64?) async throws -> ArchivePage
    /// Some of what a pruned ledger carries, behind the row of that key; nil where it was never pruned.
    var carried: @Sendable (_ cursor: [UInt8]) async throws -> CarriedSegment?

    static func server(_ server: AdminClient) -> EntrySource {
        EntrySource { after, through in
            let query: [(String, String?)] = [("after", String(after)), ("through", through.map { String($0) })]
            let (_, bytes) = try await server.fetch(AdminPath.make(["ledger", "archive"], query: query))
            do throws(ArchiveFault) { return try ArchivePage(bytes) } catch {
                throw CommandFailure("the server: \(error.reason)")
            }
        } carried: { cursor in
            let query = [("after", Optional(Hexadecimal.encode(cursor)))]
            do {
                let path = AdminPath.make(["ledger", "archive", "carried"], query: query)
                return try CarriedSegment(try await server.fetch(path).1)
            } catch let refusal as AdminRefusal where refusal.status == 404 {
                return nil
            } catch let fault as ArchiveFault {
                throw CommandFailure("the server: \(fault.reason)")
            }
        }
    }

    static func files(_ ledger: Ledger) -> EntrySource {
        EntrySource { after, through in
            switch try ledger.archivePage(after: after, through: through) {
            case .success(let page): page
            case .failure(let missing): throw CommandFailure("\(missing)")
            }
        } carried: { cursor in
            try ledger.carriedSegment(after: cursor)
        }
    }
}

/// Brings an archive up to date: what it has stays, and the entries behind it come into files of their own, up to the
/// newest one when it began. Killed at any moment, it leaves an archive that the next one carries on.
struct ArchiveBackup {
    struct Outcome: Equatable {
        var manifest: ArchiveFolder.Manifest
        var entries: UInt64 = 0
        var files = 0
    }

    private let folder: ArchiveFolder
    private let source: EntrySource
    private let now: @Sendable () -> Timestamp
    /// Bytes of entries in a file.
    private let fileBytes: Int

    init(
        _ folder: ArchiveFolder, from source: EntrySource, fileBytes: Int = ArchiveSegment.maximumBytes,
        now: @escaping @Sendable () -> Timestamp = { Timestamp(milliseconds: WallClock.milliseconds()) }
    ) {
        self.folder = folder
        self.source = source
        self.fileBytes = fileBytes
        self.now = now
    }

    func run() async throws -> Outcome {
        let lock = try FolderHold(folder.path)
        defer { withExtendedLifetime(lock) {} }
        var outcome = Outcome(manifest: try await begin())
        var page = try await source.page(outcome.manifest.head.sequence, nil)
        guard page.segment.before == outcome.manifest.head else { throw foreign(outcome.manifest) }
        try clear(beyond: outcome.manifest)
        let newest = page.head
        var segment = ArchiveSegment(before: outcome.manifest.head)
        var head = segment.before
        var bytes = 0
        while true {
            do throws(ArchiveFault) { head = try page.segment.check(after: head) } catch {
                throw CommandFailure(
                    "the ledger is damaged: \(error.reason); what is archived stays as it is: `tollgate ledger verify`")
            }
            segment.records += page.segment.records
            bytes += page.segment.records.reduce(0) { $0 + $1.count }
            let isLast = head.sequence >= newest.sequence || page.segment.records.isEmpty
            if isLast { try check(head, newest) }
            if bytes >= fileBytes || isLast, !segment.records.isEmpty {
                try keep(segment, head, &outcome)
                segment = ArchiveSegment(before: head)
                bytes = 0
            }
            if isLast { break }
            page = try await source.page(head.sequence, newest.sequence)
        }
        // Also where nothing is new: when it was looked at last.
        outcome.manifest.at = now()
        outcome.manifest.isWhole = true
        try write(outcome.manifest)
        return outcome
    }

    /// What the folder has. A new one says so before it has entries: without that, files may be anybody's.
    private func begin() async throws -> ArchiveFolder.Manifest {
        if let found = try folder.manifest() { return found }
        guard try folder.files().isEmpty else {
            throw CommandFailure(
                "\(folder.path): has files of entries and no \(ArchiveFolder.Manifest.name), so that nobody can tell whose "
                    + "they are: name another folder")
        }
        var manifest = ArchiveFolder.Manifest(first: 1, head: LedgerHead(), at: now())
        if let carried = try await carried() {
            try DurableFile.write(
                carried.encoded, to: ArchiveFolder.carriedName(first: carried.seal.first), in: folder.path)
            manifest.first = carried.seal.first
            manifest.head = carried.seal.head
            // Runs that are open in what is carried end in the entries that follow.
            manifest.isWhole = false
        }
        try write(manifest)
        return manifest
    }

    /// Deletes what a backup of these books that was cut off left.
    private func clear(beyond manifest: ArchiveFolder.Manifest) throws(CommandFailure) {
        for file in try folder.files() where file.first > manifest.head.sequence {
            unlink("\(folder.path)/\(file.name)")
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        where DurableFile.isPartial(name) {
            unlink("\(folder.path)/\(name)")
        }
    }

    /// All of what the ledger carries; nil where it was never pruned.
    private func carried() async throws -> CarriedSegment? {
        guard var all = try await source.carried([]) else { return nil }
        while !all.isLast {
            guard let next = try await source.carried(all.cursor), next.seal == all.seal, !next.rows.isEmpty else {
                throw CommandFailure("the ledger was pruned meanwhile: try again")
            }
            all.rows += next.rows
            all.isLast = next.isLast
        }
        do throws(ArchiveFault) { try all.check() } catch {
            throw CommandFailure("the ledger is damaged: \(error.reason): `tollgate ledger verify`")
        }
        return all
    }

    private func check(_ head: LedgerHead, _ newest: LedgerHead) throws(CommandFailure) {
        guard head.sequence >= newest.sequence else {
            throw CommandFailure(
                "the ledger is damaged: entry \(head.sequence + 1) is missing: `tollgate ledger verify`")
        }
        guard head.sequence > newest.sequence || head.hash == newest.hash else {
            throw CommandFailure(
                "the ledger is damaged: entry \(head.sequence) is another than was written: `tollgate ledger verify`")
        }
    }

    /// The file first, and when it is on disk the manifest that counts it.
    private func keep(
        _ segment: ArchiveSegment, _ head: LedgerHead, _ outcome: inout Outcome
    ) throws(CommandFailure) {
        let file = ArchiveFolder.File(first: segment.first, last: segment.last)
        try DurableFile.write(segment.encoded, to: file.name, in: folder.path)
        outcome.manifest.head = head
        outcome.manifest.at = now()
        outcome.entries += UInt64(segment.records.count)
        outcome.files += 1
        try write(outcome.manifest)
    }

    private func write(_ manifest: ArchiveFolder.Manifest) throws(CommandFailure) {
        try DurableFile.write(manifest.bytes, to: ArchiveFolder.Manifest.name, in: folder.path)
    }

    private func foreign(_ manifest: ArchiveFolder.Manifest) -> CommandFailure {
        CommandFailure(
            "\(folder.path): this folder holds the books of another ledger: its entry \(manifest.head.sequence) is not "
                + "this one's. Name another folder")
    }
}

/// An archive's folder, made where it is missing and held for one backup at a time, however that ends.
private final class FolderHold {
    private let descriptor: Int32

    init(_ path: String) throws(CommandFailure) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw CommandFailure("\(path): \(String(cString: strerror(errno)))")
        }
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure("\(path): \(String(cString: strerror(errno)))") }
        // A file system without locks is used without.
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
            throw CommandFailure("\(path): another backup writes there; try again when that is done")
        }
    }

    deinit { close(descriptor) }
}
