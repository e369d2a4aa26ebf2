/// Which agent, of which organization.
package struct AgentPath: Hashable, Sendable {
    package var organization: String
    package var agent: String

    package init(_ organization: String, _ agent: String) {
        self.organization = organization
        self.agent = agent
    }

    var target: String { Self.target(organization) + "/agents/\(agent)" }

    static func target(_ organization: String) -> String { "/api/v1/organizations/\(organization)" }
}

/// Where a version can be deployed: at most one deployment each.
package struct DeploymentPath: Hashable, Sendable {
    package var agent: AgentPath
    package var schema: UInt32
    package var environment: String

    package init(_ agent: AgentPath, schema: UInt32, environment: String) {
        self.agent = agent
        self.schema = schema
        self.environment = environment
    }

    var target: String { agent.target + "/schemas/\(schema)/deployments/\(environment)" }
}
