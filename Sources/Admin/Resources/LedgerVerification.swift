import Dispatch
import Domain
import JSON
import Storage
import Synchronization

/// The ledger's audit, off the cooperative pool: it reads the whole ledger. One at a time.
final class LedgerVerification: Sendable {
    private let ledger: Ledger
    private let isRunning = Atomic(false)
    private let queue = DispatchQueue(label: "tollgate.ledger.verify", qos: .background)

    init(_ ledger: Ledger) { self.ledger = ledger }

    func run() async throws(ControlFault) -> LedgerAudit.Outcome {
        guard isRunning.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
            throw ControlFault(.rateLimited, "the ledger is being verified already; try again when that is done")
        }
        defer { isRunning.store(false, ordering: .releasing) }
        let result: Result<LedgerAudit.Outcome, StorageError> = await withCheckedContinuation { continuation in
            queue.async { [ledger] in
                do throws(StorageError) {
                    continuation.resume(returning: .success(try LedgerAudit.verify(ledger)))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try ledger.faulting { _ throws(StorageError) in try result.get() }
    }
}

enum LedgerResource {
    static func verify(_ call: AdminCall) async throws(ControlFault) -> Reply {
        _ = try call.fields()
        return Reply(200, try await call.services.verification.run().json)
    }
}

extension LedgerAudit.Outcome {
    /// As the admin API answers it, and the command that reads the files itself.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            switch self {
            case .clean(let report):
                object.member("clean", true)
                object.member("entries", report.entries)
                object.member("organizations", report.organizations)
                object.member("open_runs", report.openRuns)
                object.member("head", report.head.description)
            case .fault(let sequence, let reason):
                object.member("clean", false)
                object.member("sequence", sequence)
                object.member("reason", reason)
            }
        }
        return writer.bytes
    }
}
