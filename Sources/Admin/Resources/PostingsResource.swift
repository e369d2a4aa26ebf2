import Domain
import JSON
import Security
import Storage

/// Credits moved by people: topped up, adjusted, refunded. Each once under its idempotency key.
enum PostingsResource {
    static func topUp(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["amount", "note", "expires_at", "idempotency_key"])
        try call.requireCreditsRight()
        let amount = try amount(fields, "above zero") { $0 > .zero }
        let expiresAt = try fields.optionalTime("expires_at")
        return try await post(.topUp, amount, note: try fields.remark("note") ?? "", expiresAt, fields, call)
    }

    static func adjust(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["amount", "note", "idempotency_key"])
        try call.requireCreditsRight()
        let amount = try amount(fields, "above or below zero") { $0 != .zero }
        guard let note = try fields.remark("note") else {
            throw .invalid("note is missing: say why the balance is adjusted", at: "/note")
        }
        return try await post(.adjustment, amount, note: note, nil, fields, call)
    }

    static func refund(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["run", "amount", "note", "idempotency_key"])
        try call.requireCreditsRight()
        guard let run = RunID(try fields.string("run")) else {
            throw .invalid("run must be a run's id, run_ and 32 hexadecimal digits", at: "/run")
        }
        let amount = fields["amount"] == nil ? nil : try amount(fields, "above zero") { $0 > .zero }
        return try await post(
            amount == nil ? .refundOfRest(run) : .refund(run), amount ?? .zero, note: try fields.remark("note") ?? "",
            nil, fields, call)
    }

    private static func amount(
        _ fields: Fields, _ range: String, _ isInRange: (NanoCredits) -> Bool
    ) throws(ControlFault) -> NanoCredits {
        guard let amount = NanoCredits(decimal: try fields.string("amount")), isInRange(amount) else {
            throw .invalid("amount must be credits \(range), as a decimal with at most nine places", at: "/amount")
        }
        return amount
    }

    /// The header's or the body's.
    private static func key(_ fields: Fields, _ call: AdminCall) throws(ControlFault) -> String {
        let header = try call.idempotencyKey()
        let field = try fields.optionalString("idempotency_key", maximumBytes: 200)
        guard header == nil || field == nil || header == field else {
            throw .invalid("Idempotency-Key and idempotency_key differ", at: "/idempotency_key")
        }
        guard let key = header ?? field, !key.isEmpty else {
            throw .invalid("give an Idempotency-Key, so that credits are moved once", at: "/idempotency_key")
        }
        return key
    }

    private static func post(
        _ kind: Posting.Kind, _ amount: NanoCredits, note: String, _ expiresAt: Timestamp?, _ fields: Fields,
        _ call: AdminCall
    ) async throws(ControlFault) -> Reply {
        let key = try key(fields, call)
        let posting = Posting(
            kind, organization: try await call.knownOrganization(), amount: amount, idempotencyKey: key,
            actor: call.caller.id, note: note, time: call.now.milliseconds, expiresAt: expiresAt?.milliseconds)
        let (status, entry) = try PostingOutcome.of(try await call.services.ledger.faulting(posting))
        // Of one that was there, the time before may have ended between the books and the audit log.
        if call.now.milliseconds - entry.time < Idempotency.lifetimeMilliseconds {
            try await CreditsAudit.note(entry, call)
        }
        return try reply(status, entry, call)
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
    fileprivate func faulting(_ posting: Posting) async throws(ControlFault) -> PostingResult {
        do throws(StorageError) { return try await post(posting) } catch { throw ControlFault(ledger: error) }
    }
}

private enum PostingOutcome {
    /// The HTTP status and the entry that a posting came to; where it was refused, why.
    static func of(_ result: PostingResult) throws(ControlFault) -> (Int, LedgerEntry) {
        switch result {
        case .added(let entry): return (201, entry)
        case .repeated(let entry): return (200, entry)
        case .archived(let sequence):
            throw ControlFault(
                .idempotencyConflict,
                "entry \(sequence) was posted under this idempotency key, and is in an archive: take another key for another"
            )
        case .conflict:
            throw ControlFault(.idempotencyConflict, "something else is on the books under this idempotency key")
        case .tooLarge: throw .invalid("the balance would be more than credits can count", at: "/amount")
        case .insufficient(let available):
            var fault = ControlFault(
                .insufficientCredits,
                "\(available) credits are available to be taken: the balance, less what is held for running runs, plus "
                    + "the overdraft", at: "/amount")
            fault.available = available
            throw fault
        case .unknownRun:
            throw ControlFault(
                .notFound,
                "the organization has no ended run of this id, or its entries were pruned and are archived", at: "/run")
        case .aboveCost(let left):
            var fault = ControlFault.invalid(
                "\(left) credits of what the run cost are left to be refunded", at: "/amount")
            fault.left = left
            throw fault
        case .tooManyExpiring:
            throw .invalid(
                "the organization has as many top-ups with an end as it may have at once; wait for one to be used up or "
                    + "to end, or give no expires_at", at: "/expires_at")
        case .endsInThePast: throw .invalid("expires_at must be in the future", at: "/expires_at")
        }
    }
}
