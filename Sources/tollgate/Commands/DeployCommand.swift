import ArgumentParser
import JSON

struct DeployCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deploy", abstract: "Make a version the current one of an environment.",
        discussion: "Once it is answered, every later run there gets this version.")

    @OptionGroup var agent: AgentOptions
    @Argument(help: "The version's number, label, or at least 8 digits of its hash.") var version: String
    @Option(name: .customLong("to"), help: ArgumentHelp("The environment.", valueName: "environment"))
    var environment: String
    @Option(help: "The schema. (default: the version's)") var schema: Int?
    @Option(help: "Why, for the history.") var reason: String?
    @Option(help: "Refuse unless this is the current revision; 0: unless nothing was ever deployed there.")
    var expectedRevision: Int?
    @OptionGroup var admin: AdminOptions

    func run() async throws {
        try await admin.withServer { server in
            let parts = try await agent.parts(server)
            let schema =
                if let schema { "\(schema)" } else {
                    try await server.get(AdminPath.make(parts + ["versions", version])).json.text("schema")
                }
            var body = JSONBody()
            body.set("version", version)
            body.set("reason", reason)
            body.set("expected_revision", expectedRevision)
            let path = AdminPath.make(DeploymentPath.parts(agent: parts, schema: schema, environment: environment))
            let answer = try await server.send("PUT", path, body)
            try admin.output.show(answer) { "deployed \(DeploymentWords.sentence($0))" }
        }
    }
}

struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback", abstract: "Deploy the version that was live before the current one.")

    @OptionGroup var agent: AgentOptions
    @Option(name: .customLong("in"), help: ArgumentHelp("The environment.", valueName: "environment"))
    var environment: String
    @Option(help: "The schema. (default: the only one deployed there)") var schema: Int?
    @Option(help: "The version of this revision instead.") var toRevision: Int?
    @Option(help: "Why, for the history.") var reason: String?
    @Option(help: "Refuse unless this is the current revision.") var expectedRevision: Int?
    @OptionGroup var admin: AdminOptions

    func run() async throws {
        try await admin.withServer { server in
            let deployment = try await DeploymentPath.find(
                agent: try await agent.parts(server), environment: environment, schema: schema, server)
            var body = JSONBody()
            body.set("to_revision", toRevision)
            body.set("reason", reason)
            body.set("expected_revision", expectedRevision)
            let answer = try await server.post(AdminPath.make(deployment + ["rollback"]), body)
            try admin.output.show(answer) { "rolled back to \(DeploymentWords.sentence($0))" }
        }
    }
}

enum DeploymentWords {
    static func sentence(_ deployment: JSONValue) -> String {
        "version \(deployment.version("version")) of \(deployment.text("agent")), schema \(deployment.text("schema")), "
            + "in \(deployment.text("environment")): revision \(deployment.text("revision"))"
    }
}
