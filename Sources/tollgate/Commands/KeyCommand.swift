import ArgumentParser
import FoundationEssentials
import Glibc
import JSON

struct KeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Keys for AI providers.",
        subcommands: [Add.self, List.self, Rotate.self, Disable.self, Enable.self, Exempt.self])

    /// A secret never comes as an argument, where the system shows it to everybody.
    struct SecretOptions: ParsableArguments {
        private static let maximumBytes = 8 << 10

        @Option(
            help: ArgumentHelp(
                "The environment variable with the secret. (default: read standard input)", valueName: "name"))
        var secretEnv: String?

        func read() throws(CommandFailure) -> String {
            guard let secretEnv else {
                if isatty(STDIN_FILENO) == 1 { StandardError.write("secret, then Enter and Ctrl-D: ") }
                let text = String(decoding: try StandardInput.read(maximumBytes: Self.maximumBytes), as: UTF8.self)
                guard !text.trimmingSpaces.isEmpty else { throw CommandFailure("standard input has no secret") }
                return text.trimmingSpaces
            }
            guard let text = ProcessInfo.processInfo.environment[secretEnv]?.trimmingSpaces, !text.isEmpty else {
                throw CommandFailure("the environment variable named by --secret-env is not set")
            }
            return text
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give Tollgate a key; it is sealed and never shown.",
            discussion: "Without --organization the key is the platform's own. The secret comes from standard input "
                + "or from an environment variable.")

        @Argument(help: "The provider, as openai.") var provider: String
        @Option(help: ArgumentHelp("Whose key it is. (default: the platform's)", valueName: "slug"))
        var organization: String?
        @Option(help: "A name for people.") var name: String?
        @Flag(help: "Runs on it cost no credits; an organization's key, and an owner of all may say so.") var exempt =
            false
        @OptionGroup var secret: SecretOptions
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            let secret = try secret.read()
            try await admin.withServer { server in
                var body = JSONBody()
                body.set("provider", provider)
                body.set("secret", secret)
                body.set("organization", organization)
                body.set("name", name)
                body.set(flag: "exempt", exempt)
                let answer = try await server.post(AdminPath.make(["provider-keys"]), body)
                try admin.output.show(answer) { "added key \($0.text("id")) for \($0.text("provider"))" }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List keys, without their secrets.")

        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                let columns: [TextTable.Column] = [
                    .init("key"), .init("provider"), .init("owner"), .init("name"), .init("state"), .init("exempt"),
                    .init("created"), .init("rotated"),
                ]
                admin.output.show(try await server.list(["provider-keys"]), columns) { key in
                    let owner = key.text("organization")
                    return [
                        key.text("id"), key.text("provider"), owner.isEmpty ? "(platform)" : owner, key.text("name"),
                        key.text("state"), key.text("costs_credits") == "false" ? "yes" : "no", key.time("created_at"),
                        key.time("rotated_at"),
                    ]
                }
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put another secret under the same id; the next run uses it.")

        @Argument(help: "The key's id, key_…") var key: String
        @OptionGroup var secret: SecretOptions
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            let secret = try secret.read()
            try await admin.withServer { server in
                var body = JSONBody()
                body.set("secret", secret)
                let answer = try await server.post(AdminPath.make(["provider-keys", key, "rotate"]), body)
                try admin.output.show(answer) { "rotated key \($0.text("id")) for \($0.text("provider"))" }
            }
        }
    }

    /// What changing a key's state takes.
    struct Choice: ParsableArguments {
        @Argument(help: "The key's id, key_…") var key: String
        @OptionGroup var admin: AdminOptions

        func perform(_ verb: String) async throws {
            try await admin.withServer { server in
                let answer = try await server.post(AdminPath.make(["provider-keys", key, verb]))
                try admin.output.show(answer) { "key \($0.text("id")) is \($0.text("state"))" }
            }
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stop using a key.")
        @OptionGroup var choice: Choice
        func run() async throws { try await choice.perform("disable") }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Use a disabled key again.")
        @OptionGroup var choice: Choice
        func run() async throws { try await choice.perform("enable") }
    }

    struct Exempt: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say that runs on an organization's own key cost no credits.",
            discussion: """
                It takes an admin token of all organizations, and counts for the next run. With --no runs on it cost credits \
                again; that is refused while something is deployed whose runs could not be charged for. In self_hosted mode \
                an organization's keys are exempt by themselves.
                """)

        @Argument(help: "The key's id, key_…") var key: String
        @Flag(name: .customLong("no"), help: "It is not exempt.") var isCharging = false
        @OptionGroup var admin: AdminOptions

        func run() async throws {
            try await admin.withServer { server in
                var body = JSONBody()
                body.set("exempt", json: Array((isCharging ? "false" : "true").utf8))
                let answer = try await server.post(AdminPath.make(["provider-keys", key, "exempt"]), body)
                try admin.output.show(answer) { shown in
                    let words = shown.text("exempt") == "true" ? "is exempt" : "is not marked exempt"
                    let costs = shown.text("costs_credits") == "true" ? "cost" : "cost no"
                    return "key \(shown.text("id")) \(words); runs on it \(costs) credits"
                }
            }
        }
    }
}
