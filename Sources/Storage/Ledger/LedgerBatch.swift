import Domain

/// What the ledger gathers in one write transaction: the head of the chain, and the sums of the organizations whose entries
/// are written, which are read and written once a batch, however many of its entries move them.
///
/// `@unchecked Sendable`: only the writer's thread touches it. Changes run there, one after the other.
final class LedgerBatch: BatchScope, @unchecked Sendable {
    private let tables: LedgerTables
    private var head: LedgerHead?
    private var sums: [String: OrganizationSums] = [:]

    init(_ tables: LedgerTables) { self.tables = tables }

    func begin() {
        head = nil
        sums.removeAll(keepingCapacity: true)
    }

    func flush(_ transaction: borrowing WriteTransaction) throws(StorageError) {
        if let head { try transaction.put(tables.meta, LedgerHead.key, head.encoded) }
        for sums in sums.values { try sums.flush(tables, transaction) }
    }

    // MARK: on the writer's thread, within a transaction

    func head(_ transaction: borrowing WriteTransaction) throws(StorageError) -> LedgerHead {
        if let head { return head }
        let read = try transaction.head(tables)
        head = read
        return read
    }

    func advance(to head: LedgerHead) { self.head = head }

    func sums(
        of organization: String, _ transaction: borrowing WriteTransaction
    ) throws(StorageError) -> OrganizationSums {
        if let known = sums[organization] { return known }
        let read = OrganizationSums(organization, try transaction.balance(tables, organization))
        sums[organization] = read
        return read
    }
}

/// The sums of one organization within a transaction.
final class OrganizationSums {
    let organization: String
    var balance: Balance
    private var isMoved = false
    /// By day.
    private var credits: [UInt32: DailyCredits] = [:]
    /// By `usageKey`.
    private var usage: [Key: DailyUsage] = [:]

    init(_ organization: String, _ balance: Balance) {
        self.organization = organization
        self.balance = balance
    }

    func flush(_ tables: LedgerTables, _ transaction: borrowing WriteTransaction) throws(StorageError) {
        // One whose holds were all refused may have no balance, and gets none.
        guard isMoved else { return }
        try transaction.put(tables.balances, Key(organization), balance.encoded)
        for row in credits.values { try transaction.put(tables.credits, row.key, row.encoded) }
        for row in usage.values { try transaction.put(tables.usage, row.key, row.encoded) }
    }

    /// Counts an entry among those of its day.
    func add(
        _ head: EntryHead, _ tables: LedgerTables, _ transaction: borrowing WriteTransaction
    ) throws(StorageError) {
        isMoved = true
        let day = DailyUsage.day(of: head.time)
        if let place = credits.index(forKey: day) {
            return credits.values[place].add(head.kind, head.balanceChange)
        }
        var row = DailyCredits(organization: organization, day: day)
        let kept = try transaction.withValue(tables.credits, row.key) { bytes throws(StorageError) in
            try DailyCredits(bytes)
        }
        row = kept ?? row
        row.add(head.kind, head.balanceChange)
        credits[day] = row
    }

    /// Counts the end of a run.
    /// - Parameters:
    ///   - dimensions: what the run's usage is summed by, as its entries keep it.
    ///   - run: the run itself; asked for where it is the first of its row.
    func add(
        _ end: RunEnd, _ dimensions: RawSpan, _ tables: LedgerTables, _ transaction: borrowing WriteTransaction,
        of run: () throws(StorageError) -> RunRecord
    ) throws(StorageError) {
        let key = Self.usageKey(DailyUsage.day(of: end.endedAt), dimensions)
        if let place = usage.index(forKey: key) { return usage.values[place].add(end) }
        var row = DailyUsage(try run(), end)
        let kept = try transaction.withValue(tables.usage, row.key) { bytes throws(StorageError) in
            try DailyUsage(bytes)
        }
        row = kept ?? row
        row.add(end)
        usage[key] = row
    }

    private static func usageKey(_ day: UInt32, _ dimensions: RawSpan) -> Key {
        unsafe dimensions.withUnsafeBytes { unsafe Key(reserving: $0.count + 4).appending(day).appending(raw: $0) }
    }
}
