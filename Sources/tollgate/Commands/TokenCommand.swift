import ArgumentParser
import JSON

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Deployment tokens: what an application calls with.",
        subcommands: [Create.self, List.self, Suspend.self, Activate.self, Revoke.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a token for an agent in an environment; its secret is printed once.")

        @OptionGroup var agent: AgentOptions
        @Option(
            name: .customLong("in"), help: ArgumentHelp("The environment it is for.", valueName: "environment"))
        var environment: String
        @Option(help: "The schema it is pinned to. (default: the newest)") var schema: Int?
        @Option(help: "When it ends, as 2027-01-31T00:00:00Z. (default: never)") var expiresAt: String?
        @Option(help: "What it is for, for people.") var note: String?
        @Flag(help: "Let it read the deployed prompt.") var mayReadPrompt = false
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                var body = JSONBody()
                body.set("environment", environment)
                body.set("schema", schema)
                body.set("expires_at", expiresAt)
                body.set("note", note)
                body.set(flag: "may_read_prompt", mayReadPrompt)
                let path = AdminPath.make(try await agent.parts(server) + ["tokens"])
                try admin.output.show(try await server.post(path, body)) { token in
                    """
                    created token \(token.text("id")) for \(token.text("agent")) in \(token.text("environment")), \
                    schema \(token.text("schema"))
                    \(token.text("secret"))
                    The secret is not shown again.
                    """
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List an agent's tokens, without their secrets.")

        @OptionGroup var agent: AgentOptions
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let items = try await server.list(try await agent.parts(server) + ["tokens"])
                let columns: [TextTable.Column] = [
                    .init("token"), .init("environment"), .init("schema", .right), .init("state"), .init("expires"),
                    .init("created"), .init("note"),
                ]
                admin.output.show(items, columns) {
                    [
                        $0.text("id"), $0.text("environment"), $0.text("schema"), $0.text("state"),
                        $0.time("expires_at"), $0.time("created_at"), $0.text("note"),
                    ]
                }
            }
        }
    }

    /// What changing a token's state takes.
    struct Choice: ParsableArguments {
        @OptionGroup var agent: AgentOptions
        @Argument(help: "The token's id, tok_…") var token: String
        @OptionGroup var admin: AdminOptions

        func perform(_ verb: String) async throws {
            try await admin.withServer { server in
                let path = AdminPath.make(try await agent.parts(server) + ["tokens", token, verb])
                try admin.output.show(try await server.post(path)) { "token \($0.text("id")) is \($0.text("state"))" }
            }
        }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Refuse a token until it is activated.")
        @OptionGroup var choice: Choice
        func run() async throws { try await choice.perform("suspend") }
    }

    struct Activate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Accept a suspended token again.")
        @OptionGroup var choice: Choice
        func run() async throws { try await choice.perform("activate") }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Refuse a token for ever.")
        @OptionGroup var choice: Choice
        func run() async throws { try await choice.perform("revoke") }
    }
}
