import Domain
import Security

/// Recomputes the books from the entries: running numbers without a gap, each entry holding the hash of the one before,
/// one hold and at most one end a run, what an end gives back equal to what was held, no hold beyond what was available,
/// and balances, rollups and indexes equal to what the entries come to. Of a pruned ledger it begins with what was carried
/// on, which its seal covers.
///
/// It reads in chunks, so that it runs beside full load without holding old pages back, and compares the sums in the
/// snapshot in which it reaches the newest entry.
package struct LedgerAudit {
    package struct Report: Hashable, Sendable {
        package var entries: UInt64
        package var organizations: Int
        package var openRuns: Int
        /// Of the newest entry: who keeps it elsewhere can tell later that nothing before it was changed.
        package var head: Digest
    }

    package enum Outcome: Hashable, Sendable {
        case clean(Report)
        /// The first fault, the number of the entry it was found at, and what is wrong with it.
        case fault(sequence: UInt64, reason: String)
    }

    /// How far it has come.
    package struct Place: Hashable, Sendable {
        package enum Part: String, Sendable {
            case entries
            /// What is kept beside the entries: balances, rollups, lists.
            case sums
            /// Idempotency keys of runs, and responses.
            case keys
        }

        package var part: Part
        /// The number of the last entry read.
        package var entry: UInt64

        package init(_ part: Part, entry: UInt64) {
            self.part = part
            self.entry = entry
        }
    }

    struct Fault: Error {
        var sequence: UInt64
        var reason: String
    }

    private let ledger: LedgerView
    private let chunk: Int
    private let progress: (Place) -> Void
    private var replay = LedgerReplay()
    /// Read so far.
    private var entries: UInt64 = 0
    /// Of the carried books it began with; 0 where there are none. A prune that comes between makes it begin anew.
    private var generation: UInt64 = 0
    private var carried: CarriedReader?
    /// What the entries came to, once they are read.
    private var report: Report?
    private var keys = RunKeysAudit()

    /// - Parameters:
    ///   - chunk: entries read in one transaction.
    ///   - progress: told what is read next, before it is.
    package init(_ ledger: LedgerView, chunk: Int = 10_000, progress: @escaping (Place) -> Void = { _ in }) {
        self.ledger = ledger
        self.chunk = chunk
        self.progress = progress
    }

    package static func verify(_ ledger: Ledger, chunk: Int = 10_000) throws(StorageError) -> Outcome {
        var audit = LedgerAudit(ledger.view, chunk: chunk)
        while true {
            if let outcome = try audit.step() { return outcome }
        }
    }

    /// Reads one chunk; answers the outcome with the last one.
    package mutating func step() throws(StorageError) -> Outcome? {
        progress(Place(report == nil ? .entries : .keys, entry: replay.last))
        if let report {
            if let fault = try keys.step(ledger, chunk: chunk) {
                return .fault(sequence: fault.sequence, reason: fault.reason)
            }
            return keys.isDone ? .clean(report) : nil
        }
        var audit = self
        // So that it is changed where it is: what it knows is not copied for each chunk.
        replay = LedgerReplay()
        defer { self = audit }
        let tables = ledger.tables
        return try ledger.environment.read { transaction throws(StorageError) in
            if let outcome = try audit.begin(tables, transaction) { return outcome }
            guard audit.carried == nil else { return nil }
            var fault: Fault?
            var count = 0
            try transaction.scan(tables.entries, prefix: Key(), from: Key(audit.replay.last + 1)) {
                key, value throws(StorageError) in
                let number = try Key.number(key, at: 0)
                audit.entries += 1
                do throws(Fault) {
                    let entry = try audit.replay.take(number, value)
                    try Self.checkPlace(of: entry, tables, transaction)
                } catch {
                    fault = error
                }
                count += 1
                return fault == nil && count < chunk
            }
            if fault == nil, count == chunk { return nil }
            if let fault { return .fault(sequence: fault.sequence, reason: fault.reason) }
            progress(Place(.sums, entry: audit.replay.last))
            if let reason = try audit.replay.difference(tables, transaction) {
                return .fault(sequence: audit.replay.last, reason: reason)
            }
            let replay = audit.replay
            audit.report = Report(
                entries: audit.entries, organizations: replay.balances.count, openRuns: replay.open.count,
                head: replay.hash)
            return nil
        }
    }

    /// Begins with what is carried, in chunks, and anew where another prune came between.
    private mutating func begin(
        _ tables: LedgerTables, _ transaction: borrowing ReadTransaction
    ) throws(StorageError) -> Outcome? {
        let mark: CarriedMark?
        do throws(StorageError) { mark = try transaction.carriedMark(tables) } catch {
            return .fault(sequence: 0, reason: "what is known of pruned entries cannot be read")
        }
        if (mark?.generation ?? 0) != generation {
            generation = mark?.generation ?? 0
            carried = mark.map { CarriedReader($0) }
        }
        guard var reader = carried else { return nil }
        carried = nil
        do throws(Fault) { try reader.step(tables, transaction, chunk: chunk) } catch {
            return .fault(sequence: error.sequence, reason: error.reason)
        }
        carried = reader
        if reader.isDone {
            replay = LedgerReplay(reader.books)
            entries = 0
            carried = nil
        }
        return nil
    }

    /// An index of what was posted, which a retry is answered by.
    private static func isKnown(
        _ posting: PostingDetail, of entry: LedgerEntry, _ tables: LedgerTables,
        _ transaction: borrowing ReadTransaction
    ) throws(StorageError) -> Bool {
        guard !posting.idempotencyKey.isEmpty else { return true }
        let key = Key(entry.organization, posting.idempotencyKey)
        return try transaction.withValue(tables.idempotency, key) { bytes throws(StorageError) in
            try Key.number(bytes, at: 0)
        } == entry.sequence
    }

    /// A posting is found by its key, and a run where its entries are. A run that was open when its hold was read may have ended since.
    private static func checkPlace(
        of entry: LedgerEntry, _ tables: LedgerTables, _ transaction: borrowing ReadTransaction
    ) throws(Fault) {
        if case .posting(let posting) = entry.detail {
            let isKnown = (try? isKnown(posting, of: entry, tables, transaction)) ?? false
            guard isKnown else { throw Fault(sequence: entry.sequence, reason: "it is not found by its key") }
        }
        guard let run = entry.runRecord else { return }
        let place: RunPlace?
        do throws(StorageError) { place = try transaction.place(tables, run.id) } catch {
            throw Fault(sequence: entry.sequence, reason: "the place of its run cannot be read")
        }
        let isThere = entry.kind == .hold ? place?.hold == entry.sequence : place?.end == entry.sequence
        guard isThere else { throw Fault(sequence: entry.sequence, reason: "its run is not found at its entry") }
    }
}
