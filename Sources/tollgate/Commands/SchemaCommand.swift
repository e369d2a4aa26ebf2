import ArgumentParser
import JSON

struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "What an agent's input and output must look like, numbered by shape.",
        subcommands: [Create.self, List.self, Show.self, Compare.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create a schema, or get the one that has this shape.",
            discussion: """
                The files are JSON Schemas, of draft 2020-12 unless they say draft-07. Titles, descriptions, defaults \
                and examples are no part of the shape.
                """)

        @OptionGroup var agent: AgentOptions
        @Option(help: ArgumentHelp("The input's JSON Schema. (default: any input)", valueName: "file"))
        var input: String?
        @Option(help: ArgumentHelp("The output's JSON Schema. (default: any output)", valueName: "file"))
        var output: String?
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            var body = JSONBody()
            if let input { body.set("input", json: try JSONFile.read(input)) }
            if let output { body.set("output", json: try JSONFile.read(output)) }
            try await admin.withServer { server in
                let path = AdminPath.make(try await agent.parts(server) + ["schemas"])
                let answer = try await server.post(path, body)
                try admin.output.show(answer) { schema in
                    (answer.status == 201 ? "created" : "there was already")
                        + " schema \(schema.text("number")) of \(agent.agent)"
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List an agent's schemas, newest first.")

        @OptionGroup var agent: AgentOptions
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let items = try await server.list(try await agent.parts(server) + ["schemas"])
                let columns: [TextTable.Column] = [
                    .init("schema", .right), .init("input"), .init("output"), .init("created"), .init("by"),
                ]
                admin.output.show(items, columns) {
                    [
                        $0.text("number"), Self.words($0, "input"), Self.words($0, "output"), $0.time("created_at"),
                        $0.text("created_by"),
                    ]
                }
            }
        }

        /// The names of the properties, those that are required with a star; of a schema without any: its text, cut.
        private static func words(_ schema: JSONValue, _ name: String) -> String {
            guard let schema = schema.present(name) else { return "" }
            let required = Set(schema.member("required")?.elements().compactMap(\.string) ?? [])
            let names = ((try? schema.member("properties")?.members()) ?? []).map(\.name)
            let text =
                names.isEmpty
                ? schema.text()
                : names.map { required.contains($0) ? $0 + "*" : $0 }
                    .joined(separator: ", ")
            return text == "{}" ? "any" : text.count <= 50 ? text : text.prefix(49) + "…"
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a schema.")

        @OptionGroup var agent: AgentOptions
        @Argument(help: "Its number.") var schema: Int
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let path = AdminPath.make(try await agent.parts(server) + ["schemas", "\(schema)"])
                try admin.output.show(try await server.get(path)) { schema in
                    """
                    schema   \(schema.text("number"))
                    input    \(schema.text("input"))
                    output   \(schema.text("output"))
                    created  \(schema.time("created_at")) by \(schema.text("created_by"))
                    """
                }
            }
        }
    }

    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what a change from one schema to another breaks for callers.",
            discussion: """
                Breaks of input hit callers that send what was accepted before; breaks of output hit those that read \
                the answers. A possible break is one that cannot be decided.
                """)

        @OptionGroup var agent: AgentOptions
        @Argument(help: "The number of the schema that callers have.") var from: Int
        @Argument(help: "The number of the one they would get.") var to: Int
        @Flag(name: .customLong("exit-code"), help: "Exit with 1 where the two are not compatible.")
        var saysByExitCode = false
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            let isCompatible = try await admin.withServer { server in
                let path = AdminPath.make(
                    try await agent.parts(server) + ["schemas", "compatibility"],
                    query: [("from", "\(from)"), ("to", "\(to)")])
                let answer = try await server.get(path)
                try admin.output.show(answer, Self.words)
                return try answer.json.member("compatible")?.bool == true
            }
            if saysByExitCode && !isCompatible { throw ExitCode.failure }
        }

        private static func words(_ report: JSONValue) -> String {
            let pair = "schema \(report.text("from")) to \(report.text("to"))"
            let breaks = report.member("breaks")?.elements() ?? []
            guard !breaks.isEmpty else { return "\(pair): compatible" }
            return
                (["\(pair): \(breaks.count == 1 ? "1 break" : "\(breaks.count) breaks")"]
                + breaks.map { each in
                    (each.text("certain") == "true" ? "  break     " : "  possible  ") + each.text("pointer") + ": "
                        + each.text("message")
                }).joined(separator: "\n")
        }
    }
}
