import Domain

/// What the ledger gathers in one write transaction: the head of the chain, and sums that are read and written once a
/// batch, however many of its entries move them.
///
/// `@unchecked Sendable`: only the writer's thread touches it. Changes run there, one after the other.
final class LedgerBatch: BatchScope, @unchecked Sendable {
    private let tables: LedgerTables
    private var head: LedgerHead?
    private var balances: [String: Balance] = [:]
    private var usage: [Key: DailyUsage] = [:]
    private var credits: [Key: DailyCredits] = [:]

    init(_ tables: LedgerTables) { self.tables = tables }

    func begin() {
        head = nil
        balances.removeAll(keepingCapacity: true)
        usage.removeAll(keepingCapacity: true)
        credits.removeAll(keepingCapacity: true)
    }

    func flush(_ transaction: borrowing WriteTransaction) throws(StorageError) {
        if let head { try transaction.put(tables.meta, LedgerHead.key, head.encoded) }
        for (organization, balance) in balances {
            try transaction.put(tables.balances, Key(organization), balance.encoded)
        }
        for (key, row) in usage { try transaction.put(tables.usage, key, row.encoded) }
        for (key, row) in credits { try transaction.put(tables.credits, key, row.encoded) }
    }

    // MARK: on the writer's thread, within a transaction

    func head(_ transaction: borrowing WriteTransaction) throws(StorageError) -> LedgerHead {
        if let head { return head }
        let read = try transaction.head(tables)
        head = read
        return read
    }

    func advance(to head: LedgerHead) { self.head = head }

    func balance(_ organization: String, _ transaction: borrowing WriteTransaction) throws(StorageError) -> Balance {
        if let known = balances[organization] { return known }
        return try transaction.balance(tables, organization)
    }

    func set(_ balance: Balance, of organization: String) { balances[organization] = balance }

    func add(_ end: RunEnd, of run: RunRecord, _ transaction: borrowing WriteTransaction) throws(StorageError) {
        let key = DailyUsage.key(of: run, endedAt: end.endedAt)
        if let place = usage.index(forKey: key) { return usage.values[place].add(end) }
        let kept = try transaction.withValue(tables.usage, key) { bytes throws(StorageError) in try DailyUsage(bytes) }
        var row = kept ?? DailyUsage(run, end)
        row.add(end)
        usage[key] = row
    }

    func add(_ entry: LedgerEntry, _ transaction: borrowing WriteTransaction) throws(StorageError) {
        let day = DailyUsage.day(of: entry.time)
        let key = DailyCredits.start(organization: entry.organization, day: day)
        if let place = credits.index(forKey: key) { return credits.values[place].add(entry) }
        let kept = try transaction.withValue(tables.credits, key) { bytes throws(StorageError) in
            try DailyCredits(bytes)
        }
        var row = kept ?? DailyCredits(organization: entry.organization, day: day)
        row.add(entry)
        credits[key] = row
    }
}
