import Domain
import Protocols
import Storage

enum ReconciliationsResource {
    /// A month of a large organization's usage by model and key.
    static let maximumFileBytes = 64 << 20

    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let found = try await call.store.reconciliations()
        return Reply { object in
            object.key("items")
            object.array(found) { $0.record($1) }
        }
    }

    /// The body is the provider's file as it is; all else is in the query.
    static func create(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let request = try ReconciliationRequest(call.query)
        let organizations = try await organizations(call.store)
        let ledger = call.services.ledger
        let file = call.body
        let (outcome, isCut) = try await call.services.reconciling.run("a reconciliation") { () throws(ControlFault) in
            let bill = try request.bill(file)
            let terms = try request.terms(bill)
            let recorded = try ledger.recorded(organizations, terms.days)
            return (Reconciliation(bill, recorded, terms), bill.isCut)
        }
        let difference = outcome.total.difference(.cost).map { NanoCredits($0) }
        let record = ReconciliationRecord(
            provider: request.ledgerProvider, from: outcome.terms.days.lowerBound, to: outcome.terms.days.upperBound,
            isWithinTolerance: outcome.isWithinTolerance, captureRate: outcome.captureRate(outcome.total),
            difference: difference, made: Origin(at: call.now, by: call.caller.id))
        try await call.store.keepReconciliation(record, by: Change(actor: call.caller.id, at: call.now))
        return Reply { object in
            object.member("provider", request.format.rawValue)
            object.reconciliation(outcome, isCut: isCut)
        }
    }

    private static func organizations(_ store: any ControlStore) async throws(ControlFault) -> [String] {
        var slugs: [String] = []
        var page = PageRequest()
        page.limit = PageRequest.maximumLimit
        repeat {
            let found = try await store.organizations(page)
            slugs += found.items.map(\.slug)
            page.cursor = found.nextCursor
        } while page.cursor != nil
        return slugs
    }
}

extension Ledger {
    fileprivate func recorded(
        _ organizations: [String], _ days: ClosedRange<Day>
    ) throws(ControlFault) -> [RecordedUsage] {
        var rows: [RecordedUsage] = []
        let days = UInt32(clamping: days.lowerBound.sinceEpoch)...UInt32(clamping: days.upperBound.sinceEpoch)
        for organization in organizations {
            try faulting { ledger throws(StorageError) in
                try ledger.usage(organization, days: days) { rows.append(RecordedUsage($0)) }
            }
        }
        return rows
    }
}

extension RecordedUsage {
    fileprivate init(_ row: DailyUsage) {
        self.init(
            day: Day(sinceEpoch: Int(row.day)), provider: row.provider, model: row.model, keyID: row.keyID,
            keyIsPlatform: row.keySource == .platform, runs: row.runs, failedRuns: row.failedRuns,
            estimatedRuns: row.estimatedRuns, interruptedRuns: row.interruptedRuns, attempts: row.attempts,
            usage: row.usage, listCost: row.listCost)
    }
}
