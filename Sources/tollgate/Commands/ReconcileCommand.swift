import Admin
import ArgumentParser
import Domain
import FoundationEssentials
import JSON
import Protocols

extension BillFormat: ExpressibleByArgument {}

extension LedgerCommand {
    struct Reconcile: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Hold a provider's bill against the books; exit code 1 where they differ by more than is tolerated.",
            discussion: """
                FILE is the provider's export of usage or costs as it is, `-` for standard input. Formats, how to get the
                exports, and how models and keys are matched: docs/reconciliation.md.

                Asks the running server; where none answers, reads the files of the data folder itself.
                """)

        enum Format: String, CaseIterable, ExpressibleByArgument { case table, json, csv }

        @Argument(help: "The provider's export.") var file: String
        @Option(help: "Whose format the file has.") var provider: BillFormat
        @Option(help: "The books' name of the provider. (default: that of the format; generic: all)")
        var ledgerProvider: String?
        @Option(help: "The first day, as 2026-11-01. (default: the first that the file covers)") var from: String?
        @Option(help: "The last day. (default: the last that the file covers)") var to: String?
        @Option(help: "How far off each row and the sum may be, in percent of what is billed.")
        var tolerance = "0.5%"
        @Option(help: "Or this many credits, if that is more.") var toleranceCredits = "0.01"
        @Option(help: "Or this many tokens, if that is more.") var toleranceTokens = 0
        @Option(help: "The bill's name of a model and ours, THEIRS=OURS; can be given again.") var modelMap: [String] =
            []
        @Option(help: "The bill's id of a key and ours, THEIRS=OURS; can be given again.") var keyMap: [String] = []
        @Option(help: "The id of one of our keys that the bill is of; can be given again. (default: the platform's)")
        var key: [String] = []
        @Option(help: "How to print it. (default: table; json with --json)") var format: Format?
        @OptionGroup var admin: AdminOptions

        func validate() throws {
            guard Tolerance.part(percent: tolerance) != nil else {
                throw ValidationError("--tolerance: expects a percentage from 0 to 100, as 0.5%")
            }
            guard let credits = NanoCredits(decimal: toleranceCredits), credits >= .zero else {
                throw ValidationError("--tolerance-credits: expects credits, as 0.01")
            }
            guard toleranceTokens >= 0 else { throw ValidationError("--tolerance-tokens: expects a number of tokens") }
            for day in [from, to].compactMap(\.self) where Day(day) == nil {
                throw ValidationError("--from, --to: expect a day as 2026-11-21")
            }
            for pair in modelMap + keyMap
            where pair.split(separator: "=", maxSplits: 1).count != 2 || pair.contains(",") {
                throw ValidationError("--model-map, --key-map: expect THEIRS=OURS")
            }
        }

        func run() async throws {
            let bytes = try Self.read(file)
            let path = AdminPath.make(["reconciliations"], query: query)
            let answer = try await admin.withAdmin { server in
                let (status, answer) = try await server.call("POST", path, bytes)
                guard (200..<300).contains(status) else { throw AdminRefusal(status: status, answer) }
                return AdminAnswer(status: status, bytes: answer)
            }
            let outcome = try answer.json
            switch format ?? (admin.output.isJSON ? .json : .table) {
            case .table: StandardOutput.write(Array(ReconciliationText.table(outcome).utf8))
            case .json: StandardOutput.write(answer.bytes + [10])
            case .csv: StandardOutput.write(Array(ReconciliationText.csv(outcome).utf8))
            }
            if outcome.member("within_tolerance")?.bool != true { throw ExitCode.failure }
        }

        private var query: [(String, String?)] {
            func list(_ items: [String]) -> String? { items.isEmpty ? nil : items.joined(separator: ",") }
            return [
                ("provider", provider.rawValue), ("ledger_provider", ledgerProvider), ("from", from), ("to", to),
                ("tolerance", tolerance), ("tolerance_credits", toleranceCredits),
                ("tolerance_tokens", String(toleranceTokens)), ("model_map", list(modelMap)),
                ("key_map", list(keyMap)), ("key", list(key)),
            ]
        }

        /// Bytes of a file; what the admin API takes.
        private static let maximumFile = 64 << 20

        private static func read(_ file: String) throws(CommandFailure) -> [UInt8] {
            if file == "-" { return try StandardInput.read(maximumBytes: maximumFile) }
            guard let data = FileManager.default.contents(atPath: file) else {
                throw CommandFailure("\(file): cannot be read")
            }
            guard data.count <= maximumFile else {
                throw CommandFailure(
                    "\(file): has more than \(ByteSize.text(maximumFile)): export fewer days at a time")
            }
            return Array(data)
        }
    }
}
