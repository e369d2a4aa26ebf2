import ArgumentParser

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the gateway and the admin port until told to stop.",
        discussion: """
            SIGTERM or SIGINT drains: not ready any more, no new runs after drain.delay_ms, those under way finish \
            within drain.grace_ms and are settled. A second one cuts them off, told why and settled; a third ends \
            the process at once. SIGHUP reads the configuration file's live keys and the price list again. The ports \
            in use are written to DATA/ports.json.
            """)

    @OptionGroup var configuration: ConfigurationOptions

    func run() async throws {
        let configuration = try configuration.load()
        try await Server(configuration, file: self.configuration.path, environment: self.configuration.environment)
            .run()
    }
}
