import Admin
import Domain
import Measures
import Protocols

/// How the newest comparison of each provider's bill with the ledger came out.
struct ReconciliationFigures {
    /// A bounded set of names: built-in providers, `other`, and `all` for a bill of all of them.
    private let newest: [(provider: String, outcome: ReconciliationRecord)]

    init(_ outcomes: [ReconciliationRecord]) {
        let named = outcomes.map { outcome in
            (outcome.provider.map { ProviderDialect.isBuiltIn($0) ? $0 : "other" } ?? "all", outcome)
        }
        newest = Dictionary(named) { $0.made.at.milliseconds < $1.made.at.milliseconds ? $1 : $0 }
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// A figure that an outcome does not have has no sample.
    func write(to page: inout Exposition) {
        gauge("tollgate_reconciliation_capture_ratio", "Recorded by billed.", in: &page) {
            $0.captureRate.map { NanoCredits($0).description }
        }
        gauge("tollgate_reconciliation_difference_credits", "Credits recorded less those billed.", in: &page) {
            $0.difference?.description
        }
        gauge("tollgate_reconciliation_within_tolerance", "1 where the bill and the ledger agree.", in: &page) {
            $0.isWithinTolerance ? "1" : "0"
        }
        gauge("tollgate_reconciliation_timestamp_seconds", "When it was made, since 1970.", in: &page) {
            String($0.made.at.milliseconds / 1000)
        }
        gauge("tollgate_reconciliation_last_day_timestamp_seconds", "Start of its last day, since 1970.", in: &page) {
            String($0.to.sinceEpoch * 86_400)
        }
    }

    private func gauge(
        _ name: String, _ help: String, in page: inout Exposition, _ value: (ReconciliationRecord) -> String?
    ) {
        page.gauge(name, help) { samples in
            for (provider, outcome) in newest {
                if let value = value(outcome) { samples.add(["provider": provider], decimal: value) }
            }
        }
    }
}
