import Domain

/// Up to where a ledger can be pruned.
package struct PruneBoundary: Hashable, Sendable {
    package enum Limit: String, Sendable {
        /// The time that was asked for.
        case time
        /// The hold of a run that has no end yet.
        case openRun = "open_run"
        /// The hold of a run whose idempotency key is still known.
        case idempotencyKey = "idempotency_key"
    }

    /// The number of the first entry there is.
    package var first: UInt64
    /// The number of the first entry that would stay.
    package var boundary: UInt64
    /// What keeps it from being later.
    package var limit: Limit
}

extension Ledger {
    /// The number of the first entry: 1 unless it was pruned.
    package func firstEntry() throws(StorageError) -> UInt64 {
        try environment.read { transaction throws(StorageError) in try transaction.firstEntry(tables) }
    }

    /// The first entry at or after the time (milliseconds since 1970; nil: behind the newest), or what must stay before it.
    /// Reads all entries below it, in chunks.
    package func pruneBoundary(before time: Int64?) throws(StorageError) -> PruneBoundary {
        // What holds back first: a run that begins meanwhile is behind the newest entry of now.
        let (first, newest, open) = try environment.read { transaction throws(StorageError) in
            var open: UInt64?
            try transaction.scan(tables.open, prefix: Key()) { key, _ throws(StorageError) in
                open = try Key.number(key, at: 0)
                return false
            }
            return (try transaction.firstEntry(tables), try transaction.head(tables).sequence, open)
        }
        var boundary = PruneBoundary(first: first, boundary: newest + 1, limit: .time)
        if let time { boundary.boundary = try firstEntry(at: time, from: first) ?? newest + 1 }
        if let open, open < boundary.boundary { (boundary.boundary, boundary.limit) = (open, .openRun) }
        if let keyed = try oldestKeyedHold(), keyed < boundary.boundary {
            (boundary.boundary, boundary.limit) = (keyed, .idempotencyKey)
        }
        boundary.boundary = max(boundary.boundary, first)
        return boundary
    }

    /// The first entry that is not before the time; nil where all are.
    private func firstEntry(at time: Int64, from first: UInt64) throws(StorageError) -> UInt64? {
        var next = first
        while true {
            var found: UInt64?
            var count = 0
            try environment.read { transaction throws(StorageError) in
                try transaction.scan(tables.entries, prefix: Key(), from: Key(next)) {
                    key, value throws(StorageError) in
                    let number = try Key.number(key, at: 0)
                    next = number + 1
                    count += 1
                    if try LedgerEntry.time(value) >= time { found = number }
                    return found == nil && count < Self.readBatch
                }
            }
            if found != nil || count < Self.readBatch { return found }
        }
    }

    /// Keys are in the order of their runs' ids, which is nearly that of their holds: all are looked at.
    private func oldestKeyedHold() throws(StorageError) -> UInt64? {
        var oldest: UInt64?
        var next: Key? = Key()
        while let start = next {
            next = try environment.read { transaction throws(StorageError) in
                var count = 0
                var last: Key?
                try transaction.scan(tables.runKeysByRun, prefix: Key(), from: start) { key, _ throws(StorageError) in
                    let id = try RunID(key: key)
                    if let hold = try transaction.place(tables, id)?.hold { oldest = min(oldest ?? hold, hold) }
                    count += 1
                    last = Key(bytes: Key(id).bytes + [0])
                    return count < Self.readBatch
                }
                return count < Self.readBatch ? nil : last
            }
        }
        return oldest
    }
}
