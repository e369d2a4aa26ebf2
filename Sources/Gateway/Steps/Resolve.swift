import Domain
import Prompting
import Storage

/// What a run runs: pinned, so that it ends on the version it began with.
struct Target {
    var schema: UInt32
    var deployment: DeploymentPointer
    var plan: Plan
    /// The request's `model` named a provider's model, which the deployment decides.
    var modelWasSetAside: Bool
}

extension RunPipeline {
    /// (agent, schema, environment) -> deployment -> version -> plan.
    func resolve(_ call: Call, for caller: Caller) throws(GatewayError) -> Target {
        if let place = call.place { try check(place, caller) }
        let (named, modelWasSetAside) = try schema(named: call.model, caller)
        var schema = named ?? caller.schema
        if let asked = call.schema {
            guard let number = UInt32(exactly: asked), named == nil || named == number else {
                throw GatewayError(.invalidRequest, "`schema` and `model` name different schemas.", param: "schema")
            }
            schema = number
        }
        let deployment = try worker.resolver.deployment(for: caller, schema: schema)
        guard deployment.state == .active else {
            throw GatewayError(.deploymentPaused, "The deployment is paused.")
        }
        if let version = call.place?.version, version != String(deployment.versionNumber) {
            throw GatewayError(
                .modelNotDeployed,
                "`version` is not what is deployed, which is \(deployment.versionNumber): deploy it, or leave `version` to"
                    + " the environment.", param: "version")
        }
        let plan = try worker.resolver.plan(deployment)
        if modelWasSetAside, plan.strictModel {
            throw GatewayError(
                .modelNotDeployed,
                "`model` is not what is deployed; leave it out, or send `deployed` or \(caller.agent).", param: "model")
        }
        return Target(
            schema: schema, deployment: deployment, plan: plan, modelWasSetAside: modelWasSetAside)
    }

    /// All that a client names of what it runs must be what its token is for.
    private func check(_ place: Call.Place, _ caller: Caller) throws(GatewayError) {
        func mismatch(_ kind: String, _ name: String, _ param: String) -> GatewayError {
            GatewayError(
                .scopeMismatch, "The deployment token is for the \(kind) \(name), `\(param)` names another.",
                param: param)
        }
        guard place.organization == nil || place.organization == caller.organization else {
            throw mismatch("organization", caller.organization, "tenant")
        }
        guard place.agent == caller.agent else { throw mismatch("agent", caller.agent, "agent") }
        guard place.environment == nil || place.environment == caller.environment else {
            throw mismatch("environment", caller.environment, "version")
        }
    }

    /// The schema that `model` names, if any, and whether `model` is a provider's name to be set aside.
    private func schema(named model: String?, _ caller: Caller) throws(GatewayError) -> (UInt32?, Bool) {
        switch ModelReference(model) {
        case .deployed: return (nil, false)
        case .other: return (nil, true)
        case .named(let agent, let schema, let environment):
            guard agent == caller.agent else {
                guard try isDeployment(agent, environment, caller) else { return (nil, true) }
                throw GatewayError(
                    .scopeMismatch, "The deployment token is for the agent \(caller.agent), `model` names another.",
                    param: "model")
            }
            guard environment == nil || environment == caller.environment else {
                throw GatewayError(
                    .scopeMismatch,
                    "The deployment token is for the environment \(caller.environment), `model` names another.",
                    param: "model")
            }
            return (schema, false)
        }
    }

    /// Whether a name that is not the caller's own is one of its organization's, rather than a provider's model.
    private func isDeployment(_ agent: String, _ environment: String?, _ caller: Caller) throws(GatewayError) -> Bool {
        try worker.read { snapshot throws(StorageError) in
            if try snapshot.contains(worker.catalog.agents, Key(caller.organization, agent)) { return true }
            guard let environment else { return false }
            return try snapshot.contains(worker.catalog.environments, Key(caller.organization, environment))
        }
    }
}
