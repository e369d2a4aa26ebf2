import Domain
import Protocols
import Storage

enum RunsResource {
    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        guard let id = RunID(try call.id("run")) else { throw .notFound("run") }
        let run = try call.services.ledger.faulting { ledger throws(StorageError) in try ledger.run(id) }
        guard let run, call.caller.sees(run.organization) else { throw .notFound("run") }
        return Reply(200, RunRecordBody.encode(run))
    }
}
