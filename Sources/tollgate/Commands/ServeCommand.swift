import ArgumentParser

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the gateway and the admin port until told to stop.",
        discussion: """
            SIGTERM or SIGINT drains: no new runs, those under way finish within drain.grace_ms and are settled. The \
            ports in use are written to DATA/ports.json.
            """)

    @OptionGroup var configuration: ConfigurationOptions

    func run() async throws {
        let configuration = try configuration.load()
        try await Server(configuration, file: self.configuration.path, environment: self.configuration.environment)
            .run()
    }
}
