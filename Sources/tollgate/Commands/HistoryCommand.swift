import ArgumentParser
import JSON

struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "What was deployed in an environment, newest first.")

    @OptionGroup var agent: AgentOptions
    @Option(name: .customLong("in"), help: ArgumentHelp("The environment.", valueName: "environment"))
    var environment: String
    @Option(help: "The schema. (default: the only one deployed there)") var schema: Int?
    @OptionGroup var admin: AdminOptions

    func run() async throws {
        try await admin.withServer { server in
            let deployment = try await DeploymentPath.find(
                agent: try await agent.parts(server), environment: environment, schema: schema, server)
            let items = try await server.list(deployment + ["history"])
            let columns: [TextTable.Column] = [
                .init("revision", .right), .init("action"), .init("from"), .init("to"), .init("at"), .init("by"),
                .init("reason"),
            ]
            admin.output.show(items, columns) {
                [
                    $0.text("revision"), $0.text("action"), $0.version("from"), $0.version("to"), $0.time("at"),
                    $0.text("by"), $0.text("reason"),
                ]
            }
        }
    }
}

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "What is deployed now, of one agent or of all.")

    @Argument(help: "The agent's slug. (default: all agents)") var agent: String?
    @OptionGroup var organization: OrganizationOptions
    @OptionGroup var admin: AdminOptions

    func run() async throws {
        try await admin.withServer { server in
            let agents = ["organizations", try await organization.resolve(server), "agents"]
            let slugs = if let agent { [agent] } else { try await server.list(agents).map { $0.text("slug") } }
            var items: [JSONValue] = []
            for slug in slugs { items += try await server.list(agents + [slug, "deployments"]) }
            let columns: [TextTable.Column] = [
                .init("agent"), .init("schema", .right), .init("environment"), .init("state"), .init("version"),
                .init("revision", .right), .init("since"), .init("by"),
            ]
            admin.output.show(items, columns) {
                [
                    $0.text("agent"), $0.text("schema"), $0.text("environment"), $0.text("state"),
                    $0.version("version"), $0.text("revision"), $0.time("changed_at"), $0.text("changed_by"),
                ]
            }
        }
    }
}
