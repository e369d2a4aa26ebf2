import Domain
import JSON
import Security
import Storage

enum CreditsResource {
    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let organization = try call.organization()
        _ = try await call.store.organization(organization)
        let balance = try call.services.ledger.faulting { ledger throws(StorageError) in
            try ledger.balance(organization)
        }
        return Reply { $0.credits(balance) }
    }

    static func entries(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let organization = try call.organization()
        _ = try await call.store.organization(organization)
        let page = try call.page()
        let before = try page.number()
        let entries = try call.services.ledger.faulting { ledger throws(StorageError) in
            try ledger.entries(organization, before: before, limit: page.limit + 1)
        }
        return Reply(Page(entries, limit: page.limit) { String($0.sequence) }) { $0.entry($1) }
    }

    static func topUp(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["amount", "note", "idempotency_key"])
        let organization = try call.organization()
        if call.services.mode == .cloud, call.caller.organization != nil {
            throw ControlFault(.forbidden, "in cloud mode credits are added by a token of all organizations")
        }
        guard let amount = NanoCredits(decimal: try fields.string("amount")), amount > .zero else {
            throw .invalid("amount must be credits above zero, as a decimal with at most nine places", at: "/amount")
        }
        let header = try call.idempotencyKey()
        let field = try fields.optionalString("idempotency_key", maximumBytes: 200)
        guard header == nil || field == nil || header == field else {
            throw .invalid("Idempotency-Key and idempotency_key differ", at: "/idempotency_key")
        }
        guard let key = header ?? field, !key.isEmpty else {
            throw .invalid("give an Idempotency-Key, so that credits are added once", at: "/idempotency_key")
        }
        _ = try await call.store.organization(organization)
        let topUp = Posting(
            organization: organization, amount: amount, idempotencyKey: key, actor: call.caller.id,
            note: try fields.remark("note") ?? "", time: call.now.milliseconds)
        switch try await call.services.ledger.add(topUp) {
        case .conflict:
            throw ControlFault(
                .idempotencyConflict, "another amount or note is on the books under this idempotency key")
        case .insufficient, .unknownRun, .aboveCost, .tooManyExpiring:
            throw ControlFault(.internalError, "a top-up is none of these")
        case .tooLarge: throw .invalid("the balance would be more than credits can count", at: "/amount")
        case .repeated(let entry):
            // The time before may have ended between the books and the audit log.
            if call.now.milliseconds - entry.time < Idempotency.lifetimeMilliseconds { try await note(entry, call) }
            return try reply(200, entry, call)
        case .added(let entry):
            try await note(entry, call)
            return try reply(201, entry, call)
        }
    }

    /// Puts a top-up into the audit log, unless it is there.
    private static func note(_ entry: LedgerEntry, _ call: AdminCall) async throws(ControlFault) {
        let key = "top-up/\(entry.sequence)"
        let change = Change(
            actor: entry.actor, at: Timestamp(milliseconds: entry.time),
            idempotency: Idempotency(scope: "ledger", key: key, fingerprint: sha256(key)))
        let event = AuditEvent(
            "credits.top_up", AgentPath.target(entry.organization) + "/credits", organization: entry.organization,
            ["amount": entry.balanceChange.description, "entry": String(entry.sequence)])
        try await call.store.note(event, by: change)
    }

    private static func reply(_ status: Int, _ entry: LedgerEntry, _ call: AdminCall) throws(ControlFault) -> Reply {
        let balance = try call.services.ledger.faulting { ledger throws(StorageError) in
            try ledger.balance(entry.organization)
        }
        return Reply(status) { object in
            object.member("entry") { $0.entry(entry) }
            object.member("credits") { $0.credits(balance) }
        }
    }
}

extension Ledger {
    /// Reads, and tells a failure as the admin plane does.
    func faulting<R>(_ body: (Ledger) throws(StorageError) -> R) throws(ControlFault) -> R {
        do throws(StorageError) { return try body(self) } catch { throw ControlFault(ledger: error) }
    }

    fileprivate func add(_ posting: Posting) async throws(ControlFault) -> PostingResult {
        do throws(StorageError) { return try await post(posting) } catch { throw ControlFault(ledger: error) }
    }
}

extension ControlFault {
    fileprivate init(ledger error: StorageError) { self.init(.ledgerUnavailable, error.description) }
}

extension JSONWriter {
    fileprivate mutating func credits(_ balance: Balance) {
        member("balance", balance.balance)
        member("held", balance.held)
        member("available", balance.available)
        member("overdraft", balance.overdraft)
    }

    fileprivate mutating func entry(_ entry: LedgerEntry) {
        member("sequence", entry.sequence)
        member("kind", entry.kind.name)
        member("at", Timestamp(milliseconds: entry.time))
        member("balance_change", entry.balanceChange)
        member("held_change", entry.heldChange)
        member("run", entry.run?.description)
        member("estimated", entry.isEstimated)
        member("actor", orNull: entry.actor)
        member("note", orNull: entry.note)
    }
}
