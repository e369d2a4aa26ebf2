import ArgumentParser
import FoundationEssentials
import JSON
import Storage
import Transport

struct LedgerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "The books.", subcommands: [Verify.self])

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recompute the books from their entries; exit code 1 where they are not clean.",
            discussion: "Asks the running server; where none answers, reads the files of the data folder itself.")

        @OptionGroup var admin: AdminOptions

        func run() async throws {
            let answer =
                if let answer = try await askServer() { answer } else { try readFiles() }
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

        /// Nil where no server answers.
        private func askServer() async throws -> AdminAnswer? {
            try await admin.withServer { server in
                guard await server.answers() else { return nil }
                return try await server.post(AdminPath.make(["ledger", "verify"]))
            }
        }

        private func readFiles() throws -> AdminAnswer {
            let configuration = try admin.configuration.load()
            let folder = configuration.folder.ledger
            // Opening makes what is missing; a check must not.
            guard FileManager.default.fileExists(atPath: folder + "/data.mdb") else {
                throw CommandFailure(
                    "\(folder): no ledger, and no server answers: check the data folder and --admin-url")
            }
            do {
                let ledger = try Ledger(folder: folder, settings: .init(mapBytes: configuration.ledger.mapBytes))
                return AdminAnswer(status: 200, bytes: Self.json(try LedgerAudit.verify(ledger)))
            } catch {
                throw CommandFailure("\(folder): \(error)")
            }
        }

        /// In the words of the admin API.
        static func json(_ outcome: LedgerAudit.Outcome) -> [UInt8] {
            var writer = JSONWriter()
            writer.beginObject()
            writer.key("clean")
            switch outcome {
            case .clean(let report):
                writer.bool(true)
                writer.key("entries")
                writer.int(report.entries)
                writer.key("organizations")
                writer.int(report.organizations)
                writer.key("open_runs")
                writer.int(report.openRuns)
            case .fault(let sequence, let reason):
                writer.bool(false)
                writer.key("sequence")
                writer.int(sequence)
                writer.key("reason")
                writer.string(reason)
            }
            writer.endObject()
            return writer.bytes
        }
    }
}
