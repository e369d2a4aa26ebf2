import ArgumentParser
import JSON

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo", abstract: "Seed the demo organization; a second time changes nothing.",
        discussion: """
            Makes the organization demo with 10 credits, the agent greeter deployed in production, and a token, which \
            is kept in DATA/demo-token. Runs are answered by OpenAI, Anthropic or Gemini where OPENAI_API_KEY, \
            ANTHROPIC_API_KEY or GEMINI_API_KEY is set, else by the simulated provider.
            """)

    @OptionGroup var admin: AdminOptions

    func run() async throws {
        let configuration = try admin.configuration.load()
        let provider = DemoProvider.choose(admin.configuration.environment)
        let folder = configuration.folder
        let kept = SecretFile.read(folder.demoToken)
        let (made, changes) = try await admin.withAdmin { server in
            var seed = DemoSeed(server, provider: provider)
            let made = try await seed.run(keepsToken: kept != nil)
            return (made, seed.changes)
        }
        if let made {
            do {
                try SecretFile.write(made, to: folder.demoToken)
            } catch {
                StandardError.write("tollgate: the token is not kept: \(error)\n")
            }
        }
        let gateway = try? configuration.gatewayURL()
        show(made: made, token: made ?? kept, changes: changes, gateway: gateway ?? "http://127.0.0.1:8080")
    }

    private func show(made: String?, token: String?, changes: [String], gateway: String) {
        let curl = token.map { DemoCall.curl(gateway: gateway, token: $0) }
        if admin.output.isJSON {
            var body = JSONBody()
            body.set("organization", DemoSeed.organization)
            body.set("agent", DemoSeed.agent)
            body.set("environment", DemoSeed.environment)
            body.set("token", made)
            body.set("curl", curl)
            var list = JSONWriter()
            list.beginArray()
            for change in changes { list.string(change) }
            list.endArray()
            body.set("changes", json: list.bytes)
            StandardOutput.write(body.bytes + [10])
            return
        }
        var lines = [
            changes.isEmpty ? "The demo is there: nothing changed." : "Made: " + changes.joined(separator: ", ") + "."
        ]
        if let made { lines.append("Token, shown once: \(made)") }
        if let curl {
            lines += ["Try it:", curl]
        } else {
            lines.append(
                "Its token was shown when it was made; `tollgate token create greeter --in production` makes another.")
        }
        StandardOutput.write(Array((lines.joined(separator: "\n") + "\n").utf8))
    }
}
