import Admin
import ArgumentParser
import FoundationEssentials
import JSON
import Storage
import Transport

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "The books.",
        subcommands: [
            Verify.self, Export.self, Backup.self, Restore.self, Prune.self, Reconcile.self,
        ])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recompute the books from their entries; exit code 1 where they are not clean.",
            discussion: "Asks the running server; where none answers, reads the files of the data folder itself.")

        @Option(help: "Verify the archive in this folder instead, by itself: no server and no data folder are asked.")
        var archive: String?
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            let answer =
                if let archive {
                    AdminAnswer(status: 200, bytes: try await ArchiveFolder(archive).verify().json)
                } else if let answer = try await askServer() {
                    answer
                } else {
                    try readFiles()
                }
            let root = try answer.json
            try admin.output.show(answer, Self.words)
            if root.member("clean")?.bool != true { throw ExitCode.failure }
        }

        static func words(_ outcome: JSONValue) -> String {
            if outcome.member("clean")?.bool == true {
                return "clean: \(outcome.text("entries")) entries, \(outcome.text("organizations")) organizations, "
                    + "\(outcome.text("open_runs")) open runs"
            }
            return "not clean: entry \(outcome.text("sequence")): \(outcome.text("reason"))"
        }

        /// Nil where none answers and none was named: the files here are not those of a server elsewhere.
        private func askServer() async throws -> AdminAnswer? {
            try await admin.withServerIfAny { server in
                var server = server
                server.timeouts = Self.timeouts
                return try await server.post(AdminPath.make(["ledger", "verify"]))
            }
        }

        /// Nothing is sent until all the books are read, however many they are.
        static let timeouts = Timeouts(connect: 5_000, firstByte: 0, idle: 0, total: 0)

        private func readFiles() throws -> AdminAnswer {
            let configuration = try admin.configuration.load()
            let folder = configuration.folder.ledger
            // Opening makes what is missing; a check must not.
            guard FileManager.default.fileExists(atPath: folder + "/data.mdb") else {
                throw CommandFailure(
                    "\(folder): no ledger, and no server answers: check the data folder and --admin-url")
            }
            do throws(StorageError) {
                let ledger = try Ledger(
                    folder: folder, settings: .init(mapBytes: configuration.ledger.mapBytes, makesStore: false))
                return AdminAnswer(status: 200, bytes: try LedgerAudit.verify(ledger).json)
            } catch {
                throw CommandFailure(opening: folder, error)
            }
        }
    }
}
