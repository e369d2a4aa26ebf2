import ArgumentParser
import JSON

extension CreditCommand {
    /// How much of a list is shown.
    struct LimitOption: ParsableArguments {
        @Option(help: "How many, 1 to 500.") var limit = 50

        func validate() throws {
            guard (1...500).contains(limit) else { throw ValidationError("--limit: expects an integer from 1 to 500") }
        }

        func newest(_ list: String, of slug: String, _ server: some AdminCalling) async throws -> [JSONValue] {
            let path = AdminPath.make(["organizations", slug, "credits", list], query: [("limit", "\(limit)")])
            return try await server.get(path).json.member("items")?.elements() ?? []
        }
    }

    struct Entries: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the newest entries of the books.")

        @OptionGroup var limit: LimitOption
        @OptionGroup var organization: OrganizationArgument
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let slug = try await organization.resolve(server)
                let columns: [TextTable.Column] = [
                    .init("entry", .right), .init("kind"), .init("at"), .init("balance", .right),
                    .init("held", .right), .init("run"), .init("note"),
                ]
                admin.output.show(try await limit.newest("entries", of: slug, server), columns) {
                    [
                        $0.text("sequence"), $0.text("kind") + ($0.text("estimated") == "true" ? " (estimated)" : ""),
                        $0.time("at"), $0.text("balance_change"), $0.text("held_change"), $0.text("run"),
                        Self.note($0),
                    ]
                }
            }
        }

        /// What else is to be said of an entry.
        private static func note(_ entry: JSONValue) -> String {
            var parts = [entry.text("note")]
            if entry.present("expires_at") != nil { parts.append("ends \(entry.time("expires_at"))") }
            if entry.present("top_up") != nil { parts.append("of top-up \(entry.text("top_up"))") }
            if let terms = entry.present("terms") {
                parts.append("overdraft \(terms.text("overdraft")), holds by \(terms.text("holds"))")
            }
            return parts.filter { !$0.isEmpty }.joined(separator: "; ")
        }
    }

    struct Interrupted: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the newest runs that crashes cut off, and what each was charged.",
            discussion: """
                Such a run was closed, and charged by `ledger.interrupted_charge`, at the next start. Hold it against what the \
                provider says, then give back what was too much by `tollgate credit refund`, or take what was too little by \
                `tollgate credit adjust`.
                """)

        @OptionGroup var limit: LimitOption
        @OptionGroup var organization: OrganizationArgument
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let slug = try await organization.resolve(server)
                let columns: [TextTable.Column] = [
                    .init("entry", .right), .init("run"), .init("started"), .init("agent"), .init("model"),
                    .init("key"), .init("source"), .init("charged", .right),
                    .init("refunded", .right),
                ]
                admin.output.show(try await limit.newest("interrupted", of: slug, server), columns) { run in
                    [
                        run.text("entry"), run.text("run"), run.time("started_at"), run.text("agent"),
                        "\(run.text("provider"))/\(run.text("model"))", run.text("key", "id"),
                        run.text("key", "source"), run.text("charged"),
                        run.text("refunded"),
                    ]
                }
            }
        }
    }
}
