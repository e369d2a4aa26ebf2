import ArgumentParser
import JSON

struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent", abstract: "Features of applications.", subcommands: [Create.self, List.self, Show.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create an agent, with schema 1.")

        @OptionGroup var agent: AgentOptions
        @Option(help: "A name for people. (default: the slug)") var name: String?
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                var body = JSONBody()
                body.set("slug", agent.agent)
                body.set("name", name)
                let organization = try await agent.organization.resolve(server)
                let answer = try await server.post(AdminPath.make(["organizations", organization, "agents"]), body)
                try admin.output.show(answer) { "created agent \($0.text("slug")) in \(organization)" }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List an organization's agents.")

        @OptionGroup var organization: OrganizationOptions
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let items = try await server.list(["organizations", try await organization.resolve(server), "agents"])
                admin.output.show(items, [.init("agent"), .init("name"), .init("created")]) {
                    [$0.text("slug"), $0.text("name"), $0.time("created_at")]
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show an agent.")

        @OptionGroup var agent: AgentOptions
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let answer = try await server.get(AdminPath.make(try await agent.parts(server)))
                try admin.output.show(answer) { agent in
                    """
                    agent    \(agent.text("slug"))
                    name     \(agent.text("name"))
                    created  \(agent.time("created_at")) by \(agent.text("created_by"))
                    """
                }
            }
        }
    }
}
