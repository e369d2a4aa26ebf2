import Domain
import FoundationEssentials
import Glibc
import JSON
import Storage

/// A folder that holds the books: files of entries, and `archive.json`, which says up to which entry they count. A file
/// beyond that one is of a backup that was cut off. That of a ledger that was pruned before begins with what it carried.
struct ArchiveFolder: Sendable {
    /// What `archive.json` says.
    struct Manifest: Equatable {
        static let name = "archive.json"
        private static let format = 1

        /// The number of the first entry in the folder.
        var first: UInt64
        /// The last entry; one before the first where there is none.
        var head: LedgerHead
        var at: Timestamp
        /// False while its first backup, of a ledger that was pruned before, has not come to its end: it is no books yet.
        var isWhole = true

        var bytes: [UInt8] {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("format")
            writer.int(Self.format)
            writer.key("first")
            writer.int(first)
            writer.key("last")
            writer.int(head.sequence)
            writer.key("hash")
            writer.string(head.hash.description)
            writer.key("at")
            writer.string(at.description)
            writer.key("whole")
            writer.bool(isWhole)
            writer.endObject()
            return writer.bytes + [10]
        }

        init(first: UInt64, head: LedgerHead, at: Timestamp) {
            self.first = first
            self.head = head
            self.at = at
        }

        init?(_ bytes: [UInt8]) {
            guard let root = try? JSONDocument(bytes).root, root.member("format")?.int == Int64(Self.format),
                let first = root.member("first")?.int.flatMap({ UInt64(exactly: $0) }),
                let last = root.member("last")?.int.flatMap({ UInt64(exactly: $0) }), first > 0, last >= first - 1,
                let hash = root.member("hash")?.string.flatMap({ Digest(hexadecimal: $0) }),
                let at = root.member("at")?.string.flatMap({ Timestamp($0) }), let isWhole = root.member("whole")?.bool
            else { return nil }
            self.init(first: first, head: LedgerHead(sequence: last, hash: hash), at: at)
            self.isWhole = isWhole
        }
    }

    /// A file of entries, by its name.
    struct File: Hashable {
        var first: UInt64
        var last: UInt64

        var name: String { "entries-\(Self.digits(first))-\(Self.digits(last)).tollgate" }

        init(first: UInt64, last: UInt64) {
            self.first = first
            self.last = last
        }

        init?(name: String) {
            let parts = name.split(separator: "-")
            guard parts.count == 3, let first = UInt64(parts[1]),
                let last = UInt64(parts[2].prefix { $0 != "." })
            else { return nil }
            self.init(first: first, last: last)
            guard self.name == name else { return nil }
        }

        /// Twenty, as many as the largest number has, so that names sort as numbers do.
        static func digits(_ number: UInt64) -> String {
            let text = String(number)
            return String(repeating: "0", count: 20 - text.count) + text
        }
    }

    let path: String

    init(_ path: String) { self.path = path }

    /// Of what was carried on to the first entry.
    static func carriedName(first: UInt64) -> String { "carried-\(File.digits(first)).tollgate" }

    /// Nil where there is none.
    func manifest() throws(CommandFailure) -> Manifest? {
        let file = "\(path)/\(Manifest.name)"
        guard FileManager.default.fileExists(atPath: file) else { return nil }
        guard let data = FileManager.default.contents(atPath: file), let manifest = Manifest(Array(data)) else {
            throw CommandFailure("\(file): cannot be read, or is not of an archive this program knows")
        }
        return manifest
    }

    /// Of an archive that can be read.
    func wholeManifest() throws(CommandFailure) -> Manifest {
        guard let manifest = try manifest() else {
            throw CommandFailure("\(path): no archive: it has no \(Manifest.name)")
        }
        guard manifest.isWhole else {
            throw CommandFailure(
                "\(path): its first backup did not come to its end: run `tollgate ledger backup` again")
        }
        return manifest
    }

    /// What is there, in order.
    func files() throws(CommandFailure) -> [File] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw CommandFailure("\(path): no folder that can be read")
        }
        return names.compactMap { File(name: $0) }.sorted { $0.first < $1.first }
    }

    /// Hands over all entries that the manifest counts, file by file, each file following the one before.
    func read(
        _ manifest: Manifest, _ take: (ArchiveSegment) async throws -> Void
    ) async throws {
        var last = manifest.first - 1
        for file in try files() where file.first <= manifest.head.sequence {
            guard file.first == last + 1, file.last >= file.first, file.last <= manifest.head.sequence else {
                throw ArchiveFault(sequence: last + 1, reason: "\(path)/\(file.name): does not follow entry \(last)")
            }
            try await naming(file) { try await take(try segment(file)) }
            last = file.last
        }
        guard last == manifest.head.sequence else {
            throw ArchiveFault(
                sequence: last + 1, reason: "\(path): the file that begins with entry \(last + 1) is missing")
        }
    }

    /// What the archive begins with; nil where that is the first entry of all.
    func carried(_ manifest: Manifest) throws -> CarriedSegment? {
        guard manifest.first > 1 else { return nil }
        let name = Self.carriedName(first: manifest.first)
        func fault(_ reason: String) -> ArchiveFault {
            ArchiveFault(sequence: manifest.first - 1, reason: "\(path)/\(name): \(reason)")
        }
        guard let data = FileManager.default.contents(atPath: "\(path)/\(name)") else {
            throw fault("it cannot be read")
        }
        do throws(ArchiveFault) {
            let carried = try CarriedSegment(Array(data))
            try carried.check()
            guard carried.seal.first == manifest.first, carried.isLast else {
                throw ArchiveFault(sequence: 0, reason: "it is not of entry \(manifest.first)")
            }
            return carried
        } catch { throw fault(error.reason) }
    }

    private func segment(_ file: File) throws -> ArchiveSegment {
        guard let data = FileManager.default.contents(atPath: "\(path)/\(file.name)") else {
            throw ArchiveFault(sequence: file.first, reason: "it cannot be read")
        }
        let segment = try ArchiveSegment(Array(data))
        guard segment.first == file.first, segment.last == file.last else {
            throw ArchiveFault(
                sequence: file.first, reason: "it holds entries \(segment.first) to \(segment.last)")
        }
        return segment
    }

    /// A fault in a file says in which.
    private func naming(_ file: File, _ body: () async throws -> Void) async throws {
        do { try await body() } catch let fault as ArchiveFault {
            throw ArchiveFault(
                sequence: max(fault.sequence, file.first), reason: "\(path)/\(file.name): \(fault.reason)")
        }
    }
}

extension ArchiveFolder {
    /// The archive alone, replayed.
    func verify() async throws -> LedgerAudit.Outcome { try await verify(noting: 0).outcome }

    /// - Parameter sequence: of an entry whose hash is wanted.
    func verify(noting sequence: UInt64) async throws -> (outcome: LedgerAudit.Outcome, hash: Digest?) {
        let manifest = try wholeManifest()
        do {
            var audit = try ArchiveAudit(try carried(manifest), noting: sequence)
            try await read(manifest) { try audit.take($0) }
            guard audit.head == manifest.head else {
                throw ArchiveFault(
                    sequence: manifest.head.sequence,
                    reason: "\(path)/\(Manifest.name): the last entry is another one, or another hash")
            }
            return (.clean(audit.report), audit.notedHash)
        } catch let fault as ArchiveFault {
            return (.fault(sequence: fault.sequence, reason: fault.reason), nil)
        }
    }
}
