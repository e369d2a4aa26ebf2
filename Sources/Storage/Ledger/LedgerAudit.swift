import Domain

/// Recomputes the books from the entries: running numbers without a gap, one hold and at most one end a run, each as its
/// run's record says, what an end gives back equal to what was held, and balances and daily usage equal to the sums.
///
/// It reads in chunks, so that it runs beside full load without holding old pages back, and compares the sums in the
/// snapshot in which it reaches the newest entry.
package struct LedgerAudit {
    package struct Report: Hashable, Sendable {
        package var entries: UInt64
        package var organizations: Int
        package var openRuns: Int
    }

    package enum Outcome: Hashable, Sendable {
        case clean(Report)
        /// The first fault, the number of the entry it was found at, and what is wrong with it.
        case fault(sequence: UInt64, reason: String)
    }

    private struct Fault: Error {
        var sequence: UInt64
        var reason: String
    }

    private let ledger: Ledger
    private let chunk: Int
    private var next: UInt64 = 1
    private var sums: [String: Balance] = [:]
    private var open: [RunID: NanoCredits] = [:]
    private var runs = 0
    /// The daily figures as the runs' ends sum up to them.
    private var daily: [Key: DailyUsage] = [:]
    /// What the entries came to, once they are read.
    private var report: Report?
    private var keys = RunKeysAudit()

    /// - Parameter chunk: entries read in one transaction.
    package init(_ ledger: Ledger, chunk: Int = 10_000) {
        self.ledger = ledger
        self.chunk = chunk
    }

    package static func verify(_ ledger: Ledger, chunk: Int = 10_000) throws(StorageError) -> Outcome {
        var audit = LedgerAudit(ledger, chunk: chunk)
        while true {
            if let outcome = try audit.step() { return outcome }
        }
    }

    /// Reads one chunk; answers the outcome with the last one.
    package mutating func step() throws(StorageError) -> Outcome? {
        if let report {
            if let fault = try keys.step(ledger, chunk: chunk) {
                return .fault(sequence: fault.sequence, reason: fault.reason)
            }
            return keys.isDone ? .clean(report) : nil
        }
        var audit = self
        defer { self = audit }
        let tables = ledger.tables
        return try ledger.environment.read { transaction throws(StorageError) in
            var fault: Fault?
            var count = 0
            try transaction.scan(tables.entries, prefix: Key(), from: Key(audit.next)) {
                key, value throws(StorageError) in
                let entry = try LedgerEntry(sequence: try Key.number(key, at: 0), value)
                var run: RunRecord?
                if let id = entry.run { run = try transaction.run(tables, id) }
                fault = audit.take(entry, run)
                count += 1
                return fault == nil && count < audit.chunk
            }
            if fault == nil, count == audit.chunk { return nil }
            if fault == nil { fault = try audit.compare(tables, transaction) }
            if let fault { return .fault(sequence: fault.sequence, reason: fault.reason) }
            audit.report = Report(
                entries: audit.next - 1, organizations: audit.sums.count, openRuns: audit.open.count)
            return nil
        }
    }

    private mutating func take(_ entry: LedgerEntry, _ run: RunRecord?) -> Fault? {
        let sequence = entry.sequence
        func fault(_ reason: String) -> Fault { Fault(sequence: sequence, reason: reason) }
        guard sequence == next else { return fault("expected entry \(next)") }
        next += 1
        var sum = sums[entry.organization] ?? Balance()
        guard let balance = sum.balance.adding(entry.balanceChange), let held = sum.held.adding(entry.heldChange) else {
            return fault("the sum does not fit")
        }
        sum.balance = balance
        sum.held = held
        sums[entry.organization] = sum
        guard entry.kind != .topUp else {
            return entry.heldChange == .zero ? nil : fault("a top-up that changes what is held")
        }
        guard let id = entry.run, let run else { return fault("its run has no record") }
        guard run.organization == entry.organization else { return fault("its run is another organization's") }
        if entry.kind == .hold {
            guard entry.balanceChange == .zero, entry.heldChange == run.hold else {
                return fault("holds other than its run says")
            }
            guard run.holdSequence == sequence, open.updateValue(entry.heldChange, forKey: id) == nil else {
                return fault("a second hold of its run")
            }
            runs += 1
            return nil
        }
        guard let hold = open.removeValue(forKey: id), run.endSequence == sequence else {
            return fault("a second end of its run, or one without a hold")
        }
        guard entry.heldChange == -hold else { return fault("gives back other than was held") }
        guard let end = run.end, entry.balanceChange == -end.cost else { return fault("takes other than its run cost") }
        var usage = DailyUsage(run, end)
        usage = daily[usage.key] ?? usage
        usage.add(end)
        daily[usage.key] = usage
        return nil
    }

    private func compare(
        _ tables: LedgerTables, _ transaction: borrowing ReadTransaction
    ) throws(StorageError) -> Fault? {
        var fault: Fault?
        var organizations = 0
        try transaction.scan(tables.balances, prefix: Key()) { key, value throws(StorageError) in
            let organization = unsafe key.withUnsafeBytes { unsafe String(decoding: $0.dropLast(), as: UTF8.self) }
            let kept = try Balance(value)
            let sum = sums[organization] ?? Balance()
            organizations += 1
            if kept.balance != sum.balance || kept.held != sum.held {
                fault = Fault(
                    sequence: next - 1,
                    reason: "\(organization) has balance \(kept.balance) and held \(kept.held), "
                        + "its entries sum to \(sum.balance) and \(sum.held)")
            }
            return fault == nil
        }
        if let fault { return fault }
        if organizations != sums.count { return Fault(sequence: next - 1, reason: "a balance is missing") }
        if try transaction.count(tables.open) != open.count {
            return Fault(sequence: next - 1, reason: "the open runs are not those without an end")
        }
        if try transaction.count(tables.runs) != runs {
            return Fault(sequence: next - 1, reason: "a run has no hold")
        }
        if try transaction.count(tables.entriesByOrganization) != Int(next - 1) {
            return Fault(sequence: next - 1, reason: "an organization's list of entries is not whole")
        }
        return try compareDaily(tables, transaction)
    }

    private func compareDaily(
        _ tables: LedgerTables, _ transaction: borrowing ReadTransaction
    ) throws(StorageError) -> Fault? {
        var rows = 0
        var fault: Fault?
        try transaction.scan(tables.daily, prefix: Key()) { _, value throws(StorageError) in
            let row = try DailyUsage(value)
            rows += 1
            if daily[row.key] != row {
                fault = Fault(
                    sequence: next - 1, reason: "the usage of \(row.organization) on day \(row.day) is not its runs'")
            }
            return fault == nil
        }
        if fault == nil, rows != daily.count { return Fault(sequence: next - 1, reason: "a day's usage is missing") }
        return fault
    }
}
