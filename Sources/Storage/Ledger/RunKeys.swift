import Domain

extension Ledger {
    /// Reserves a run's credits as `hold` does, and takes the key for it in the same transaction; where the key has a run,
    /// nothing is held, whatever the balance.
    package func hold(
        _ run: RunRecord, estimate: NanoCredits? = nil, under key: RunKey
    ) async throws(StorageError) -> HoldResult {
        let run = NewHold(run, estimate: estimate)
        return try await writer.perform { [books, tables, retention] transaction throws(StorageError) in
            if let earlier = try transaction.earlierRun(tables, key, at: run.startedAt, retention) {
                return .repeated(earlier)
            }
            let result = try transaction.hold(books, run)
            guard case .held = result else { return result }
            // One that was known and has expired makes room.
            try transaction.forget(tables, key.name)
            let row = RunKeyRow(run: run.id, request: key.request, heldAt: run.startedAt)
            try transaction.put(tables.runKeys, key.name.place, row.encoded)
            try transaction.put(tables.runKeysByRun, Key(run.id), key.name.place.bytes)
            return result
        }
    }

    /// Ends a run as `settle` does, and in the same transaction keeps its response for who repeats its request; the key of
    /// one that left no trace is forgotten instead. With little room none is kept: it is for settles.
    package func settle(
        _ id: RunID, _ end: RunEnd, _ keyed: KeyedEnd
    ) async throws(StorageError) -> SettleResult {
        try await writer.perform(.endsWork) { [books, tables, retention, writer] transaction throws(StorageError) in
            let result = try transaction.settle(books, id, end)
            guard case .settled(let end) = result else { return result }
            if end.leavesNoTrace {
                try transaction.forget(tables, keyed.key.name)
            } else if let response = keyed.response, writer.standing.takesNewWork {
                try transaction.keep(tables, response, of: id, endedAt: end.endedAt, retention)
            }
            return result
        }
    }

    /// The run that was made under the key, if it is known: as of the last change that was answered.
    /// - Parameter now: milliseconds since 1970.
    package func earlierRun(_ key: RunKey, at now: Int64) async throws(StorageError) -> EarlierRun? {
        switch writer.durability {
        case .strict:
            return try environment.read { transaction throws(StorageError) in
                try transaction.earlierRun(tables, key, at: now, retention)
            }
        case .relaxed:
            // What was answered may not be committed: it is seen where it is written.
            return try await writer.perform { [tables, retention] transaction throws(StorageError) in
                try transaction.earlierRun(tables, key, at: now, retention)
            }
        }
    }

    /// Deletes a few of the responses and keys that have expired.
    /// - Parameters:
    ///   - now: milliseconds since 1970.
    ///   - limit: of each, in the one transaction.
    /// - Returns: whether there may be more.
    package func forgetExpired(at now: Int64, limit: Int = 64) async throws(StorageError) -> Bool {
        let hasSome = try environment.read { transaction throws(StorageError) in
            let responses = try transaction.expiredResponses(tables, at: now, retention, limit: 1)
            let keys = try transaction.expiredKeys(tables, at: now, retention, limit: 1)
            return !(responses.isEmpty && keys.isEmpty)
        }
        guard hasSome else { return false }
        return try await writer.perform { [tables, retention] transaction throws(StorageError) in
            let responses = try transaction.expiredResponses(tables, at: now, retention, limit: limit)
            for run in responses { try transaction.dropResponse(tables, of: run) }
            let keys = try transaction.expiredKeys(tables, at: now, retention, limit: limit)
            for place in keys { try transaction.forget(tables, place) }
            return responses.count == limit || keys.count == limit
        }
    }

    /// Of all kept responses together.
    package func keptResponseBytes() throws(StorageError) -> Int {
        try environment.read { transaction throws(StorageError) in try transaction.keptResponseBytes(tables) }
    }
}

extension Transaction where Self: ~Copyable {
    /// Nil where the key is not known, or has expired and its run has ended.
    func earlierRun(
        _ tables: LedgerTables, _ key: RunKey, at now: Int64, _ retention: ResponseRetention
    ) throws(StorageError) -> EarlierRun? {
        let row = try withValue(tables.runKeys, key.name.place) { bytes throws(StorageError) in try RunKeyRow(bytes) }
        guard let row else { return nil }
        let record = try run(tables, row.run)
        let isOpen = record.map { $0.end == nil } ?? false
        guard isOpen || !retention.hasExpired(key: row.heldAt, at: now) else { return nil }
        var earlier = EarlierRun(id: row.run, request: row.request, record: record)
        guard row.request == key.request else { return earlier }
        let response = try withValue(tables.runResponses, Key(row.run)) { bytes throws(StorageError) in
            retention.hasExpired(response: try RunResponseRow.endedAt(bytes), at: now)
                ? nil : try RunResponseRow.response(bytes)
        }
        earlier.response = response ?? nil
        return earlier
    }

    func keptResponseBytes(_ tables: LedgerTables) throws(StorageError) -> Int {
        let bytes = try withValue(tables.meta, RunKeys.totalBytes) { bytes throws(StorageError) in
            try Key.number(bytes, at: 0)
        }
        return Int(clamping: bytes ?? 0)
    }

    /// The oldest of those that have expired.
    fileprivate func expiredResponses(
        _ tables: LedgerTables, at now: Int64, _ retention: ResponseRetention, limit: Int
    ) throws(StorageError) -> [RunID] {
        var expired: [RunID] = []
        try scan(tables.runResponses, prefix: Key()) { key, value throws(StorageError) in
            guard retention.hasExpired(response: try RunResponseRow.endedAt(value), at: now) else { return false }
            expired.append(try RunID(key: key))
            return expired.count < limit
        }
        return expired
    }

    /// The oldest of those that have expired and whose runs have ended.
    fileprivate func expiredKeys(
        _ tables: LedgerTables, at now: Int64, _ retention: ResponseRetention, limit: Int
    ) throws(StorageError) -> [Key] {
        var expired: [Key] = []
        try scan(tables.runKeysByRun, prefix: Key()) { key, value throws(StorageError) in
            let place = unsafe value.withUnsafeBytes { unsafe Key(bytes: Array($0)) }
            let row = try withValue(tables.runKeys, place) { bytes throws(StorageError) in try RunKeyRow(bytes) }
            guard let row else { throw StorageError(.corrupt, "expire run keys: one is gone") }
            guard retention.hasExpired(key: row.heldAt, at: now) else { return false }
            if try self.place(tables, row.run)?.end != 0 { expired.append(place) }
            return expired.count < limit
        }
        return expired
    }
}

/// What the functions below share.
enum RunKeys {
    /// In `meta`: bytes of all kept responses -> 8 bytes.
    static let totalBytes = Key("response_bytes")
    /// How many old responses one new may push out; where that is not room enough, it is not kept.
    static let mostPushedOut = 32
}

extension WriteTransaction {
    fileprivate func forget(_ tables: LedgerTables, _ name: RunKey.Name) throws(StorageError) {
        try forget(tables, name.place)
    }

    /// Forgets a key, and its run's response with it.
    fileprivate func forget(_ tables: LedgerTables, _ place: Key) throws(StorageError) {
        let row = try withValue(tables.runKeys, place) { bytes throws(StorageError) in try RunKeyRow(bytes) }
        guard let row else { return }
        try dropResponse(tables, of: row.run)
        try delete(tables.runKeysByRun, Key(row.run))
        try delete(tables.runKeys, place)
    }

    /// Keeps a response where it fits, for which the oldest make room.
    fileprivate func keep(
        _ tables: LedgerTables, _ response: KeptResponse, of run: RunID, endedAt: Int64, _ retention: ResponseRetention
    ) throws(StorageError) {
        guard retention.milliseconds > 0 else { return }
        let bytes = RunResponseRow.encode(response, endedAt: endedAt)
        guard bytes.count <= retention.totalBytes else { return }
        var pushedOut = 0
        while try keptResponseBytes(tables) + bytes.count > retention.totalBytes {
            var oldest: RunID?
            try scan(tables.runResponses, prefix: Key()) { key, _ throws(StorageError) in
                oldest = try RunID(key: key)
                return false
            }
            guard let oldest, pushedOut < RunKeys.mostPushedOut else { return }
            try dropResponse(tables, of: oldest)
            pushedOut += 1
        }
        try put(tables.runResponses, Key(run), bytes)
        try setKeptResponseBytes(tables, try keptResponseBytes(tables) + bytes.count)
    }

    fileprivate func dropResponse(_ tables: LedgerTables, of run: RunID) throws(StorageError) {
        let count = try withValue(tables.runResponses, Key(run)) { $0.byteCount }
        guard let count else { return }
        try delete(tables.runResponses, Key(run))
        try setKeptResponseBytes(tables, try keptResponseBytes(tables) - count)
    }

    private func setKeptResponseBytes(_ tables: LedgerTables, _ count: Int) throws(StorageError) {
        try put(tables.meta, RunKeys.totalBytes, Key(UInt64(clamping: count)).bytes)
    }
}

extension RunID {
    /// What stands in a key that is one.
    init(key: RawSpan) throws(StorageError) {
        guard key.byteCount == Self.byteCount else { throw StorageError(.corrupt, "read key: no run's") }
        self.init(high: try Key.number(key, at: 0), low: try Key.number(key, at: 8))
    }
}
