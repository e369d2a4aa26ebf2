import Admin
import ArgumentParser
import FoundationEssentials
import JSON

extension PriceCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "import",
            abstract: "Set base prices from a file.",
            discussion: """
                Formats: tollgate, as config/prices.json; genai-prices, the data.json that project publishes; litellm, \
                its model_prices_and_context_window.json. Prices that are in force already stay as they are; others \
                hold from now on, those with a date to come from then on. Models that the file has not keep their \
                prices, and so do organizations with prices of their own.

                A file that is not of its format is refused whole. Of the other projects' lists what our prices cannot \
                say exactly is skipped, with the reason. Decimals are read as they stand and rounded half up to whole \
                nano-credits per million tokens. docs/prices.md has an example of each format.
                """)

        @Argument(help: ArgumentHelp("The file.", valueName: "file")) var file: String
        @Option(help: "The file's format.") var format = PriceFormat.tollgate
        @Option(help: "Only of this provider, by our name of it. May be repeated.") var provider: [String] = []
        @OptionGroup var admin: AdminOptions

        /// Prices a request: other changes wait while they are written.
        private static let rows = 500

        func run() async throws {
            guard let data = FileManager.default.contents(atPath: file) else {
                throw CommandFailure("\(file): cannot be read")
            }
            let prices = try PriceFile(Array(data), format: format, name: file)
            let chosen = prices.prices.filter { provider.isEmpty || provider.contains($0.model.provider) }
            let skipped = prices.skipped.filter { skipped in
                provider.isEmpty || provider.contains { skipped.name.hasPrefix($0 + "/") }
            }
            let report = try await admin.withAdmin { server in try await send(chosen, server) }
            try admin.output.show(AdminAnswer(status: 200, bytes: Self.summary(report, skipped))) { summary in
                let counts = ["added", "changed", "scheduled", "unchanged"].map { "\($0) \(summary.text($0))" }
                return counts.joined(separator: ", ") + ", skipped \(skipped.count)" + Self.text(skipped)
            }
        }

        private func send(_ prices: [NewPrice], _ server: any AdminCalling) async throws -> [String: Int64] {
            var sums: [String: Int64] = [:]
            var rest = prices[...]
            while let first = rest.first {
                var chunk = rest.prefix(Self.rows)
                // What is said of one model is taken together.
                if let last = chunk.last, first.model != last.model,
                    rest.dropFirst(chunk.count).first?.model == last.model
                {
                    chunk = chunk.prefix { $0.model != last.model }
                }
                rest = rest.dropFirst(chunk.count)
                var body = JSONBody()
                body.set("format", format.rawValue)
                body.set("prices", json: Self.json(chunk))
                do {
                    let report = try await server.post(AdminPath.make(["prices", "import"]), body).json
                    for member in try report.members() { sums[member.name, default: 0] += member.value.int ?? 0 }
                } catch let refusal as AdminRefusal {
                    let taken = prices.count - rest.count - chunk.count
                    throw CommandFailure(
                        "\(refusal); \(taken == 0 ? "nothing" : "the first \(taken) prices") were taken")
                }
            }
            return sums
        }

        private static func json(_ prices: ArraySlice<NewPrice>) -> [UInt8] {
            var writer = JSONWriter()
            writer.beginArray()
            for price in prices { writer.newPrice(price) }
            writer.endArray()
            return writer.bytes
        }

        private static func summary(_ report: [String: Int64], _ skipped: [PriceFile.Skipped]) -> [UInt8] {
            var writer = JSONWriter()
            writer.beginObject()
            for name in ["added", "changed", "scheduled", "unchanged"] {
                writer.key(name)
                writer.int(report[name] ?? 0)
            }
            writer.key("skipped")
            writer.beginArray()
            for row in skipped {
                writer.beginObject()
                writer.key("model")
                writer.string(row.name)
                writer.key("reason")
                writer.string(row.reason)
                writer.endObject()
            }
            writer.endArray()
            writer.endObject()
            return writer.bytes
        }

        /// A line for each reason, with a few of the models.
        private static func text(_ skipped: [PriceFile.Skipped]) -> String {
            let shown = 5
            return Dictionary(grouping: skipped, by: \.reason).sorted { $0.key < $1.key }.map { reason, rows in
                let names = rows.prefix(shown).map(\.name).joined(separator: ", ")
                let more = rows.count > shown ? " and \(rows.count - shown) more (--json names all)" : ""
                return "\n  skipped: \(reason): \(names)\(more)"
            }.joined()
        }
    }
}
