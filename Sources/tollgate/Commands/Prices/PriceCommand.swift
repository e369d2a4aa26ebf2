import ArgumentParser
import Domain
import JSON

struct PriceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "price", abstract: "What providers' models cost.",
        subcommands: [List.self, Show.self, Set.self, Unset.self, Import.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List prices, in credits per million tokens.",
            discussion: "Base prices, and those that organizations have of their own. 1 credit is 1 USD.")

        @Option(help: "Only of this provider.") var provider: String?
        @Option(help: "Only this organization's own.") var organization: String?
        @Flag(help: "Past and coming ones too.") var all = false
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let query = [("limit", "500"), ("organization", organization), ("all", all ? "true" : nil)]
                let items = try await server.list(["prices"], query: query)
                    .filter { provider == nil || $0.text("provider") == provider }
                admin.output.show(items, PriceTable.columns, PriceTable.cells)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a price by the version that entries of the books name.")

        @Argument(help: "The price's version, a number.") var version: UInt64
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let answer = try await server.get(AdminPath.make(["prices", String(version)]))
                try admin.output.show(answer, PriceTable.text)
            }
        }
    }

    struct Unset: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let an organization pay the base price again, from now on or from a time.")

        @OptionGroup var model: PricedModelArguments
        @Option(help: "Whose own price or multiplier ends.") var organization: String
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                var body = model.body(organization: organization)
                body.set(flag: "withdrawn", true)
                try admin.output.show(try await server.post(AdminPath.make(["prices"]), body), PriceTable.text)
            }
        }
    }
}

/// Which model, and from when on.
struct PricedModelArguments: ParsableArguments {
    @Argument(help: "The provider, as in versions.") var provider: String
    @Argument(help: "The model, as in versions.") var model: String
    @Option(help: "From when on: RFC 3339, as 2027-01-01T00:00:00Z, in the future. (default: now)")
    var effectiveFrom: String?

    func body(organization: String?) -> JSONBody {
        var body = JSONBody()
        body.set("organization", organization)
        body.set("provider", provider)
        body.set("model", model)
        body.set("effective_from", effectiveFrom)
        return body
    }
}
