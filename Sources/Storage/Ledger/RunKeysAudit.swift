import Domain

/// Checks the keys of runs and their responses: each key names a run of the books and is named by it, each response is of
/// a key's run, and their bytes are what is kept of the sum. In chunks, but for the sum, for which only the rows' lengths
/// are looked at.
struct RunKeysAudit {
    private var next: Key? = Key()

    /// Reads one chunk.
    /// - Returns: what is wrong, with the number of the hold it was found at; nil where nothing was.
    mutating func step(_ ledger: LedgerView, chunk: Int) throws(StorageError) -> (sequence: UInt64, reason: String)? {
        var audit = self
        defer { self = audit }
        guard let start = next else { return nil }
        let tables = ledger.tables
        return try ledger.environment.read { transaction throws(StorageError) in
            var fault: (sequence: UInt64, reason: String)?
            var count = 0
            audit.next = nil
            try transaction.scan(tables.runKeysByRun, prefix: Key(), from: start) { key, value throws(StorageError) in
                let id = try RunID(key: key)
                let place = unsafe value.withUnsafeBytes { unsafe Key(bytes: Array($0)) }
                let row = try transaction.withValue(tables.runKeys, place) { bytes throws(StorageError) in
                    try RunKeyRow(bytes)
                }
                let run = try transaction.run(tables, id)
                if row?.run != id {
                    fault = (run?.holdSequence ?? 0, "the idempotency key of \(id) is another run's, or gone")
                } else if run == nil {
                    fault = (0, "an idempotency key is of \(id), which is not on the books")
                }
                count += 1
                if count == chunk { audit.next = Key(bytes: Key(id).bytes + [0]) }
                return fault == nil && count < chunk
            }
            if fault == nil, audit.next == nil { fault = try Self.compare(tables, transaction) }
            if fault != nil { audit.next = nil }
            return fault
        }
    }

    var isDone: Bool { next == nil }

    private static func compare(
        _ tables: LedgerTables, _ transaction: borrowing ReadTransaction
    ) throws(StorageError) -> (sequence: UInt64, reason: String)? {
        let last = try transaction.head(tables).sequence
        guard try transaction.count(tables.runKeys) == transaction.count(tables.runKeysByRun) else {
            return (last, "an idempotency key has no run, or a run two of them")
        }
        var sum = 0
        var stray: RunID?
        var unreadable: RunID?
        try transaction.scan(tables.runResponses, prefix: Key()) { key, value throws(StorageError) in
            sum += value.byteCount
            let id = try RunID(key: key)
            if try !transaction.contains(tables.runKeysByRun, Key(id)) { stray = id }
            do throws(StorageError) { _ = try RunResponseRow.response(value) } catch { unreadable = id }
            return stray == nil && unreadable == nil
        }
        if let stray { return (last, "a response is kept of \(stray), which has no idempotency key") }
        if let unreadable { return (last, "the response kept of \(unreadable) cannot be read") }
        let kept = try transaction.keptResponseBytes(tables)
        return sum == kept ? nil : (last, "the kept responses have \(sum) bytes, and \(kept) are on record")
    }
}
