import Domain
import Protocols

extension Worker {
    /// `GET /v1/models`: a token's deployment is the one model there is for it.
    func models(_ caller: Caller, _ facts: inout RunFacts) throws(GatewayError) -> Reading {
        let entries = [try entry(caller, &facts)]
        switch facts.format {
        case .anthropic: return Reading(body: ModelEntry.encodeAnthropicList(entries))
        case .gemini: return Reading(body: ModelEntry.encodeGeminiList(entries))
        case .chat, .responses, .embeddings, .native, .workflowAI: return Reading(body: ModelEntry.encodeList(entries))
        }
    }

    /// `GET /v1/models/{id}`, by any of the names that `model` may have in a run.
    func model(_ id: String, _ caller: Caller, _ facts: inout RunFacts) throws(GatewayError) -> Reading {
        let entry = try entry(caller, &facts)
        switch ModelReference(id.replacing("%2F", with: "/").replacing("%23", with: "#")) {
        case .deployed: return Reading(body: encode(entry, facts.format))
        case .named(let agent, _, let environment)
        where agent == caller.agent && (environment ?? caller.environment) == caller.environment:
            return Reading(body: encode(entry, facts.format))
        case .named, .other:
            throw GatewayError(
                .notFound, "There is no such model for this token; there is \(entry.id).", param: "model")
        }
    }

    private func encode(_ entry: ModelEntry, _ format: ClientFormat) -> [UInt8] {
        switch format {
        case .anthropic: entry.encodeAnthropic()
        case .gemini: entry.encodeGemini()
        case .chat, .responses, .embeddings, .native, .workflowAI: entry.encode()
        }
    }

    private func entry(_ caller: Caller, _ facts: inout RunFacts) throws(GatewayError) -> ModelEntry {
        let deployment = try resolver.deployment(for: caller, schema: caller.schema)
        facts.version = deployment.versionNumber
        facts.revision = deployment.revision
        return ModelEntry(
            id: "\(caller.agent)/\(caller.environment)", created: deployment.changedAt / 1_000,
            owner: caller.organization)
    }
}
