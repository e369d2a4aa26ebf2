import Domain
import JSON
import Storage

/// What an organization may do with its credits: how far they may go below zero, and what is held for a run.
enum CreditTermsResource {
    /// Entries looked at for one that is to be in the audit log.
    private static let auditScan = 200

    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let organization = try await call.knownOrganization()
        let balance = try call.services.ledger.faulting { ledger throws(StorageError) in
            try ledger.balance(organization)
        }
        return Reply { $0.terms(balance.terms) }
    }

    /// Puts both terms: the same again changes nothing.
    static func put(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["overdraft", "holds"])
        guard let overdraft = NanoCredits(decimal: try fields.string("overdraft")), overdraft >= .zero else {
            throw .invalid(
                "overdraft must be credits from zero on, as a decimal with at most nine places", at: "/overdraft")
        }
        guard let holds = CreditTerms.HoldBasis(name: try fields.string("holds")) else {
            let names = CreditTerms.HoldBasis.allCases.map(\.name).joined(separator: " or ")
            throw .invalid("holds must be \(names)", at: "/holds")
        }
        let organization = try await call.knownOrganization()
        let terms = CreditTerms(overdraft: overdraft, holds: holds)
        switch try await call.services.ledger.set(terms, of: organization, call) {
        case .set(let entry): try await CreditsAudit.note(entry, call)
        case .unchanged: try await noteLast(organization, call)
        case .raisesOverdraft(let from):
            throw ControlFault(
                .forbidden,
                "in cloud mode an overdraft is raised (it is \(from)) by a token of all organizations", at: "/overdraft"
            )
        case .loosensHolds:
            throw ControlFault(
                .forbidden,
                "in cloud mode holds by estimate, with which the balance can go below zero, are chosen by a token of all "
                    + "organizations", at: "/holds")
        case .tooLarge: throw .invalid("what is available would be more than credits can count", at: "/overdraft")
        }
        return Reply { $0.terms(terms) }
    }

    /// Whoever set these terms may have ended between the books and the audit log, and ask again now.
    private static func noteLast(_ organization: String, _ call: AdminCall) async throws(ControlFault) {
        let entries = try call.services.ledger.faulting { ledger throws(StorageError) in
            try ledger.entries(organization, limit: auditScan)
        }
        guard let last = entries.first(where: { $0.kind == .terms }), last.actor == call.caller.id,
            call.now.milliseconds - last.time < Idempotency.lifetimeMilliseconds
        else { return }
        try await CreditsAudit.note(last, call)
    }
}

extension AdminCall {
    /// In the cloud credits come from the platform, which is paid for them.
    func requireCreditsRight() throws(ControlFault) {
        guard services.mode == .selfHosted || caller.organization == nil else {
            throw ControlFault(.forbidden, "in cloud mode credits are moved by a token of all organizations")
        }
    }
}

extension Ledger {
    fileprivate func set(
        _ terms: CreditTerms, of organization: String, _ call: AdminCall
    ) async throws(ControlFault) -> TermsResult {
        do throws(StorageError) {
            return try await setTerms(
                organization, terms, actor: call.caller.id, time: call.now.milliseconds,
                mayLoosen: call.services.mode == .selfHosted || call.caller.organization == nil)
        } catch { throw ControlFault(ledger: error) }
    }
}
