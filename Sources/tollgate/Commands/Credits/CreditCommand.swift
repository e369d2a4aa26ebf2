import ArgumentParser
import JSON

struct CreditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credit", abstract: "An organization's credits; 1 credit is 1 USD.",
        subcommands: [
            Add.self, Adjust.self, Refund.self, Balance.self, Terms.self, Entries.self, Interrupted.self,
            Statement.self,
        ])

    /// Which organization, said as an argument or by the option that all commands have.
    struct OrganizationArgument: ParsableArguments {
        @Argument(help: "The organization's slug, instead of --organization.") var named: String?
        @OptionGroup var organization: OrganizationOptions

        func validate() throws {
            guard let named, let slug = organization.slug, named != slug else { return }
            throw ValidationError("the argument and --organization name two organizations")
        }

        func resolve(_ server: some AdminCalling) async throws -> String {
            if let named { return named }
            return try await organization.resolve(server)
        }
    }

    struct Balance: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show what is there, held, available and will end.")

        @OptionGroup var organization: OrganizationArgument
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let slug = try await organization.resolve(server)
                let answer = try await server.get(AdminPath.make(["organizations", slug, "credits"]))
                try admin.output.show(answer) { credits in
                    var lines = [
                        "organization  \(slug)", "balance       \(credits.text("balance"))",
                        "held          \(credits.text("held"))", "overdraft     \(credits.text("overdraft"))",
                        "available     \(credits.text("available"))", "holds         by \(credits.text("holds"))",
                    ]
                    for lot in credits.member("expiring")?.elements() ?? [] {
                        lines.append(
                            "expiring      \(lot.text("left")) of top-up \(lot.text("top_up")) at "
                                + lot.time("expires_at"))
                    }
                    return lines.joined(separator: "\n")
                }
            }
        }
    }

    struct Terms: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show or set the overdraft, and what is held for a run.",
            discussion: """
                Without options it shows them. The overdraft is how far below zero what is available may go. Holds by bound \
                reserve the most that a run can cost: the balance is never overspent. Holds by estimate reserve what it is \
                likely to cost: more runs at once, and some may cost more than was held.
                """)

        enum Basis: String, CaseIterable, ExpressibleByArgument { case bound, estimate }

        @Option(help: "Credits, as 10.00.") var overdraft: String?
        @Option(help: "What is held for a run.") var holds: Basis?
        @OptionGroup var organization: OrganizationArgument
        @OptionGroup var admin: AdminOptions

        func validate() throws { if let overdraft { try Credits.validate(overdraft, "--overdraft") { $0 >= .zero } } }

        func run() async throws {
            try await admin.withServer { server in
                let path = AdminPath.make(["organizations", try await organization.resolve(server), "credits", "terms"])
                var answer = try await server.get(path)
                if overdraft != nil || holds != nil {
                    let terms = try answer.json
                    var body = JSONBody()
                    body.set("overdraft", overdraft ?? terms.text("overdraft"))
                    body.set("holds", holds?.rawValue ?? terms.text("holds"))
                    answer = try await server.send("PUT", path, body)
                }
                try admin.output.show(answer) { terms in
                    "overdraft  \(terms.text("overdraft"))\nholds      by \(terms.text("holds"))"
                }
            }
        }
    }
}
