import ArgumentParser
import FoundationEssentials
import Transport

/// Where the configuration comes from.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .customLong("config"), help: "The configuration file. (env: TOLLGATE_CONFIG; default: none)")
    var file: String?

    var environment: [String: String] { ProcessInfo.processInfo.environment }

    /// The file in force; nil: defaults and environment alone.
    var path: String? { file ?? environment[EnvironmentName.configuration].flatMap { $0.isEmpty ? nil : $0 } }

    func load() throws(ConfigurationFaults) -> Configuration {
        try Configuration.load(file: path, environment: environment)
    }
}

/// Which server a command speaks to, and as whom.
struct AdminOptions: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOptions

    @Option(
        name: .customLong("admin-url"),
        help: "The admin port's URL. (env: TOLLGATE_ADMIN_URL; default: as configured, http://127.0.0.1:8081)")
    var url: String?

    @Option(
        name: .customLong("admin-token-file"),
        help: "A file with the admin token. (default: env TOLLGATE_ADMIN_TOKEN, else DATA/admin-token)")
    var tokenFile: String?

    @Option(
        name: .customLong("ca-file"),
        help:
            "Certificates (PEM) to trust at an https admin port. (default: admin.client_ca_file, else the server's own)"
    )
    var caFile: String?

    @OptionGroup var output: OutputOptions

    /// Speaks to the server, and lets go of the connection whatever happens.
    func withServer<R>(_ body: (AdminClient) async throws -> R) async throws -> R {
        let configuration = try configuration.load()
        let lane = try Lane(
            name: "tollgate.cli", configuration: configuration.adminLane(caFile: caFile, isNamed: namedURL != nil))
        do {
            let client = AdminClient(lane: lane, base: try base(configuration), token: try token(configuration))
            let result = try await body(client)
            await lane.close()
            return result
        } catch {
            await lane.close()
            throw error
        }
    }

    /// Speaks to the server; where none answers and none was named, to the data folder itself.
    func withAdmin<R>(_ body: (AdminClient) async throws -> R) async throws -> R {
        if let result = try await withServerIfAny({ try await body($0) }) { return result }
        let configuration = try self.configuration.load()
        let local = LocalAdmin(
            configuration, file: self.configuration.path, environment: self.configuration.environment)
        return try await local.serve(token: try token(configuration), body)
    }

    /// Speaks to the server that was named, answering or not, else to the configuration's own; nil, without calling
    /// `body`, where that one does not run.
    func withServerIfAny<R>(_ body: (AdminClient) async throws -> R) async throws -> R? {
        // A port the system is to give, and no server that wrote down which.
        if namedURL == nil, (try? configuration.load().adminURL()) == nil { return nil }
        return try await withServer { server in
            if namedURL == nil, await !server.answers() { return nil }
            return try await body(server)
        }
    }

    /// Nil where the server is the configuration's own.
    private var namedURL: String? {
        let given = url ?? configuration.environment[EnvironmentName.adminURL]
        return given.flatMap { $0.isEmpty ? nil : $0 }
    }

    func base(_ configuration: Configuration) throws(CommandFailure) -> String {
        guard let namedURL else { return try configuration.adminURL() }
        guard let url = SettingKind<String>.url.read(namedURL) else {
            throw CommandFailure("--admin-url: expects \(SettingKind<String>.url.expects)")
        }
        return url
    }

    private func token(_ configuration: Configuration) throws(CommandFailure) -> String? {
        if let tokenFile {
            guard let token = SecretFile.read(tokenFile) else {
                throw CommandFailure("\(tokenFile): no admin token can be read there")
            }
            return token
        }
        if let token = self.configuration.environment[EnvironmentName.adminToken], !token.isEmpty { return token }
        return SecretFile.read(configuration.folder.adminToken)
    }
}

/// Which organization a command is about.
struct OrganizationOptions: ParsableArguments {
    @Option(
        name: .customLong("organization"),
        help: "The organization's slug. (env: TOLLGATE_ORGANIZATION; default: the only one)")
    var slug: String?

    func resolve(_ admin: some AdminCalling) async throws -> String {
        let given = slug ?? ProcessInfo.processInfo.environment[EnvironmentName.organization]
        if let given, !given.isEmpty { return given }
        let slugs = try await admin.list(["organizations"]).compactMap { $0.member("slug")?.string }
        guard let first = slugs.first else {
            throw CommandFailure(
                "there is no organization yet: `tollgate demo` makes one, or POST /api/v1/organizations")
        }
        guard slugs.count == 1 else {
            throw CommandFailure("there are \(slugs.count) organizations: name one by --organization")
        }
        return first
    }
}

/// Which agent of which organization a command is about.
struct AgentOptions: ParsableArguments {
    @Argument(help: "The agent's slug.")
    var agent: String

    @OptionGroup var organization: OrganizationOptions

    /// The parts of the agent's path.
    func parts(_ admin: some AdminCalling) async throws -> [String] {
        ["organizations", try await organization.resolve(admin), "agents", agent]
    }
}
