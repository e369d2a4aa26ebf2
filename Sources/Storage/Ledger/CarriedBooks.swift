import Domain
import Security

/// What the books came to before the first entry that a pruned ledger still has: all that the entries after it build on.
package struct CarriedBooks: Hashable, Sendable {
    /// A run that is gone, and of which some was refunded since.
    struct RefundedRun: Hashable {
        var cost: NanoCredits
        var refunded: NanoCredits
    }

    /// The last entry that is gone.
    var head = LedgerHead()
    var balances: [String: Balance] = [:]
    /// Runs that had no end yet, by the number of their hold.
    var open: [UInt64: RunRecord] = [:]
    var usage: [Key: DailyUsage] = [:]
    var credits: [Key: DailyCredits] = [:]
    var refunded: [RunID: RefundedRun] = [:]

    init() {}

    /// A row's key begins with what it is of.
    private enum Kind: UInt8 { case balance = 1, open, usage, credits, refunded }

    /// As they are kept, in the order of their keys.
    var rows: [CarriedRow] {
        var rows: [CarriedRow] = []
        func add(_ kind: Kind, _ key: Key, _ value: [UInt8]) {
            rows.append(CarriedRow(key: [kind.rawValue] + key.bytes, value: value))
        }
        for (organization, balance) in balances { add(.balance, Key(organization), balance.encoded) }
        for (hold, run) in open {
            var record = RecordWriter(layout: Self.layout)
            record.put(run.organization)
            run.encode(into: &record)
            add(.open, Key(hold), record.bytes)
        }
        for (key, row) in usage { add(.usage, key, row.encoded) }
        for (key, row) in credits { add(.credits, key, row.encoded) }
        for (id, run) in refunded {
            let amounts = [run.cost, run.refunded].reduce(Key()) { $0.appending(UInt64(bitPattern: $1.rawValue)) }
            add(.refunded, Key(id), amounts.bytes)
        }
        return rows.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    private static let layout: UInt8 = 2

    mutating func take(_ row: CarriedRow) throws(StorageError) {
        guard let kind = row.key.first.flatMap(Kind.init(rawValue:)) else {
            throw StorageError(.corrupt, "read carried books: a row of nothing")
        }
        let key = Key(bytes: Array(row.key.dropFirst()))
        let (name, value) = unsafe (key.bytes.span.bytes, row.value.span.bytes)
        switch kind {
        case .balance:
            guard key.bytes.last == 0 else { throw StorageError(.corrupt, "read carried books: organization") }
            balances[String(decoding: key.bytes.dropLast(), as: UTF8.self)] = try Balance(value)
        case .open:
            let hold = try Key.number(name, at: 0)
            var record = try RecordReader(layout: Self.layout, value)
            let organization = try record.string(value)
            var run = try RunRecord(&record, value, organization: organization, isEnded: false)
            run.holdSequence = hold
            open[hold] = run
        case .usage: usage[key] = try DailyUsage(value)
        case .credits: credits[key] = try DailyCredits(value)
        case .refunded:
            refunded[try RunID(key: name)] = RefundedRun(
                cost: NanoCredits(Int64(bitPattern: try Key.number(value, at: 0))),
                refunded: NanoCredits(Int64(bitPattern: try Key.number(value, at: 8))))
        }
    }
}

/// One row of carried books, as it is kept.
package struct CarriedRow: Hashable, Sendable {
    var key: [UInt8]
    var value: [UInt8]

    init(key: [UInt8], value: [UInt8]) {
        self.key = key
        self.value = value
    }
}

/// What is known of carried books, and covers them: it is kept in `meta` under `carried`, and in an archive.
package struct CarriedSeal: Hashable, Sendable {
    /// The last entry that is gone.
    package var head: LedgerHead
    /// The latest time of an entry that is gone, milliseconds since 1970: times are the clock's, and may step back.
    package var latest: Int64
    /// When they were pruned.
    package var at: Int64
    /// The archive that holds what is gone, as whoever pruned named it.
    package var archive: String
    var rows: UInt64 = 0
    /// Of all the above but their number, and of the rows, one after the other.
    var digest = Digest.zero

    /// The number of the first entry that is there.
    package var first: UInt64 { head.sequence &+ 1 }

    init(head: LedgerHead, latest: Int64, at: Int64, archive: String) {
        self.head = head
        self.latest = latest
        self.at = at
        self.archive = archive
        digest = seed
    }

    /// Of no rows.
    private var seed: Digest {
        var record = RecordWriter(layout: Self.layout)
        putFacts(into: &record)
        return sha256(record.bytes)
    }

    /// The same of no rows yet: who adds them again comes to the same.
    var empty: CarriedSeal { CarriedSeal(head: head, latest: latest, at: at, archive: archive) }

    mutating func add(_ row: CarriedRow) {
        var record = RecordWriter(layout: Self.layout, reserving: row.key.count + row.value.count + 48)
        record.put(digest)
        record.put(row.key)
        record.put(row.value)
        digest = sha256(record.bytes)
        rows += 1
    }

    private static let layout: UInt8 = 1

    private func putFacts(into record: inout RecordWriter) {
        record.put(head.sequence)
        record.put(head.hash)
        record.put(latest)
        record.put(at)
        record.put(archive)
    }

    func encode(into record: inout RecordWriter) {
        putFacts(into: &record)
        record.put(rows)
        record.put(digest)
    }

    init(_ record: inout RecordReader, _ bytes: RawSpan) throws(StorageError) {
        head = LedgerHead(sequence: try record.integer(bytes), hash: try record.digest(bytes))
        latest = try record.integer(bytes)
        at = try record.integer(bytes)
        archive = try record.string(bytes)
        rows = try record.integer(bytes)
        digest = try record.digest(bytes)
    }
}

/// Where a pruned ledger stands: in `meta` under `carried`.
struct CarriedMark: Hashable {
    /// Of the table's rows, which of them count; 1, 2, 3 … A prune writes its rows beside those of the one before.
    var generation: UInt64
    var seal: CarriedSeal
    /// The entries below this number are deleted; from here to the seal's they still wait for it.
    var deletedBelow: UInt64
    /// Rows of entries that wait: of runs, of refunds of them, of interrupted ones.
    var runs: UInt64 = 0
    var refunds: UInt64 = 0
    var interrupted: UInt64 = 0

    static let key = Key("carried")
    private static let layout: UInt8 = 1

    var isDeleted: Bool { deletedBelow >= seal.first }

    init(generation: UInt64, seal: CarriedSeal, deletedBelow: UInt64) {
        self.generation = generation
        self.seal = seal
        self.deletedBelow = deletedBelow
    }

    var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout)
        record.put(generation)
        seal.encode(into: &record)
        for number in [deletedBelow, runs, refunds, interrupted] { record.put(number) }
        return record.bytes
    }

    init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        generation = try record.integer(bytes)
        seal = try CarriedSeal(&record, bytes)
        deletedBelow = try record.integer(bytes)
        runs = try record.integer(bytes)
        refunds = try record.integer(bytes)
        interrupted = try record.integer(bytes)
    }
}

extension Transaction where Self: ~Copyable {
    /// Nil where the ledger was never pruned.
    func carriedMark(_ tables: LedgerTables) throws(StorageError) -> CarriedMark? {
        try withValue(tables.meta, CarriedMark.key) { bytes throws(StorageError) in try CarriedMark(bytes) }
    }

    /// The number of the first entry that counts.
    func firstEntry(_ tables: LedgerTables) throws(StorageError) -> UInt64 { try carriedMark(tables)?.seal.first ?? 1 }

    /// Whether a run's last entry is below the first that counts: what still stands of it is about to be deleted.
    func isGone(_ tables: LedgerTables, _ id: RunID) throws(StorageError) -> Bool {
        guard let place = try place(tables, id), place.end != 0 else { return false }
        return place.end < (try firstEntry(tables))
    }
}
