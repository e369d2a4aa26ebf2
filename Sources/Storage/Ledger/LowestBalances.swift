import Domain

/// The organizations that have the least left, and what they spend: for alerts.
package struct LowestBalances: Sendable {
    package struct Row: Sendable {
        package var organization: String
        package var balance: Balance
        /// What runs cost it on this UTC day so far or on the day before, whichever is more.
        package var dailySpend: NanoCredits
    }

    /// Those with the least available first.
    package var rows: [Row]
    /// Organizations with credits that are not among them.
    package var others: Int
}

extension Ledger {
    /// Reads every balance, so it costs more with every organization there is. An organization that has nothing, holds
    /// nothing and may owe nothing is left out: either nothing costs it credits, or its runs are refused, which is counted
    /// elsewhere.
    /// - Parameters:
    ///   - limit: how many rows.
    ///   - time: milliseconds since 1970.
    ///   - chunk: balances read in one transaction, so that many do not hold old pages back.
    package func lowestBalances(
        limit: Int, at time: Int64, chunk: Int = 1_000
    ) throws(StorageError) -> LowestBalances {
        var found: [(organization: String, balance: Balance)] = []
        var count = 0
        var next: Key? = limit > 0 ? Key() : nil
        while let start = next {
            next = try balances(from: start, chunk: chunk) { organization, balance in
                guard balance.balance != .zero || balance.held != .zero || balance.overdraft != .zero else { return }
                count += 1
                if found.count == limit, let last = found.last, balance.available >= last.balance.available { return }
                // In the order of the names where they have the same.
                let place = found.firstIndex { $0.balance.available > balance.available } ?? found.endIndex
                found.insert((organization, balance), at: place)
                if found.count > limit { found.removeLast() }
            }
        }
        var rows: [LowestBalances.Row] = []
        for (organization, balance) in found {
            let spend = try dailySpend(organization, at: time)
            rows.append(.init(organization: organization, balance: balance, dailySpend: spend))
        }
        return LowestBalances(rows: rows, others: count - rows.count)
    }

    private func dailySpend(_ organization: String, at time: Int64) throws(StorageError) -> NanoCredits {
        let today = DailyUsage.day(of: time)
        return try environment.read { transaction throws(StorageError) in
            var most = NanoCredits.zero
            for day in [today, today == 0 ? 0 : today - 1] {
                let key = DailyCredits.start(organization: organization, day: day)
                let charges = try transaction.withValue(tables.credits, key) { bytes throws(StorageError) in
                    try DailyCredits(bytes).charges
                }
                guard let charges else { continue }
                guard charges.rawValue != .min else {
                    throw StorageError(.corrupt, "read daily credits: out of range")
                }
                most = max(most, -charges)
            }
            return most
        }
    }
}
