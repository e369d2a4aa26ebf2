import Admin
import ArgumentParser
import Domain
import FoundationEssentials
import JSON
import Storage

extension LedgerCommand {
    struct Prune: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep old entries in an archive alone.",
            discussion: """
                Brings the archive up to date, verifies all of it, and has the entries before the time dropped from the \
                ledger: what they come to is carried on, so that balances, statements and usage stay as they are, and \
                `ledger verify` accepts it. Runs of theirs are no longer found, and cannot be refunded.

                Entries of runs that have no end yet, and of those whose idempotency key is still known, stay, and all \
                behind them. The file of the ledger does not become smaller: new entries take the room.

                It takes an owner's admin token of all organizations. Asks the running server; where none answers, works \
                on the files of the data folder itself.
                """)

        @Option(help: "A UTC day as 2026-11-01, or a time of RFC 3339.") var before: String
        @Option(help: "The archive's folder, as `ledger backup` makes it.") var archive: String
        @OptionGroup var admin: AdminOptions

        func validate() throws {
            guard case .time? = EntryBound(before) else {
                throw ValidationError("--before: expects a day as 2026-11-21 or a time of RFC 3339")
            }
        }

        func run() async throws {
            let folder = URL(filePath: archive).path
            let answer = try await admin.withAdmin { server in
                var server = server
                // All the books are read before it answers.
                server.timeouts = Verify.timeouts
                return try await prune(ArchiveFolder(folder), server)
            }
            try admin.output.show(answer) { root in
                let limit = Self.explanation(root.text("limited_by"))
                return root.member("pruned")?.int == 0
                    ? "nothing to prune: the ledger begins at entry \(root.text("first"))\(limit)"
                    : "pruned \(root.text("pruned")) entries: the ledger begins at entry \(root.text("first"))\(limit)"
            }
        }

        private func prune(_ archive: ArchiveFolder, _ server: AdminClient) async throws -> AdminAnswer {
            let path = AdminPath.make(["ledger", "prune"], query: [("before", before)])
            let found = try await server.get(path).json
            guard let first = found.member("first")?.int.flatMap({ UInt64(exactly: $0) }),
                let boundary = found.member("boundary")?.int.flatMap({ UInt64(exactly: $0) }), first > 0
            else { throw CommandFailure("the server does not say where the ledger begins: is it of another version?") }
            let limit = found.text("limited_by")
            guard boundary > first else { return Self.answer(first: first, pruned: 0, limit) }
            let backup = try await ArchiveBackup(archive, from: .server(server)).run()
            guard backup.manifest.first <= first else {
                throw CommandFailure(
                    "\(archive.path): begins at entry \(backup.manifest.first), the ledger at \(first): this archive "
                        + "does not hold all that would be dropped")
            }
            let (outcome, hash) = try await archive.verify(noting: boundary - 1)
            switch outcome {
            case .fault(let sequence, let reason):
                throw CommandFailure("nothing is pruned: the archive is not clean: entry \(sequence): \(reason)")
            case .clean: break
            }
            guard let hash else { throw CommandFailure("\(archive.path): has no entry \(boundary - 1)") }
            var body = JSONBody()
            body.set("boundary", Int(clamping: boundary))
            body.set("hash", hash.description)
            body.set("archive", archive.path)
            let done = try await server.post(AdminPath.make(["ledger", "prune"]), body).json
            return Self.answer(first: boundary, pruned: done.member("pruned")?.int ?? 0, limit)
        }

        private static func answer(first: UInt64, pruned: Int64, _ limit: String) -> AdminAnswer {
            var body = JSONBody()
            body.set("first", Int(clamping: first))
            body.set("pruned", Int(pruned))
            body.set("limited_by", limit)
            return AdminAnswer(status: 200, bytes: body.bytes)
        }

        private static func explanation(_ limit: String) -> String {
            switch PruneBoundary.Limit(rawValue: limit) {
            case .openRun: "; a run that has no end yet keeps those behind"
            case .idempotencyKey: "; a run whose idempotency key is still known keeps those behind"
            case .time, nil: ""
            }
        }
    }
}
