import Admin
import ArgumentParser
import Domain
import Glibc
import Storage

extension LedgerCommand {
    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the entries in the order of their numbers, for a billing system.",
            discussion: """
                Each line carries its entry's number, its `sequence`: after whatever interruption, go on behind the last \
                whole line by --after, and every entry comes once. It ends with the entry that was the newest when it \
                began.

                --from and --to take an entry's number (digits alone), both within; or a UTC day as 2026-11-01 or a time \
                of RFC 3339, held against each entry's own time, --from within and --to not. docs/operations.md lists the \
                columns. In CSV, text that a spreadsheet would run as a formula begins with an apostrophe.

                Asks the running server; where none answers, reads the files of the data folder itself. With --archive, \
                reads an archive alone, as for entries that were pruned.
                """)

        @Option(help: "The first entry, by number, day or time. (default: the first there is)") var from: String?
        @Option(help: "The last entry, by number; or the day or time before which all are. (default: the newest)")
        var to: String?
        @Option(help: "Go on behind the entry of this number.") var after: UInt64?
        @Option(help: "How to write them.") var format: EntryLines = .jsonl
        @Option(help: "Of this organization alone. (default: all that the token may see)") var organization: String?
        @Option(help: "Write to this new file. (default: standard output)") var out: String?
        @Flag(help: "Leave out the row of the columns' names, to go on with a file of CSV.") var noHeader = false
        @Option(help: "Of the archive in this folder, by itself: no server and no data folder are asked.")
        var archive: String?
        @OptionGroup var admin: AdminOptions

        /// Entries asked for at once.
        private static let pageEntries = 2_000
        /// Bytes of an archive's lines that are written at once.
        private static let writtenBytes = 1 << 20

        func validate() throws {
            for bound in [from, to].compactMap(\.self) where EntryBound(bound) == nil {
                throw ValidationError(
                    "--from, --to: expect an entry's number, a day as 2026-11-21 or a time of RFC 3339")
            }
        }

        func run() async throws {
            let output = try LineOutput(out)
            let newest =
                if let archive {
                    try await copy(from: ArchiveFolder(archive), to: output)
                } else {
                    try await admin.withAdmin { server in try await copy(from: server, to: output) }
                }
            try output.finish()
            // With a bound of time, entries of later times may have numbers below.
            guard [from, to].compactMap({ $0.flatMap { EntryBound($0)?.time } }).isEmpty else { return }
            let upper = max(after ?? 0, min(to.flatMap { EntryBound($0)?.number } ?? newest, newest))
            StandardError.write("exported up to entry \(upper); go on by --after \(upper)\n")
        }

        /// - Returns: the number of the entry that was the newest when it began.
        private func copy(from server: AdminClient, to output: LineOutput) async throws -> UInt64 {
            var after = after
            var newest: UInt64?
            var isFirst = true
            while true {
                let query: [(String, String?)] = [
                    ("after", after.map { String($0) }), ("through", newest.map { String($0) }), ("from", from),
                    ("to", to), ("organization", organization), ("format", format.rawValue),
                    ("limit", String(Self.pageEntries)),
                ]
                let (head, bytes) = try await server.fetch(AdminPath.make(["ledger", "entries"], query: query))
                guard let end = newest ?? head["tollgate-ledger-head"].flatMap({ UInt64($0) }) else {
                    throw CommandFailure("the server does not say which entry is the newest: is it of another version?")
                }
                newest = end
                let isHeadless = format == .csv && (!isFirst || noHeader)
                try output.write(isHeadless ? Array(bytes.drop { $0 != 10 }.dropFirst()) : bytes)
                isFirst = false
                guard let next = head["tollgate-next-after"].flatMap({ UInt64($0) }) else { return end }
                guard next > after ?? 0 else { throw CommandFailure("the server's list does not end") }
                after = next
            }
        }

        /// - Returns: the number of the archive's last entry.
        private func copy(from archive: ArchiveFolder, to output: LineOutput) async throws -> UInt64 {
            let manifest = try archive.wholeManifest()
            let bounds = (from: from.flatMap { EntryBound($0) }, to: to.flatMap { EntryBound($0) })
            let isNumbered = after != nil || bounds.from?.number != nil
            let first = isNumbered ? max(bounds.from?.number ?? 1, (after ?? 0) + 1) : manifest.first
            let last = bounds.to?.number ?? manifest.head.sequence
            guard first >= manifest.first else {
                throw CommandFailure("\(archive.path): begins at entry \(manifest.first)")
            }
            let filter = EntryFilter(organization: organization, from: bounds.from?.time, to: bounds.to?.time)
            if !noHeader { try output.write(format.heading) }
            do {
                var head = try archive.carried(manifest)?.seal.head ?? LedgerHead()
                try await archive.read(manifest) { segment in
                    head = try segment.check(after: head)
                    var lines: [UInt8] = []
                    for record in segment.records {
                        let entry = try LedgerEntry(record.span.bytes)
                        guard entry.sequence >= first, entry.sequence <= last, filter.takes(entry) else { continue }
                        lines += format.line(entry)
                        guard lines.count >= Self.writtenBytes else { continue }
                        try output.write(lines)
                        lines = []
                    }
                    try output.write(lines)
                }
            } catch let fault as ArchiveFault {
                throw CommandFailure(fault.reason)
            }
            return manifest.head.sequence
        }
    }
}

extension EntryLines: ExpressibleByArgument {}

/// A new file, or standard output: what could not be written to it fails.
private final class LineOutput: Sendable {
    private let descriptor: Int32
    private let name: String
    private let isFile: Bool

    /// - Parameter path: nil: standard output.
    init(_ path: String?) throws(CommandFailure) {
        name = path ?? "standard output"
        isFile = path != nil
        guard let path else {
            descriptor = STDOUT_FILENO
            return
        }
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CommandFailure("\(path): \(String(cString: strerror(errno)))") }
    }

    deinit { if isFile { close(descriptor) } }

    func write(_ bytes: [UInt8]) throws(CommandFailure) { try DurableFile.append(bytes, to: descriptor, name) }

    func finish() throws(CommandFailure) {
        guard !isFile || fsync(descriptor) == 0 else {
            throw CommandFailure("\(name): \(String(cString: strerror(errno)))")
        }
    }
}
