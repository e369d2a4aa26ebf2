import ArgumentParser
import Domain
import JSON
import Security

struct CreditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credit", abstract: "An organization's credits; 1 credit is 1 USD.",
        subcommands: [Add.self, Balance.self, Entries.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add credits.",
            discussion: "Under one idempotency key they are added once: give one where the command may be repeated.")

        @Argument(help: "Credits, as 5.00.") var amount: String
        @Option(help: "Why, for the books.") var note: String?
        @Option(help: "The key under which these are added once. (default: a new one)") var idempotencyKey: String?
        @OptionGroup var organization: OrganizationOptions
        @OptionGroup var admin: AdminOptions

        func validate() throws {
            guard let amount = NanoCredits(decimal: amount), amount > .zero else {
                throw ValidationError("AMOUNT: expects a decimal above zero with at most nine places, as 5.00")
            }
        }

        func run() async throws {
            try await admin.withServer { server in
                var body = JSONBody()
                body.set("amount", amount)
                body.set("note", note)
                body.set("idempotency_key", idempotencyKey ?? newIdentifier(prefix: "cli_"))
                let slug = try await organization.resolve(server)
                let path = AdminPath.make(["organizations", slug, "credits", "top-ups"])
                let answer = try await server.post(path, body)
                try admin.output.show(answer) { result in
                    let verb = answer.status == 201 ? "added" : "had been added before:"
                    return "\(verb) \(result.text("entry", "balance_change")) credits to \(slug); "
                        + "available: \(result.text("credits", "available"))"
                }
            }
        }
    }

    struct Balance: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what is there, held and available.")

        @OptionGroup var organization: OrganizationOptions
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let slug = try await organization.resolve(server)
                let answer = try await server.get(AdminPath.make(["organizations", slug, "credits"]))
                try admin.output.show(answer) { credits in
                    """
                    organization  \(slug)
                    balance       \(credits.text("balance"))
                    held          \(credits.text("held"))
                    overdraft     \(credits.text("overdraft"))
                    available     \(credits.text("available"))
                    """
                }
            }
        }
    }

    struct Entries: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the newest entries of the books.")

        @Option(help: "How many, 1 to 500.") var limit = 50
        @OptionGroup var organization: OrganizationOptions
        @OptionGroup var admin: AdminOptions

        func validate() throws {
            guard (1...500).contains(limit) else { throw ValidationError("--limit: expects an integer from 1 to 500") }
        }

        func run() async throws {
            try await admin.withServer { server in
                let parts = ["organizations", try await organization.resolve(server), "credits", "entries"]
                let page = try await server.get(AdminPath.make(parts, query: [("limit", "\(limit)")])).json
                let columns: [TextTable.Column] = [
                    .init("entry", .right), .init("kind"), .init("at"), .init("balance", .right),
                    .init("held", .right), .init("run"), .init("note"),
                ]
                admin.output.show(page.member("items")?.elements() ?? [], columns) {
                    [
                        $0.text("sequence"), $0.text("kind") + ($0.text("estimated") == "true" ? " (estimated)" : ""),
                        $0.time("at"), $0.text("balance_change"), $0.text("held_change"), $0.text("run"),
                        $0.text("note"),
                    ]
                }
            }
        }
    }
}
