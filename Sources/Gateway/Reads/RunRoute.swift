import Domain
import Protocols
import Storage

extension Worker {
    /// `GET /v1/runs/{id}`: the record of a run of the token's own deployment.
    func runRecord(_ id: String, _ caller: Caller, _ facts: inout RunFacts) throws(GatewayError) -> Reading {
        guard let id = RunID(id), let run = try record(id), run.organization == caller.organization,
            run.agent == caller.agent, run.environment == caller.environment
        else { throw GatewayError(.notFound, "There is no such run for this token.") }
        return Reading(body: RunRecordBody.encode(run))
    }

    private func record(_ id: RunID) throws(GatewayError) -> RunRecord? {
        do throws(StorageError) {
            return try ledger.run(id)
        } catch {
            logger.error("run could not be read", metadata: ["run": "\(id)", "error": "\(error)"])
            throw GatewayError(.ledgerUnavailable, "The ledger could not be read.", retryAfter: 2)
        }
    }
}
