import Domain

extension LedgerReplay {
    /// How what is kept beside the entries differs from what they come to; nil where it does not.
    func difference(_ tables: LedgerTables, _ transaction: borrowing ReadTransaction) throws(StorageError) -> String? {
        guard try transaction.head(tables) == LedgerHead(sequence: last, hash: hash) else {
            return "the newest entry is not the one that was written last"
        }
        let mark = try transaction.carriedMark(tables)
        if let reason = try differingBalance(tables, transaction) { return reason }
        if let reason = try differingRun(tables, mark, transaction) { return reason }
        // Of those below what a prune has deleted nothing is left.
        let entries = Int(clamping: last) + 1 - Int(clamping: mark?.deletedBelow ?? 1)
        if try transaction.count(tables.entries) != entries { return "the entries are not as many as their numbers" }
        if try transaction.count(tables.entriesByOrganization) != entries {
            return "an organization's list of entries is not whole"
        }
        if try transaction.count(tables.interrupted) != interrupted &+ Int(clamping: mark?.interrupted ?? 0) {
            return "the list of interrupted runs is not whole"
        }
        if let key = try differing(
            tables.usage, usage, transaction,
            { bytes throws(StorageError) in
                try DailyUsage(bytes)
            })
        {
            return "a day's usage is not its runs': \(key)"
        }
        if let key = try differing(
            tables.credits, credits, transaction,
            { bytes throws(StorageError) in
                try DailyCredits(bytes)
            })
        {
            return "a day's credits are not its entries': \(key)"
        }
        return nil
    }

    private func differingBalance(
        _ tables: LedgerTables, _ transaction: borrowing ReadTransaction
    ) throws(StorageError) -> String? {
        var reason: String?
        var count = 0
        try transaction.scan(tables.balances, prefix: Key()) { key, value throws(StorageError) in
            let organization = unsafe key.withUnsafeBytes { unsafe String(decoding: $0.dropLast(), as: UTF8.self) }
            let kept = try Balance(value)
            count += 1
            let sum = balances[organization] ?? Balance()
            if kept != sum {
                reason =
                    "\(organization) has balance \(kept.balance) and held \(kept.held), "
                    + "its entries come to \(sum.balance) and \(sum.held)"
            }
            return reason == nil
        }
        return reason ?? (count == balances.count ? nil : "a balance is missing")
    }

    private func differingRun(
        _ tables: LedgerTables, _ mark: CarriedMark?, _ transaction: borrowing ReadTransaction
    ) throws(StorageError) -> String? {
        var reason: String?
        try transaction.scan(tables.open, prefix: Key()) { key, held throws(StorageError) in
            let run = open[try Key.number(key, at: 0)]
            let amount = NanoCredits(Int64(bitPattern: try Key.number(held, at: 0)))
            if run?.hold != amount { reason = "the open runs are not those without an end" }
            return reason == nil
        }
        if reason == nil, try transaction.count(tables.open) != open.count {
            reason = "the open runs are not those without an end"
        }
        if reason == nil, open.keys.contains(where: { $0 < mark?.seal.first ?? 1 }) {
            reason = "a run is open whose hold is gone"
        }
        if reason == nil, try transaction.count(tables.runs) != runs &+ Int(clamping: mark?.runs ?? 0) {
            reason = "a run has no hold"
        }
        if reason == nil, try transaction.count(tables.refunds) != refunds.count &+ Int(clamping: mark?.refunds ?? 0) {
            reason = "a refund is of no run"
        }
        for (id, run) in gone where reason == nil && run.refunded > run.cost {
            reason = "more was refunded of \(id) than it cost"
        }
        for (id, amount) in refunds where reason == nil {
            let cost = try transaction.run(tables, id)?.end?.cost ?? .zero
            let kept = try transaction.refunded(tables, id)
            if kept != amount || amount > cost { reason = "more was refunded of \(id) than it cost" }
        }
        return reason
    }

    /// The table's rows and those that the entries come to are the same, or it answers which is not.
    private func differing<Row: Equatable>(
        _ table: Table, _ rows: [Key: Row], _ transaction: borrowing ReadTransaction,
        _ read: (RawSpan) throws(StorageError) -> Row
    ) throws(StorageError) -> String? {
        var count = 0
        var found: String?
        try transaction.scan(table, prefix: Key()) { key, value throws(StorageError) in
            count += 1
            let key = unsafe key.withUnsafeBytes { unsafe Key(bytes: Array($0)) }
            if rows[key] != (try read(value)) { found = key.legible }
            return found == nil
        }
        return found ?? (count == rows.count ? nil : "a row is missing")
    }
}

extension Key {
    /// For people: its printable characters.
    fileprivate var legible: String {
        String(decoding: bytes.map { (33...126).contains($0) ? $0 : 32 }, as: UTF8.self)
    }
}
