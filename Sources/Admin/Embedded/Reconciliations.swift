import Domain
import Storage

extension EmbeddedControlStore {
    package func keepReconciliation(_ outcome: ReconciliationRecord, by change: Change) async throws(ControlFault) {
        let tables = tables
        let event = AuditEvent(
            "ledger.reconcile", "/api/v1/reconciliations", organization: nil,
            [
                "provider": outcome.provider ?? "all", "from": outcome.from.description, "to": outcome.to.description,
                "within_tolerance": String(outcome.isWithinTolerance),
                "capture_rate": outcome.captureRate.map { NanoCredits($0).description } ?? "",
            ])
        try await write { transaction in
            try transaction.put(tables.reconciliations, Key(outcome.provider ?? ""), outcome.json)
            try transaction.audit(tables, change, event)
        }
    }

    package func reconciliations() throws(ControlFault) -> [ReconciliationRecord] {
        try read { transaction in
            // As many as there are providers in the ledger.
            try transaction.entries(tables.reconciliations, prefix: Key(), limit: Self.maximumReconciliations)
                .map { try ReconciliationRecord(stored: $0.value) }
        }
    }

    private static var maximumReconciliations: Int { 1_000 }
}
