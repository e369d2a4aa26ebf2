import Domain

/// What every entry begins with.
struct EntryHead {
    var sequence: UInt64
    var previous: Digest
    var kind: LedgerEntry.Kind
    var time: Int64
    var balanceChange: NanoCredits
    var heldChange: NanoCredits
    var organization: String

    func encode(into record: inout RecordWriter) {
        record.put(sequence)
        record.put(previous)
        record.put(kind.rawValue)
        record.put(time)
        record.put(balanceChange.rawValue)
        record.put(heldChange.rawValue)
        record.put(organization)
    }
}

extension EntryHead {
    init(_ record: inout RecordReader, _ bytes: RawSpan) throws(StorageError) {
        sequence = try record.integer(bytes)
        previous = try record.digest(bytes)
        guard let kind = LedgerEntry.Kind(rawValue: try record.integer(bytes)) else {
            throw StorageError(.corrupt, "read entry: kind")
        }
        self.kind = kind
        time = try record.integer(bytes)
        balanceChange = NanoCredits(try record.integer(bytes))
        heldChange = NanoCredits(try record.integer(bytes))
        organization = try record.string(bytes)
    }
}

extension LedgerEntry {
    static let layout: UInt8 = 3

    var head: EntryHead {
        EntryHead(
            sequence: sequence, previous: previous, kind: kind, time: time, balanceChange: balanceChange,
            heldChange: heldChange, organization: organization)
    }

    /// As it is kept, archived and hashed.
    package var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout, reserving: 512)
        encode(into: &record)
        return record.bytes
    }

    func encode(into record: inout RecordWriter) {
        head.encode(into: &record)
        switch detail {
        case .run(let run): run.encode(into: &record)
        case .posting(let posting): posting.encode(into: &record)
        case .terms(let terms, let actor):
            terms.encode(into: &record)
            record.put(actor)
        }
    }

    /// The time of an entry as it is kept, and nothing else of it.
    static func time(_ bytes: RawSpan) throws(StorageError) -> Int64 {
        var record = try RecordReader(layout: layout, bytes)
        try record.skip(8 + Digest.byteCount + 1, of: bytes)
        return try record.integer(bytes)
    }

    package init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        let head = try EntryHead(&record, bytes)
        sequence = head.sequence
        previous = head.previous
        kind = head.kind
        time = head.time
        balanceChange = head.balanceChange
        heldChange = head.heldChange
        organization = head.organization
        switch kind {
        case .hold, .settle, .release, .interrupted:
            var run = try RunRecord(&record, bytes, organization: organization, isEnded: kind != .hold)
            // An entry knows its own number.
            if kind == .hold { run.holdSequence = sequence } else { run.endSequence = sequence }
            detail = .run(run)
        case .topUp, .adjustment, .refund, .expiry: detail = .posting(try PostingDetail(&record, bytes))
        case .terms: detail = .terms(try CreditTerms(&record, bytes), actor: try record.string(bytes))
        }
        guard record.isAtEnd(bytes) else { throw StorageError(.corrupt, "read entry: too long") }
    }
}
