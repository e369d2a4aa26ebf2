import Domain
import Security

/// What the books come to, entry by entry, from the entries alone; of a pruned ledger, from what was carried on.
struct LedgerReplay {
    /// The number of the last entry taken, and its hash.
    private(set) var last: UInt64
    private(set) var hash: Digest
    private(set) var balances: [String: Balance]
    /// Runs without an end, by the number of their hold.
    private(set) var open: [UInt64: RunRecord]
    /// Runs with an entry, in all.
    private(set) var runs: Int
    /// The latest time of an entry taken.
    private(set) var latest = Int64.min
    private(set) var usage: [Key: DailyUsage]
    private(set) var credits: [Key: DailyCredits]
    private(set) var refunds: [RunID: NanoCredits] = [:]
    /// Of runs that are gone.
    private(set) var gone: [RunID: CarriedBooks.RefundedRun]
    private(set) var interrupted = 0

    init(_ carried: CarriedBooks = CarriedBooks()) {
        last = carried.head.sequence
        hash = carried.head.hash
        balances = carried.balances
        open = carried.open
        runs = carried.open.count
        usage = carried.usage
        credits = carried.credits
        gone = carried.refunded
    }

    /// What it came to, for a ledger that begins behind the last entry taken.
    var carried: CarriedBooks {
        var books = CarriedBooks()
        books.head = LedgerHead(sequence: last, hash: hash)
        books.balances = balances
        books.open = open
        books.usage = usage
        books.credits = credits
        books.refunded = gone
        return books
    }

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
                if var known = gone[run] {
                    known.refunded = known.refunded.addingClamped(entry.balanceChange)
                    gone[run] = known
                } else {
                    refunds[run] = (refunds[run] ?? .zero).addingClamped(entry.balanceChange)
                }
            }
        case .terms:
            guard entry.balanceChange == .zero, entry.heldChange == .zero else {
                throw fault("terms that move credits")
            }
        }
        let day = DailyCredits(organization: entry.organization, day: DailyUsage.day(of: entry.time))
        credits[day.key, default: day].add(entry)
        last = number
        latest = max(latest, entry.time)
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
            guard before.available.addingClamped(entry.balanceChange) >= .zero else {
                throw fault("an expiry of what is held")
            }
        case .hold, .settle, .release, .interrupted, .terms: throw fault("its kind is not what it tells")
        }
    }
}
