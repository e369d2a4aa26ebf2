import Admin
import ArgumentParser
import FoundationEssentials
import Glibc
import JSON
import Storage
import Transport

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "The books.",
        subcommands: [
            Verify.self, Export.self, Backup.self, Restore.self, Prune.self, Reconcile.self, ReadFiles.self,
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
                    AdminAnswer(status: 200, bytes: LedgerVerdict(try await ArchiveFolder(archive).verify()).json)
                } else if let answer = try await askServer() {
                    answer
                } else {
                    try await readFiles()
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
            let fault = "not clean: entry \(outcome.text("sequence")): \(outcome.text("reason"))"
            return outcome.member("restore") == nil ? fault : "\(fault)\n\(outcome.text("restore"))"
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

        /// In a process of its own, which damage to the files may end; they are this command's meanwhile.
        private func readFiles() async throws -> AdminAnswer {
            let configuration = try admin.configuration.load()
            let folder = configuration.folder.ledger
            guard FileManager.default.fileExists(atPath: folder + "/data.mdb") else {
                throw CommandFailure(
                    "\(folder): no ledger, and no server answers: check the data folder and --admin-url")
            }
            let lock: FolderLock
            do throws(StorageError) {
                lock = try FolderLock(folder: folder, makesFolder: false)
                try LedgerView.check(folder, mapBytes: configuration.ledger.mapBytes)
            } catch {
                throw CommandFailure(opening: folder, error)
            }
            defer { withExtendedLifetime(lock) {} }
            let reader = LedgerReader(folder: folder, mapBytes: configuration.ledger.mapBytes, isNice: false)
            guard let verdict = try await reader.verdict() else { throw CancellationError() }
            return AdminAnswer(status: 200, bytes: verdict.json)
        }
    }

    /// The other side of `LedgerReader`: audits files that a server may have open, and says how it goes.
    struct ReadFiles: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "read-files", abstract: "Audit a ledger's files, for `ledger verify`.", shouldDisplay: false)

        @Option var folder: String
        @Option var mapBytes: Int
        @Flag var nice = false

        func run() throws {
            // Runs go first; it must come to its end beside a full load all the same.
            if nice { Glibc.nice(5) }
            // A core of the map would fill the disk, and tell nothing that the place does not.
            var none = rlimit(rlim_cur: 0, rlim_max: 0)
            setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
            let view: LedgerView
            do throws(StorageError) {
                view = try LedgerView(reading: folder, settings: .init(mapBytes: mapBytes, makesStore: false))
            } catch {
                Self.say(.refusal("\(CommandFailure(opening: folder, error))", isDamage: error.kind == .corrupt))
                throw ExitCode.failure
            }
            do throws(StorageError) {
                var audit = LedgerAudit(view, chunk: LedgerReader.chunk) { Self.say(.place($0)) }
                while true {
                    guard let outcome = try audit.step() else { continue }
                    Self.say(.outcome(String(decoding: LedgerVerdict(outcome).json, as: UTF8.self)))
                    return
                }
            } catch {
                Self.say(.refusal("\(CommandFailure(opening: folder, error))", isDamage: error.isDamage))
                throw ExitCode.failure
            }
        }

        /// At once: whatever comes next may end the process.
        private static func say(_ line: LedgerReader.Line) {
            StandardOutput.write(Array((line.text + "\n").utf8))
        }
    }
}
