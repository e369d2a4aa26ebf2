import ArgumentParser
import FoundationEssentials
import JSON
import Storage

extension LedgerCommand {
    struct Backup: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Copy the entries that are new since the last time into an archive.",
            discussion: """
                FOLDER is made where it is missing, and carried on where it is an archive of this ledger. All of the books \
                is in it, up to the newest entry when it began. Not in it: the catalog (organizations, agents, \
                deployments, tokens, keys) and the idempotency keys of runs with their responses.

                Asks the running server; where none answers, reads the files of the data folder itself.
                """)

        @Argument(help: "The archive's folder.") var folder: String
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            let archive = ArchiveFolder(folder)
            let done = try await admin.withServerIfAny { server in
                try await ArchiveBackup(archive, from: .server(server)).run()
            }
            let outcome =
                if let done { done } else {
                    try await admin.withLedgerFiles { ledger in
                        try await ArchiveBackup(archive, from: .files(ledger)).run()
                    }
                }
            try admin.output.show(outcome.answer(folder)) { root in
                "\(root.text("new_entries")) new entries in \(root.text("new_files")) files; \(folder) holds entries "
                    + "\(root.text("first")) to \(root.text("last"))"
            }
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the ledger of a data folder from an archive.",
            discussion: """
                No server may run on the data folder, and it must have no ledger: move a damaged one away first. What \
                happened after the archive's last entry is not in it. Runs that were open then are open in the books, \
                and closed as interrupted when the server starts.
                """)

        @Argument(help: "The archive's folder.") var folder: String
        @Option(help: "The data folder. (default: as configured)") var data: String?
        @OptionGroup var configuration: ConfigurationOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            var configuration = try configuration.load()
            if let data { configuration.data = data }
            let outcome = try await ArchiveRestore(ArchiveFolder(folder), configuration).run()
            try output.show(outcome.answer) { root in
                """
                restored \(root.text("folder")): \(root.text("entries")) entries up to \(root.text("last")), \
                \(root.text("organizations")) organizations, \(root.text("open_runs")) open runs
                head \(root.text("head"))
                the archive is of \(root.text("archived_at")): what happened after it is not in these books
                """
            }
        }
    }
}

extension ArchiveBackup.Outcome {
    fileprivate func answer(_ folder: String) -> AdminAnswer {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("folder")
        writer.string(folder)
        for (name, number) in [
            ("first", manifest.first), ("last", manifest.head.sequence), ("new_entries", entries),
            ("new_files", UInt64(files)),
        ] {
            writer.key(name)
            writer.int(number)
        }
        writer.key("head")
        writer.string(manifest.head.hash.description)
        writer.endObject()
        return AdminAnswer(status: 200, bytes: writer.bytes)
    }
}

extension ArchiveRestore.Outcome {
    fileprivate var answer: AdminAnswer {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("folder")
        writer.string(folder)
        for (name, number) in [
            ("entries", report.entries), ("last", manifest.head.sequence),
            ("organizations", UInt64(report.organizations)), ("open_runs", UInt64(report.openRuns)),
        ] {
            writer.key(name)
            writer.int(number)
        }
        writer.key("head")
        writer.string(report.head.description)
        writer.key("archived_at")
        writer.string(manifest.at.description)
        writer.endObject()
        return AdminAnswer(status: 200, bytes: writer.bytes)
    }
}

extension AdminOptions {
    /// The ledger's files, where no server runs.
    func withLedgerFiles<R>(_ body: (Ledger) async throws -> R) async throws -> R {
        let configuration = try configuration.load()
        let folder = configuration.folder.ledger
        guard FileManager.default.fileExists(atPath: folder + "/data.mdb") else {
            throw CommandFailure("\(folder): no ledger, and no server answers: check the data folder and --admin-url")
        }
        do {
            let ledger = try Ledger(
                folder: folder, settings: .init(mapBytes: configuration.ledger.mapBytes, makesStore: false))
            let result: Result<R, any Error>
            do { result = .success(try await body(ledger)) } catch { result = .failure(error) }
            await ledger.close()
            return try result.get()
        } catch let error as StorageError {
            throw CommandFailure(opening: folder, error)
        }
    }
}
