import ArgumentParser
import JSON

struct VersionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Immutable snapshots of an agent's prompt, model and parameters.",
        subcommands: [Create.self, List.self, Show.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a version, or get the identical one.",
            discussion: """
                The file is a JSON object with provider, model and messages (Jinja templates), and if wanted \
                template, parameters, overridable, tools, max_output_tokens, protocol, strict_model, \
                on_invalid_output, schema, label and notes.
                """)

        @OptionGroup var agent: AgentOptions
        @Option(help: ArgumentHelp("The version's JSON; - reads standard input.", valueName: "file"))
        var file: String
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            let document = try JSONFile.read(file)
            try await admin.withServer { server in
                let path = AdminPath.make(try await agent.parts(server) + ["versions"])
                let (status, bytes) = try await server.call("POST", path, document)
                guard (200..<300).contains(status) else { throw AdminRefusal(status: status, bytes) }
                try admin.output.show(AdminAnswer(status: status, bytes: bytes)) { version in
                    let verb = status == 201 ? "created" : "there was already"
                    return "\(verb) version \(version.text("number")) (\(version.text("hash").prefix(12))) "
                        + "of \(agent.agent), schema \(version.text("schema"))"
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List an agent's versions, newest first.")

        @OptionGroup var agent: AgentOptions
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let items = try await server.list(try await agent.parts(server) + ["versions"])
                let columns: [TextTable.Column] = [
                    .init("version", .right), .init("hash"), .init("schema", .right), .init("label"),
                    .init("provider"), .init("model"), .init("created"),
                ]
                admin.output.show(items, columns) {
                    [
                        $0.text("number"), String($0.text("hash").prefix(12)), $0.text("schema"), $0.text("label"),
                        $0.text("provider"), $0.text("model"), $0.time("created_at"),
                    ]
                }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a version with its content.")

        @OptionGroup var agent: AgentOptions
        @Argument(help: "Its number, label, or at least 8 digits of its hash.") var version: String
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let parts = try await agent.parts(server) + ["versions", version]
                try admin.output.show(try await server.get(AdminPath.make(parts)), Self.words)
            }
        }

        private static func words(_ version: JSONValue) -> String {
            let facts = [
                "version   \(version.text("number"))",
                "hash      \(version.text("hash"))",
                "schema    \(version.text("schema"))",
                "model     \(version.text("provider"))/\(version.text("model"))",
                "label     \(version.text("label"))",
                "notes     \(version.text("notes"))",
                "created   \(version.time("created_at")) by \(version.text("created_by"))",
                "document  \(version.text("document"))",
            ]
            return facts.filter { !$0.hasSuffix("  ") }.joined(separator: "\n")
        }
    }
}
