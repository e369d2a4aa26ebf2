import ArgumentParser
import Domain
import JSON

struct PriceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "price", abstract: "What providers' models cost.", subcommands: [List.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List prices, in credits per million tokens.")

        @Option(help: "Only of this provider.") var provider: String?
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let items = try await server.list(["prices"], query: [("limit", "500")])
                    .filter { provider == nil || $0.text("provider") == provider }
                let columns: [TextTable.Column] = [
                    .init("provider"), .init("model"), .init("input", .right), .init("cache read", .right),
                    .init("cache write", .right), .init("output", .right), .init("reasoning", .right),
                    .init("max output", .right), .init("list"),
                ]
                admin.output.show(items, columns) { price in
                    let credits = { (name: String) in
                        price.member(name)?.int.map { NanoCredits($0).description } ?? ""
                    }
                    return [
                        price.text("provider"), price.text("model"), credits("input"), credits("cache_read"),
                        credits("cache_write"), credits("output"), credits("reasoning"),
                        price.text("max_output_tokens"), price.text("list_date"),
                    ]
                }
            }
        }
    }
}
