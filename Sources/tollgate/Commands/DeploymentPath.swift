import Domain
import JSON

/// Where a command finds the deployment that a person named without its schema.
enum DeploymentPath {
    /// The parts of the deployment's path. Without a schema: the only one ever deployed there.
    static func find(
        agent: [String], environment: String, schema: Int?, _ admin: some AdminCalling
    ) async throws -> [String] {
        if let schema { return parts(agent: agent, schema: "\(schema)", environment: environment) }
        let wanted = Slug.environment(environment)
        let schemas = try await admin.list(agent + ["deployments"])
            .filter { $0.text("environment") == wanted }.map { $0.text("schema") }
        guard let only = schemas.first else {
            throw CommandFailure(
                "nothing was ever deployed in \(wanted): `tollgate deploy AGENT VERSION --to \(wanted)`")
        }
        guard schemas.count == 1 else {
            throw CommandFailure(
                "\(wanted) has deployments of schemas \(schemas.joined(separator: ", ")): name one by --schema")
        }
        return parts(agent: agent, schema: only, environment: environment)
    }

    static func parts(agent: [String], schema: String, environment: String) -> [String] {
        agent + ["schemas", schema, "deployments", environment]
    }
}
