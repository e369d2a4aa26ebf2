import JSON

/// Makes the demo organization through the admin API. Every step leaves what it finds, so a second time changes
/// nothing, and one that was interrupted goes on where it stopped.
struct DemoSeed {
    static let organization = "demo"
    static let agent = "greeter"
    static let environment = "production"
    /// Under this note the demo's token is found again.
    static let tokenNote = "tollgate demo"

    private let admin: any AdminCalling
    private let provider: DemoProvider
    /// What was made, in words.
    private(set) var changes: [String] = []

    init(_ admin: any AdminCalling, provider: DemoProvider) {
        self.admin = admin
        self.provider = provider
    }

    private var root: [String] { ["organizations", Self.organization] }
    private var agentRoot: [String] { root + ["agents", Self.agent] }

    /// - Parameter keepsToken: whether the token of an earlier time is at hand; then none is made.
    /// - Returns: the secret of the token it made; nil where there was one.
    mutating func run(keepsToken: Bool) async throws -> String? {
        try await makeOrganization()
        try await makeAgent()
        try await makeKey()
        try await topUp()
        try await makeVersions()
        try await deploy()
        return keepsToken ? nil : try await makeToken()
    }

    private mutating func makeOrganization() async throws {
        guard try await admin.find(AdminPath.make(root)) == nil else { return }
        var body = JSONBody()
        body.set("slug", Self.organization)
        body.set("name", "Demo")
        _ = try await admin.post(AdminPath.make(["organizations"]), body)
        changes.append("organization \(Self.organization)")
    }

    private mutating func makeAgent() async throws {
        guard try await admin.find(AdminPath.make(agentRoot)) == nil else { return }
        var body = JSONBody()
        body.set("slug", Self.agent)
        body.set("name", "Greeter")
        _ = try await admin.post(AdminPath.make(root + ["agents"]), body)
        changes.append("agent \(Self.agent)")
    }

    /// A platform key for the provider that version 1 names, or will name.
    private mutating func makeKey() async throws {
        let used = try await version(1)?.text("provider") ?? provider.name
        guard used == provider.name else { return }
        let isThere = try await admin.list(["provider-keys"]).contains {
            $0.text("provider") == provider.name && $0.text("organization").isEmpty
        }
        guard !isThere else { return }
        var body = JSONBody()
        body.set("provider", provider.name)
        body.set("secret", provider.secret)
        body.set("name", "demo")
        _ = try await admin.post(AdminPath.make(["provider-keys"]), body)
        changes.append("platform key for \(provider.name)")
    }

    private mutating func topUp() async throws {
        var body = JSONBody()
        body.set("amount", "10")
        body.set("note", Self.tokenNote)
        body.set("idempotency_key", "tollgate-demo")
        let answer = try await admin.post(AdminPath.make(root + ["credits", "top-ups"]), body)
        if answer.status == 201 { changes.append("10 credits") }
    }

    private mutating func makeVersions() async throws {
        if try await version(1) == nil {
            try await makeVersion(
                "You are a friendly greeter. Greet whoever writes to you in one short sentence.",
                notes: "Needs no input.", provider.name, provider.model)
        }
        if let first = try await version(1), try await version(2) == nil {
            try await makeVersion(
                """
                You are a friendly greeter. Greet {{ name | default("whoever writes to you") }} in one short sentence \
                about {{ topic }}.{% for language in languages | default([]) %}
                Say it in {{ language | capitalize }}, too.{% endfor %}
                """,
                notes: "Needs an input with a topic; takes a name and languages, too.", first.text("provider"),
                first.text("model"))
        }
    }

    private func version(_ number: Int) async throws -> JSONValue? {
        try await admin.find(AdminPath.make(agentRoot + ["versions", "\(number)"]))?.json
    }

    private mutating func makeVersion(
        _ template: String, notes: String, _ provider: String, _ model: String
    ) async throws {
        var message = JSONBody()
        message.set("role", "system")
        message.set("content", template)
        var body = JSONBody()
        body.set("provider", provider)
        body.set("model", model)
        body.set("messages", json: [UInt8(ascii: "[")] + message.bytes + [UInt8(ascii: "]")])
        body.set("max_output_tokens", 1024)
        body.set("schema", 1)
        body.set("notes", notes)
        let answer = try await admin.post(AdminPath.make(agentRoot + ["versions"]), body)
        if answer.status == 201 {
            changes.append("version \(try answer.json.text("number")) with \(provider)/\(model)")
        }
    }

    /// Only where nothing was ever deployed: what somebody changed since stays.
    private mutating func deploy() async throws {
        let path = AdminPath.make(DeploymentPath.parts(agent: agentRoot, schema: "1", environment: Self.environment))
        guard try await admin.find(path) == nil else { return }
        var body = JSONBody()
        body.set("version", "1")
        body.set("reason", Self.tokenNote)
        body.set("expected_revision", 0)
        _ = try await admin.send("PUT", path, body)
        changes.append("deployment of version 1 in \(Self.environment)")
    }

    private mutating func makeToken() async throws -> String? {
        let isThere = try await admin.list(agentRoot + ["tokens"]).contains { $0.text("note") == Self.tokenNote }
        guard !isThere else { return nil }
        var body = JSONBody()
        body.set("environment", Self.environment)
        body.set("schema", 1)
        body.set("note", Self.tokenNote)
        let token = try await admin.post(AdminPath.make(agentRoot + ["tokens"]), body).json
        changes.append("token \(token.text("id"))")
        return token.text("secret")
    }
}
