import Domain

/// The tables of the ledger. Keys are named in parts as `Key` joins them.
struct LedgerTables: Sendable {
    static let format: UInt64 = 1

    /// `format` -> 8 bytes.
    let meta: Table
    /// sequence (8 bytes) -> LedgerEntry.
    let entries: Table
    /// organization -> Balance.
    let balances: Table
    /// run id -> RunRecord.
    let runs: Table
    /// run id of each run that has a hold and no end -> nothing.
    let open: Table
    /// organization, idempotency key -> sequence of the entry it made (8 bytes).
    let idempotency: Table
    /// organization, day (4 bytes), agent, environment, model -> DailyUsage.
    let daily: Table
    /// organization, sequence (8 bytes) -> nothing: an organization's entries in order.
    let entriesByOrganization: Table
    /// token id, SHA-256 of an idempotency key -> RunKeyRow.
    let runKeys: Table
    /// run id -> its key in `runKeys`: in the order of time.
    let runKeysByRun: Table
    /// run id -> RunResponseRow.
    let runResponses: Table

    init(_ environment: Environment) throws(StorageError) {
        let names = [
            Format.table, "entries", "balances", "runs", "open", "idempotency", "daily", "entries_by_organization",
            "run_keys", "run_keys_by_run", "run_responses",
        ]
        let tables = try Format.open(names, format: Self.format, in: environment)
        meta = tables[0]
        entries = tables[1]
        balances = tables[2]
        runs = tables[3]
        open = tables[4]
        idempotency = tables[5]
        daily = tables[6]
        entriesByOrganization = tables[7]
        runKeys = tables[8]
        runKeysByRun = tables[9]
        runResponses = tables[10]
    }
}

extension Transaction where Self: ~Copyable {
    func balance(_ tables: LedgerTables, _ organization: String) throws(StorageError) -> Balance {
        try withValue(tables.balances, Key(organization)) { bytes throws(StorageError) in try Balance(bytes) }
            ?? Balance()
    }

    func run(_ tables: LedgerTables, _ id: RunID) throws(StorageError) -> RunRecord? {
        try withValue(tables.runs, Key(id)) { bytes throws(StorageError) in try RunRecord(bytes) }
    }

    func entry(_ tables: LedgerTables, _ sequence: UInt64) throws(StorageError) -> LedgerEntry? {
        try withValue(tables.entries, Key(sequence)) { bytes throws(StorageError) in
            try LedgerEntry(sequence: sequence, bytes)
        }
    }

    func lastSequence(_ tables: LedgerTables) throws(StorageError) -> UInt64 {
        var last: UInt64 = 0
        try scan(tables.entries, prefix: Key(), backwards: true) { key, _ throws(StorageError) in
            last = try Key.number(key, at: 0)
            return false
        }
        return last
    }
}

extension Key {
    /// The big-endian number that stands at an offset of a key.
    static func number(_ bytes: RawSpan, at offset: Int) throws(StorageError) -> UInt64 {
        guard bytes.byteCount >= offset + 8 else { throw StorageError(.corrupt, "read key: too short") }
        return unsafe UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
