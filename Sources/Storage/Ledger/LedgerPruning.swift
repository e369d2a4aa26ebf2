import Domain

package enum PruneResult: Hashable, Sendable {
    /// So many entries are gone, or were before: the ledger begins at the boundary.
    case pruned(entries: UInt64)
    /// The entry before the boundary is not the one that the archive has.
    case otherBooks
    /// The boundary is above what can be pruned now, or below what was pruned before.
    case outOfBounds(PruneBoundary)
}

/// What the entries below a boundary come to, ready to be carried on.
package struct PrunePlan: Sendable {
    let before: CarriedMark?
    let books: CarriedBooks
    /// What of refunds is known below the boundary.
    let refunds: [RunID: NanoCredits]
    let latest: Int64
    let runs: UInt64
    let interrupted: UInt64
}

extension Ledger {
    /// Entries that share a transaction while they are deleted: few, since settles wait meanwhile.
    private static let deleteBatch = 200
    private static let rowBatch = 1_000
    static let readBatch = 10_000

    /// Replays the entries below the boundary, in chunks: what is carried on is what they come to, whoever asks.
    /// - Returns: nil where the books are other than `hash`, that of the entry before the boundary, says.
    package func prunePlan(to boundary: UInt64, hash: Digest) throws(StorageError) -> PrunePlan? {
        let mark = try environment.read { transaction throws(StorageError) in try transaction.carriedMark(tables) }
        do throws(LedgerAudit.Fault) {
            var replay = LedgerReplay(try carriedBooks(mark))
            while replay.last + 1 < boundary {
                let before = replay.last
                try replay.takeChunk(self, below: boundary, Self.readBatch)
                guard replay.last > before else { return nil }
            }
            guard replay.last + 1 == boundary, replay.hash == hash else { return nil }
            return PrunePlan(
                before: mark, books: replay.carried, refunds: replay.refunds,
                latest: max(mark?.seal.latest ?? .min, replay.latest),
                runs: UInt64(replay.runs - replay.open.count), interrupted: UInt64(replay.interrupted))
        } catch {
            throw StorageError(.corrupt, "prune: an entry is damaged: verify the ledger")
        }
    }

    private func carriedBooks(_ mark: CarriedMark?) throws(LedgerAudit.Fault) -> CarriedBooks {
        guard let mark else { return CarriedBooks() }
        var reader = CarriedReader(mark)
        while !reader.isDone { try reader.takeChunk(self, Self.readBatch) }
        return reader.books
    }

    /// Carries the plan's books on, and marks where the ledger begins from now on. What is below stays until
    /// `deletePruned`.
    /// - Returns: false where another prune came between.
    package func apply(_ plan: PrunePlan, archive: String, at time: Int64) async throws(StorageError) -> Bool {
        let generation = (plan.before?.generation ?? 0) + 1
        // What a prune that was cut off may have left.
        while try await deletePruned() {}
        var seal = CarriedSeal(head: plan.books.head, latest: plan.latest, at: time, archive: archive)
        // Those of refunds come last in order, and with the mark: a refund may come until then.
        let known = plan.books.refunded
        var books = plan.books
        books.refunded = [:]
        let rows = books.rows
        for start in stride(from: 0, to: rows.count, by: Self.rowBatch) {
            let part = rows[start..<min(start + Self.rowBatch, rows.count)]
            for row in part { seal.add(row) }
            let goesOn = try await writer.perform { [tables] transaction throws(StorageError) in
                guard try transaction.carriedMark(tables) == plan.before else { return false }
                for row in part {
                    try transaction.put(tables.carried, Key(bytes: Key(generation).bytes + row.key), row.value)
                }
                return true
            }
            guard goesOn else { return false }
        }
        return try await writer.perform { [tables, seal] transaction throws(StorageError) in
            let before = try transaction.carriedMark(tables)
            guard before == plan.before, before?.isDeleted ?? true else { return false }
            var seal = seal
            var refunded = CarriedBooks()
            refunded.refunded = known
            let rest = try transaction.refundsOfEnded(tables, below: seal.first)
            for (id, run) in rest {
                let carried = plan.refunds[id] ?? .zero
                if run.refunded != carried {
                    refunded.refunded[id] = CarriedBooks.RefundedRun(cost: run.cost, refunded: carried)
                }
            }
            for row in refunded.rows {
                seal.add(row)
                try transaction.put(tables.carried, Key(bytes: Key(generation).bytes + row.key), row.value)
            }
            var mark = CarriedMark(generation: generation, seal: seal, deletedBelow: before?.deletedBelow ?? 1)
            mark.runs = plan.runs
            mark.interrupted = plan.interrupted
            mark.refunds = UInt64(rest.count)
            try transaction.put(tables.meta, CarriedMark.key, mark.encoded)
            return true
        }
    }

    /// Deletes some of the entries that were pruned, and what was made of them; then carried rows that do not count, or not
    /// any more.
    /// - Returns: whether there is more.
    package func deletePruned() async throws(StorageError) -> Bool {
        try await writer.perform { [tables] transaction throws(StorageError) in
            guard var mark = try transaction.carriedMark(tables), !mark.isDeleted else {
                return try transaction.deleteOldCarried(tables, limit: Self.rowBatch)
            }
            let end = min(mark.seal.first, mark.deletedBelow + UInt64(Self.deleteBatch))
            for sequence in mark.deletedBelow..<end { try transaction.deleteEntry(tables, sequence, &mark) }
            mark.deletedBelow = end
            try transaction.put(tables.meta, CarriedMark.key, mark.encoded)
            return true
        }
    }
}

extension LedgerReplay {
    /// Takes the next entries below the boundary.
    fileprivate mutating func takeChunk(
        _ ledger: Ledger, below boundary: UInt64, _ chunk: Int
    ) throws(LedgerAudit.Fault) {
        var replay = self
        // So that it is changed where it is, not copied.
        self = LedgerReplay()
        defer { self = replay }
        var fault: LedgerAudit.Fault?
        do throws(StorageError) {
            try ledger.environment.read { transaction throws(StorageError) in
                var count = 0
                try transaction.scan(ledger.tables.entries, prefix: Key(), from: Key(replay.last + 1)) {
                    key, value throws(StorageError) in
                    let number = try Key.number(key, at: 0)
                    guard number < boundary else { return false }
                    do throws(LedgerAudit.Fault) { _ = try replay.take(number, value) } catch { fault = error }
                    count += 1
                    return fault == nil && count < chunk
                }
            }
        } catch {
            throw LedgerAudit.Fault(sequence: replay.last + 1, reason: error.description)
        }
        if let fault { throw fault }
    }
}

extension CarriedReader {
    fileprivate mutating func takeChunk(_ ledger: Ledger, _ chunk: Int) throws(LedgerAudit.Fault) {
        var reader = self
        self = CarriedReader(mark)
        defer { self = reader }
        var fault: LedgerAudit.Fault?
        do throws(StorageError) {
            try ledger.environment.read { transaction in
                do throws(LedgerAudit.Fault) { try reader.step(ledger.tables, transaction, chunk: chunk) } catch {
                    fault = error
                }
            }
        } catch {
            throw LedgerAudit.Fault(sequence: mark.seal.head.sequence, reason: error.description)
        }
        if let fault { throw fault }
    }
}

extension WriteTransaction {
    /// - Returns: whether there may be more.
    fileprivate func deleteOldCarried(_ tables: LedgerTables, limit: Int) throws(StorageError) -> Bool {
        let generation = try carriedMark(tables)?.generation
        var old: [Key] = []
        for start in [Key(), generation.map { Key($0 + 1) }].compactMap(\.self) {
            try scan(tables.carried, prefix: Key(), from: start) { key, _ throws(StorageError) in
                guard old.count < limit, try Key.number(key, at: 0) != generation else { return false }
                old.append(Key(bytes: unsafe key.withUnsafeBytes { unsafe Array($0) }))
                return true
            }
        }
        for key in old { try delete(tables.carried, key) }
        return old.count >= limit
    }

    /// The refunds of runs whose end is below the number, with their cost.
    fileprivate func refundsOfEnded(
        _ tables: LedgerTables, below number: UInt64
    ) throws(StorageError) -> [RunID: CarriedBooks.RefundedRun] {
        var found: [RunID: CarriedBooks.RefundedRun] = [:]
        try scan(tables.refunds, prefix: Key()) { key, value throws(StorageError) in
            let id = try RunID(key: key)
            guard let place = try place(tables, id), place.end != 0, place.end < number else { return true }
            let cost = try run(tables, id)?.end?.cost ?? .zero
            found[id] = CarriedBooks.RefundedRun(
                cost: cost, refunded: NanoCredits(Int64(bitPattern: try Key.number(value, at: 0))))
            return true
        }
        return found
    }

    /// Deletes an entry and its rows. Of a run they go with its end: one that ends later is still found there.
    fileprivate func deleteEntry(
        _ tables: LedgerTables, _ sequence: UInt64, _ mark: inout CarriedMark
    ) throws(StorageError) {
        guard let entry = try entry(tables, sequence) else { throw StorageError(.corrupt, "prune: an entry is gone") }
        try delete(tables.entries, Key(sequence))
        let place = Key(entry.organization).appending(sequence)
        try delete(tables.entriesByOrganization, place)
        switch entry.detail {
        case .terms: break
        // Its idempotency key stays: one used again is refused, and posts nothing twice.
        case .posting: break
        case .run(let run):
            guard run.end != nil else { return }
            if try delete(tables.runs, Key(run.id)) { mark.runs &-= 1 }
            if try delete(tables.refunds, Key(run.id)) { mark.refunds &-= 1 }
            if try delete(tables.interrupted, place) { mark.interrupted &-= 1 }
        }
    }
}
