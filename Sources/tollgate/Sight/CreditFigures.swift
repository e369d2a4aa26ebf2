import Domain
import Measures
import Storage

/// Credits by organization, of those that have the least: a bounded number of series.
struct CreditFigures {
    /// Nil: they could not be read.
    let lowest: LowestBalances?

    func write(to page: inout Exposition) {
        gauge("tollgate_organization_balance_credits", "Credits on the books, of those with the least.", in: &page) {
            $0.balance.balance
        }
        gauge("tollgate_organization_held_credits", "Credits held for running runs.", in: &page) { $0.balance.held }
        gauge("tollgate_organization_available_credits", "What new runs can hold.", in: &page) { $0.balance.available }
        gauge("tollgate_organization_overdraft_credits", "Of that, what may be owed.", in: &page) {
            $0.balance.overdraft
        }
        gauge(
            "tollgate_organization_daily_spend_credits", "Runs' cost today or yesterday, whichever is more.", in: &page
        ) { $0.dailySpend }
        page.gauge("tollgate_organizations_unlisted", "Organizations with credits that are not among them.") {
            samples in
            if let lowest { samples.add([:], lowest.others) }
        }
    }

    private func gauge(
        _ name: String, _ help: String, in page: inout Exposition, _ value: (LowestBalances.Row) -> NanoCredits
    ) {
        page.gauge(name, help) { samples in
            for row in lowest?.rows ?? [] {
                samples.add(["organization": row.organization], decimal: value(row).description)
            }
        }
    }
}
