import Domain

/// Replays the entries of an archive, and nothing else: what they come to is what a restore would make of them.
package struct ArchiveAudit {
    private var replay: LedgerReplay
    private var entries: UInt64 = 0
    private let noted: UInt64?
    /// Of the entry of the number that was to be noted, once it is taken.
    package private(set) var notedHash: Digest?

    /// - Parameters:
    ///   - carried: what an archive of a pruned ledger begins with.
    ///   - noted: the number of an entry whose hash is wanted.
    package init(_ carried: CarriedSegment? = nil, noting noted: UInt64? = nil) throws(ArchiveFault) {
        var books = CarriedBooks()
        if let carried {
            do throws(StorageError) { books = try CarriedBooks(carried.seal, carried.rows) } catch {
                throw ArchiveFault(
                    sequence: carried.seal.head.sequence, reason: "the carried books are not those that were written")
            }
        }
        replay = LedgerReplay(books)
        self.noted = noted
    }

    /// The last entry taken.
    package var head: LedgerHead { LedgerHead(sequence: replay.last, hash: replay.hash) }

    /// Takes the next segment.
    package mutating func take(_ segment: ArchiveSegment) throws(ArchiveFault) {
        guard segment.before == head else {
            throw ArchiveFault(sequence: replay.last, reason: "it does not follow entry \(replay.last)")
        }
        for record in segment.records {
            do throws(LedgerAudit.Fault) {
                _ = try unsafe replay.take(replay.last + 1, record.span.bytes)
                entries += 1
                if replay.last == noted { notedHash = replay.hash }
            } catch {
                throw ArchiveFault(sequence: error.sequence, reason: "entry \(error.sequence): \(error.reason)")
            }
        }
    }

    /// What it came to.
    package var report: LedgerAudit.Report {
        LedgerAudit.Report(
            entries: entries, organizations: replay.balances.count, openRuns: replay.open.count, head: replay.hash)
    }
}

extension Ledger {
    /// Entries, or rows, that share a transaction while books are restored.
    private static let restoreBatch = 2_000

    /// Begins the books of a new ledger with what an archive carries.
    package func restore(_ carried: CarriedSegment) async throws(StorageError) {
        let books = try CarriedBooks(carried.seal, carried.rows)
        var puts = carried.rows.map { (tables.carried, Key(bytes: Key(1).bytes + $0.key), $0.value) }
        puts += books.balances.map { (tables.balances, Key($0.key), $0.value.encoded) }
        for (hold, run) in books.open {
            puts.append((tables.open, Key(hold), Key(UInt64(bitPattern: run.hold.rawValue)).bytes))
            puts.append((tables.runs, Key(run.id), unsafe RunPlace(hold: hold).encoded.withBytes { unsafe Array($0) }))
        }
        puts += books.usage.map { (tables.usage, $0.key, $0.value.encoded) }
        puts += books.credits.map { (tables.credits, $0.key, $0.value.encoded) }
        let mark = CarriedMark(generation: 1, seal: carried.seal, deletedBelow: carried.seal.first)
        puts.append((tables.meta, CarriedMark.key, mark.encoded))
        puts.append((tables.meta, LedgerHead.key, carried.seal.head.encoded))
        for start in stride(from: 0, to: puts.count, by: Self.restoreBatch) {
            let part = Array(puts[start..<min(start + Self.restoreBatch, puts.count)])
            try await writer.perform { transaction throws(StorageError) in
                for (table, key, value) in part { try transaction.put(table, key, value) }
            }
        }
    }

    /// Posts archived entries behind the newest one: by the code that posts new ones, so that all that is made of entries
    /// is made again. The ledger must be nobody else's yet.
    package func restore(_ segment: ArchiveSegment) async throws(StorageError) {
        for start in stride(from: 0, to: segment.records.count, by: Self.restoreBatch) {
            let part = Array(segment.records[start..<min(start + Self.restoreBatch, segment.records.count)])
            try await writer.perform { [books] transaction throws(StorageError) in
                for record in part {
                    let entry = try unsafe LedgerEntry(record.span.bytes)
                    guard try transaction.post(books, entry) == entry else {
                        throw StorageError(.corrupt, "restore: an entry is not what it comes to in the books")
                    }
                }
            }
        }
    }

    /// Bytes of carried books in a part.
    private static let carriedBytes = 4 << 20

    /// Some of what the ledger carries, behind the row of that key; nil where it was never pruned.
    package func carriedSegment(after cursor: [UInt8]) throws(StorageError) -> CarriedSegment? {
        try environment.read { transaction throws(StorageError) in
            guard let mark = try transaction.carriedMark(tables) else { return nil }
            var segment = CarriedSegment(seal: mark.seal)
            segment.isLast = true
            var count = 0
            let place = Key(mark.generation).bytes + cursor + (cursor.isEmpty ? [] : [0])
            try transaction.scan(tables.carried, prefix: Key(mark.generation), from: Key(bytes: place)) {
                key, value throws(StorageError) in
                guard count < Self.carriedBytes else {
                    segment.isLast = false
                    return false
                }
                let name = unsafe key.withUnsafeBytes { unsafe Array($0.dropFirst(8)) }
                segment.rows.append(CarriedRow(key: name, value: unsafe value.withUnsafeBytes { unsafe Array($0) }))
                count += key.byteCount + value.byteCount
                return true
            }
            return segment
        }
    }
}
