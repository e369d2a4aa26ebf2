import ArgumentParser
import Domain
import Glibc
import JSON

extension CreditCommand {
    struct Statement: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "An organization's statement of a month: what moved the balance, and what runs were charged.",
            discussion: """
                Months are UTC. The opening balance and the sums of the kinds come to the closing balance, which is the \
                next month's opening; that of the current month is the balance now. CSV and HTML (a page to print) are for \
                files: name one by --out.
                """)

        enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, csv, html }

        @Option(help: "The month, as 2026-11. (default: the current one, UTC)") var month: String?
        @Option(help: "How to write it. (default: text; json with --json)") var format: Format?
        @Option(help: "The file to write, replacing it. (default: standard output)") var out: String?
        @OptionGroup var organization: OrganizationArgument
        @OptionGroup var admin: AdminOptions

        func validate() throws {
            guard month.map({ Month($0) != nil }) ?? true else {
                throw ValidationError("--month: expects a month as 2026-11")
            }
            guard format == nil || format == .json || !admin.output.isJSON else {
                throw ValidationError("--json: is another format than --format")
            }
        }

        func run() async throws {
            try await admin.withServer { server in
                let format = format ?? (admin.output.isJSON ? .json : .text)
                let asked = format == .text ? Format.json : format
                let slug = try await organization.resolve(server)
                let answer = try await server.get(
                    AdminPath.make(
                        ["organizations", slug, "credits", "statements"],
                        query: [("month", month), ("format", asked.rawValue)]))
                let bytes: [UInt8]
                switch format {
                case .text: bytes = Array(StatementText.text(try answer.json).utf8)
                case .json: bytes = answer.bytes + [10]
                case .csv, .html: bytes = answer.bytes
                }
                if let out { try OutputFile.write(bytes, to: out) } else { StandardOutput.write(bytes) }
            }
        }
    }
}
