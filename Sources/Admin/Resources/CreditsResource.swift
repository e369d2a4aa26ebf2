import Domain
import JSON
import Storage

enum CreditsResource {
    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let organization = try await call.knownOrganization()
        let balance = try call.services.ledger.faulting { ledger throws(StorageError) in
            try ledger.balance(organization)
        }
        return Reply { $0.credits(balance) }
    }

    static func entries(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let organization = try await call.knownOrganization()
        let page = try call.page()
        let before = try page.number()
        let entries = try call.services.ledger.faulting { ledger throws(StorageError) in
            try ledger.entries(organization, before: before, limit: page.limit + 1)
        }
        return Reply(Page(entries, limit: page.limit) { String($0.sequence) }) { $0.entry($1) }
    }

    /// Runs that crashes cut off, for billing to hold against the provider's word.
    static func interrupted(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let organization = try await call.knownOrganization()
        let page = try call.page()
        let before = try page.number()
        let runs = try call.services.ledger.faulting { ledger throws(StorageError) in
            try ledger.interruptedRuns(organization, before: before, limit: page.limit + 1)
        }
        return Reply(Page(runs, limit: page.limit) { String($0.sequence) }) { $0.interruptedRun($1) }
    }
}

extension AdminCall {
    /// The organization in the path, which is there.
    func knownOrganization() async throws(ControlFault) -> String {
        let organization = try organization()
        _ = try await store.organization(organization)
        return organization
    }
}

extension Ledger {
    /// Reads, and tells a failure as the admin plane does.
    func faulting<R>(_ body: (Ledger) throws(StorageError) -> R) throws(ControlFault) -> R {
        do throws(StorageError) { return try body(self) } catch { throw ControlFault(ledger: error) }
    }
}

extension ControlFault {
    init(ledger error: StorageError) { self.init(.ledgerUnavailable, error.description) }
}
