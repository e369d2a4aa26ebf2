import Domain

/// The tables of the ledger. Keys are named in parts as `Key` joins them. All but `entries`, `meta`, `carried` and the three
/// of idempotency keys of runs are made of the entries, and what is carried, and can be made again from them.
struct LedgerTables: Sendable {
    static let format: UInt64 = 4

    /// `format` -> 8 bytes; `head` -> LedgerHead; `response_bytes` -> 8 bytes: of all kept responses; `carried` ->
    /// CarriedMark, once it was pruned.
    let meta: Table
    /// sequence (8 bytes) -> LedgerEntry.
    let entries: Table
    /// organization, sequence (8 bytes) -> nothing: an organization's entries in order.
    let entriesByOrganization: Table
    /// organization, sequence (8 bytes) of an entry that ended a run which a crash cut off -> nothing.
    let interrupted: Table
    /// organization -> Balance.
    let balances: Table
    /// run id -> sequence of its hold (8 bytes), sequence of its end (8 bytes; 0 while it is open).
    let runs: Table
    /// sequence (8 bytes) of the hold of each run without an end -> what is held (8 bytes).
    let open: Table
    /// run id -> what was refunded of its cost (8 bytes).
    let refunds: Table
    /// organization, idempotency key -> sequence of the entry it made (8 bytes).
    let idempotency: Table
    /// `DailyUsage.key` -> DailyUsage.
    let usage: Table
    /// organization, day (4 bytes) -> DailyCredits.
    let credits: Table
    /// token id, SHA-256 of an idempotency key -> RunKeyRow.
    let runKeys: Table
    /// run id -> its key in `runKeys`: in the order of time.
    let runKeysByRun: Table
    /// run id -> RunResponseRow.
    let runResponses: Table
    /// generation (8 bytes), key of a CarriedRow -> its value: what the books came to before the first entry.
    let carried: Table

    private static let names = [
        Format.table, "entries", "entries_by_organization", "interrupted", "balances", "runs", "open", "refunds",
        "idempotency", "daily_usage", "daily_credits", "run_keys", "run_keys_by_run", "run_responses", "carried",
    ]

    /// Opens them, making those that are missing.
    init(_ environment: Environment) throws(StorageError) {
        self.init(try Format.open(Self.names, format: Self.format, in: environment))
    }

    /// Opens those of an environment that is only read.
    init(reading environment: Environment) throws(StorageError) {
        self.init(try Format.openToRead(Self.names, format: Self.format, in: environment))
    }

    private init(_ tables: [Table]) {
        meta = tables[0]
        entries = tables[1]
        entriesByOrganization = tables[2]
        interrupted = tables[3]
        balances = tables[4]
        runs = tables[5]
        open = tables[6]
        refunds = tables[7]
        idempotency = tables[8]
        usage = tables[9]
        credits = tables[10]
        runKeys = tables[11]
        runKeysByRun = tables[12]
        runResponses = tables[13]
        carried = tables[14]
    }
}

/// The newest entry: its number, and its hash, which no other entry holds yet.
package struct LedgerHead: Hashable, Sendable {
    static let key = Key("head")

    package var sequence: UInt64 = 0
    package var hash = Digest.zero

    package init(sequence: UInt64 = 0, hash: Digest = .zero) {
        self.sequence = sequence
        self.hash = hash
    }

    private static let layout: UInt8 = 1

    var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout, reserving: 48)
        record.put(sequence)
        record.put(hash)
        return record.bytes
    }

    init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        sequence = try record.integer(bytes)
        hash = try record.digest(bytes)
    }
}

/// Where a run's entries stand.
struct RunPlace: Hashable {
    var hold: UInt64
    /// 0 while it is open.
    var end: UInt64

    var encoded: NumberBytes { NumberBytes(hold, end) }

    init(hold: UInt64, end: UInt64 = 0) {
        self.hold = hold
        self.end = end
    }

    init(_ bytes: RawSpan) throws(StorageError) {
        hold = try Key.number(bytes, at: 0)
        end = try Key.number(bytes, at: 8)
    }
}

extension Transaction where Self: ~Copyable {
    func balance(_ tables: LedgerTables, _ organization: String) throws(StorageError) -> Balance {
        try withValue(tables.balances, Key(organization)) { bytes throws(StorageError) in try Balance(bytes) }
            ?? Balance()
    }

    func place(_ tables: LedgerTables, _ id: RunID) throws(StorageError) -> RunPlace? {
        try withValue(tables.runs, NumberBytes(id)) { bytes throws(StorageError) in try RunPlace(bytes) }
    }

    /// The run as its newest entry tells it.
    func run(_ tables: LedgerTables, _ id: RunID) throws(StorageError) -> RunRecord? {
        guard let place = try place(tables, id) else { return nil }
        return try knownRun(tables, id, place)
    }

    func knownRun(_ tables: LedgerTables, _ id: RunID, _ place: RunPlace) throws(StorageError) -> RunRecord {
        guard var run = try entry(tables, place.end == 0 ? place.hold : place.end)?.runRecord, run.id == id else {
            throw StorageError(.corrupt, "read run: its entry is gone")
        }
        run.holdSequence = place.hold
        return run
    }

    func entry(_ tables: LedgerTables, _ sequence: UInt64) throws(StorageError) -> LedgerEntry? {
        try withValue(tables.entries, NumberBytes(sequence)) { bytes throws(StorageError) in
            let entry = try LedgerEntry(bytes)
            guard entry.sequence == sequence else { throw StorageError(.corrupt, "read entry: number") }
            return entry
        }
    }

    /// What was refunded of a run.
    func refunded(_ tables: LedgerTables, _ id: RunID) throws(StorageError) -> NanoCredits {
        let amount = try withValue(tables.refunds, Key(id)) { bytes throws(StorageError) in
            try Key.number(bytes, at: 0)
        }
        return NanoCredits(Int64(bitPattern: amount ?? 0))
    }

    func head(_ tables: LedgerTables) throws(StorageError) -> LedgerHead {
        try withValue(tables.meta, LedgerHead.key) { bytes throws(StorageError) in try LedgerHead(bytes) }
            ?? LedgerHead()
    }
}

extension Key {
    /// The big-endian number that stands at an offset of a key.
    static func number(_ bytes: RawSpan, at offset: Int) throws(StorageError) -> UInt64 {
        guard bytes.byteCount >= offset + 8 else { throw StorageError(.corrupt, "read key: too short") }
        return unsafe UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
