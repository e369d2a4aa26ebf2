import Domain
import Security
import Storage

/// What people do with credits is in the books; the audit log has it too, beside all else that they do.
enum CreditsAudit {
    /// Puts an entry into the audit log, unless it is there.
    static func note(_ entry: LedgerEntry, _ call: AdminCall) async throws(ControlFault) {
        guard let event = event(entry) else { return }
        let key = "entry/\(entry.sequence)"
        let change = Change(
            actor: entry.actor, at: Timestamp(milliseconds: entry.time),
            idempotency: Idempotency(scope: "ledger", key: key, fingerprint: sha256(key)))
        try await call.store.note(event, by: change)
    }

    /// Nil for what no person did.
    private static func event(_ entry: LedgerEntry) -> AuditEvent? {
        let target = AgentPath.target(entry.organization) + "/credits"
        var details = [("entry", String(entry.sequence))]
        let verb: String
        switch entry.detail {
        case .run: return nil
        case .terms(let terms, _):
            verb = "terms"
            details = [("overdraft", terms.overdraft.description), ("holds", terms.holds.name)] + details
        case .posting(let posting):
            guard let name = entry.kind.verb else { return nil }
            verb = name
            details.insert(("amount", entry.balanceChange.description), at: 0)
            if let run = posting.run { details.append(("run", run.description)) }
            if let expiresAt = posting.expiresAt {
                details.append(("expires_at", Timestamp(milliseconds: expiresAt).description))
            }
        }
        var event = AuditEvent("credits.\(verb)", target, organization: entry.organization)
        event.details = details.map { AuditEntry.Detail(name: $0.0, value: $0.1) }
        return event
    }
}

extension LedgerEntry.Kind {
    /// What a person does by it.
    fileprivate var verb: String? {
        switch self {
        case .topUp: "top_up"
        case .adjustment: "adjust"
        case .refund: "refund"
        case .terms: "terms"
        case .hold, .settle, .release, .interrupted, .expiry: nil
        }
    }
}
