import Domain
import Security

/// The ledger within one write transaction.
struct LedgerBooks: Sendable {
    let tables: LedgerTables
    let batch: LedgerBatch

    init(_ tables: LedgerTables) {
        self.tables = tables
        batch = LedgerBatch(tables)
    }
}

extension WriteTransaction {
    /// Numbers an entry and chains it to the newest.
    func head(
        _ books: LedgerBooks, _ kind: LedgerEntry.Kind, time: Int64, _ organization: String,
        balanceChange: NanoCredits = .zero, heldChange: NanoCredits
    ) throws(StorageError) -> EntryHead {
        let newest = try books.batch.head(self)
        return EntryHead(
            sequence: newest.sequence + 1, previous: newest.hash, kind: kind, time: time, balanceChange: balanceChange,
            heldChange: heldChange, organization: organization)
    }

    /// Appends an entry: the one place where any is written.
    /// - Parameters:
    ///   - record: the whole of it.
    ///   - sums: of its organization, whose balance has moved by it.
    func append(
        _ books: LedgerBooks, _ head: EntryHead, _ record: borrowing RecordWriter, _ sums: OrganizationSums
    ) throws(StorageError) {
        try append(books.tables.entries, NumberBytes(head.sequence), record)
        let size = Key.PartsWriter.size(head.organization) + 8
        unsafe try Key.withParts(count: size) {
            $0.append(head.organization)
            $0.append(head.sequence)
        } _: { key throws(StorageError) in
            try unsafe put(books.tables.entriesByOrganization, key, UnsafeRawBufferPointer(start: nil, count: 0))
        }
        try sums.add(head, books.tables, self)
        books.batch.advance(to: .init(sequence: head.sequence, hash: unsafe record.withBytes { unsafe sha256($0) }))
    }

    /// Appends an entry, numbered and chained, and moves all that is made of entries. A restore posts what was archived,
    /// and comes to the same books.
    /// - Returns: the entry as it stands in the books.
    @discardableResult
    func post(_ books: LedgerBooks, _ entry: LedgerEntry) throws(StorageError) -> LedgerEntry {
        let newest = try books.batch.head(self)
        var entry = entry
        entry.sequence = newest.sequence + 1
        entry.previous = newest.hash
        let sums = try books.batch.sums(of: entry.organization, self)
        guard sums.balance.apply(entry) else { throw Self.doesNotFit }
        var record = RecordWriter(layout: LedgerEntry.layout, reserving: 512)
        entry.encode(into: &record)
        try append(books, entry.head, record, sums)
        switch entry.detail {
        case .terms: break
        case .posting(let posting): try index(books, entry, posting)
        case .run(let run):
            guard let end = run.end else {
                try index(books, entry.head, hold: run.id)
                break
            }
            try index(books, entry.head, end: run.id, RunPlace(hold: run.holdSequence, end: entry.sequence))
            var dimensions = RecordWriter(partReserving: 128)
            run.encodeDimensions(into: &dimensions)
            try unsafe dimensions.withBytes { bytes throws(StorageError) in
                try unsafe sums.add(end, bytes.bytes, books.tables, self) { run }
            }
        }
        return entry
    }

    private func index(
        _ books: LedgerBooks, _ entry: LedgerEntry, _ posting: PostingDetail
    ) throws(StorageError) {
        let tables = books.tables
        if !posting.idempotencyKey.isEmpty {
            let key = Key(entry.organization, posting.idempotencyKey)
            try put(tables.idempotency, key, NumberBytes(entry.sequence))
        }
        // One that is gone has none: its rows went with its entries.
        if entry.kind == .refund, let run = posting.run, try contains(tables.runs, NumberBytes(run)) {
            let refunded = try refunded(tables, run) + entry.balanceChange
            try put(tables.refunds, NumberBytes(run), NumberBytes(UInt64(bitPattern: refunded.rawValue)))
        }
    }

    /// Where a run is found, and that it is open.
    func index(_ books: LedgerBooks, _ head: EntryHead, hold id: RunID) throws(StorageError) {
        try put(books.tables.runs, NumberBytes(id), RunPlace(hold: head.sequence).encoded)
        let held = NumberBytes(UInt64(bitPattern: head.heldChange.rawValue))
        try append(books.tables.open, NumberBytes(head.sequence), held)
    }

    func index(
        _ books: LedgerBooks, _ head: EntryHead, end id: RunID, _ place: RunPlace
    ) throws(StorageError) {
        try put(books.tables.runs, NumberBytes(id), place.encoded)
        try delete(books.tables.open, NumberBytes(place.hold))
        if head.kind == .interrupted {
            try put(books.tables.interrupted, Key(head.organization).appending(head.sequence), Key())
        }
    }

    static var doesNotFit: StorageError { StorageError(.failed, "post entry: the balance would not fit") }
}
