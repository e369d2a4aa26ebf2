import Domain
import Security

/// What the books come to, entry by entry, from the entries alone.
struct LedgerReplay {
    /// The number of the last entry taken, and its hash.
    private(set) var last: UInt64 = 0
    private(set) var hash = Digest.zero
    private(set) var balances: [String: Balance] = [:]
    /// Runs without an end, by the number of their hold.
    private(set) var open: [UInt64: RunRecord] = [:]
    private var runs = 0
    private var usage: [Key: DailyUsage] = [:]
    private var credits: [Key: DailyCredits] = [:]
    private var refunds: [RunID: NanoCredits] = [:]
    private var interrupted = 0

    private typealias Fault = LedgerAudit.Fault

    /// Takes the next entry.
    /// - Throws: what is wrong with it, where something is.
    mutating func take(_ number: UInt64, _ bytes: RawSpan) throws(LedgerAudit.Fault) -> LedgerEntry {
        func fault(_ reason: String) -> LedgerAudit.Fault { Fault(sequence: number, reason: reason) }
        guard number == last + 1 else { throw fault("expected entry \(last + 1)") }
        let entry: LedgerEntry
        do throws(StorageError) { entry = try LedgerEntry(bytes) } catch { throw fault("it cannot be read") }
        guard entry.sequence == number else { throw fault("it says that it is entry \(entry.sequence)") }
        guard entry.previous == hash else { throw fault("the hash of the entry before is not in it") }
        var balance = balances[entry.organization] ?? Balance()
        if case .posting(let posting) = entry.detail { try check(entry, posting, balance) }
        guard balance.apply(entry) else { throw fault("the sum does not fit") }
        balances[entry.organization] = balance
        switch entry.detail {
        case .run(let run): try take(entry, run, available: balance.available)
        case .posting(let posting):
            if entry.kind == .refund, let run = posting.run {
                refunds[run] = (refunds[run] ?? .zero).addingClamped(entry.balanceChange)
            }
        case .terms:
            guard entry.balanceChange == .zero, entry.heldChange == .zero else {
                throw fault("terms that move credits")
            }
        }
        let day = DailyCredits(organization: entry.organization, day: DailyUsage.day(of: entry.time))
        credits[day.key, default: day].add(entry)
        last = number
        hash = unsafe bytes.withUnsafeBytes { unsafe sha256($0) }
        return entry
    }

    private mutating func take(
        _ entry: LedgerEntry, _ run: RunRecord, available: NanoCredits
    ) throws(LedgerAudit.Fault) {
        func fault(_ reason: String) -> LedgerAudit.Fault { Fault(sequence: entry.sequence, reason: reason) }
        guard let end = run.end else {
            guard entry.balanceChange == .zero, entry.heldChange == run.hold, run.hold >= .zero else {
                throw fault("holds other than its run says")
            }
            guard run.hold == .zero || available >= .zero else { throw fault("holds more than was available") }
            open[entry.sequence] = run
            runs += 1
            return
        }
        guard var held = open.removeValue(forKey: run.holdSequence), held.id == run.id else {
            throw fault("a second end of its run, or one without a hold")
        }
        held.end = end
        held.endSequence = entry.sequence
        guard held == run else { throw fault("its run is not the one of its hold") }
        guard entry.heldChange == -run.hold else { throw fault("gives back other than was held") }
        guard end.attempts.allSatisfy({ $0.cost >= .zero && $0.listCost >= .zero }) else {
            throw fault("a cost below zero")
        }
        guard entry.balanceChange == -end.cost else { throw fault("takes other than its run cost") }
        guard run.costsCredits || end.cost == .zero else { throw fault("charges an exempt run") }
        guard (entry.kind == .interrupted) == (end.outcome == .interrupted),
            entry.kind != .release || !end.consumedAnything
        else { throw fault("its kind is not that of its run's end") }
        if entry.kind == .interrupted { interrupted += 1 }
        let row = DailyUsage(run, end)
        usage[row.key, default: row].add(end)
    }

    private func check(
        _ entry: LedgerEntry, _ posting: PostingDetail, _ before: Balance
    ) throws(LedgerAudit.Fault) {
        func fault(_ reason: String) -> LedgerAudit.Fault { Fault(sequence: entry.sequence, reason: reason) }
        guard entry.heldChange == .zero else { throw fault("changes what is held without a run") }
        switch entry.kind {
        case .topUp: guard entry.balanceChange > .zero else { throw fault("a top-up of nothing") }
        case .adjustment: break
        case .refund:
            guard posting.run != nil, entry.balanceChange > .zero else { throw fault("a refund of no run") }
        case .expiry:
            let lot = before.lots.first { $0.topUp == posting.topUp }
            guard let lot, entry.balanceChange < .zero,
                lot.left.addingClamped(entry.balanceChange) >= .zero, lot.expiresAt <= entry.time
            else { throw fault("an expiry of what has not expired") }
            guard before.balance.addingClamped(entry.balanceChange) >= before.held else {
                throw fault("an expiry of what is held")
            }
        case .hold, .settle, .release, .interrupted, .terms: throw fault("its kind is not what it tells")
        }
    }
}

extension LedgerReplay {
    /// How what is kept beside the entries differs from what they come to; nil where it does not.
    func difference(_ tables: LedgerTables, _ transaction: borrowing ReadTransaction) throws(StorageError) -> String? {
        guard try transaction.head(tables) == LedgerHead(sequence: last, hash: hash) else {
            return "the newest entry is not the one that was written last"
        }
        if let reason = try differingBalance(tables, transaction) { return reason }
        if let reason = try differingRun(tables, transaction) { return reason }
        if try transaction.count(tables.entriesByOrganization) != Int(last) {
            return "an organization's list of entries is not whole"
        }
        if try transaction.count(tables.interrupted) != interrupted {
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
        _ tables: LedgerTables, _ transaction: borrowing ReadTransaction
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
        if reason == nil, try transaction.count(tables.runs) != runs { reason = "a run has no hold" }
        if reason == nil, try transaction.count(tables.refunds) != refunds.count { reason = "a refund is of no run" }
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
