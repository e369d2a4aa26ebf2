import Domain

/// A run to be held, with the bytes that its entry keeps of it: made ready before the writer's turn.
struct NewHold: Sendable {
    let id: RunID
    let organization: String
    /// The bound, and what to hold instead where the organization's terms say so.
    let bound: NanoCredits
    let estimate: NanoCredits?
    /// Milliseconds since 1970.
    let startedAt: Int64
    private let rest: [UInt8]

    init(_ run: RunRecord, estimate: NanoCredits?) {
        id = run.id
        organization = run.organization
        bound = run.hold
        self.estimate = estimate
        startedAt = run.startedAt
        var record = RecordWriter(partReserving: 320)
        run.encodeRest(into: &record)
        rest = record.bytes
    }

    /// As `RunRecord.encode` does.
    func encode(holding hold: NanoCredits, into record: inout RecordWriter) {
        record.put(id)
        record.put(hold.rawValue)
        unsafe record.put(raw: rest.span.bytes)
    }
}

/// The entry of a hold, read as far as the end of its run needs it.
struct HeldRun {
    let organization: String
    let hold: NanoCredits
    let keySource: KeySource
    /// Where in the entry stands what the run's end keeps of it, too.
    let kept: Range<Int>
    /// The last part of `kept`: what the run's usage is summed by.
    let dimensions: Range<Int>

    /// - Parameter sequence: the entry's number.
    init(_ bytes: RawSpan, of id: RunID, at sequence: UInt64) throws(StorageError) {
        var record = try RecordReader(layout: LedgerEntry.layout, bytes)
        let head = try EntryHead(&record, bytes)
        let start = record.offset
        guard head.kind == .hold, head.sequence == sequence, try record.runID(bytes) == id else {
            throw StorageError(.corrupt, "read hold: another entry")
        }
        organization = head.organization
        hold = NanoCredits(try record.integer(bytes))
        // Schema, hash, revision, two prices, two estimates and time; the token.
        try record.skip(4 + Digest.byteCount + 8 + 2 * 8 + 2 * 8 + 8, of: bytes)
        try record.skipString(bytes)
        let firstDimension = record.offset
        keySource = try KeySource(&record, bytes)
        // Of the version, its number; agent, environment, provider, model and key.
        try record.skip(4, of: bytes)
        for _ in 0..<5 { try record.skipString(bytes) }
        guard record.isAtEnd(bytes) else { throw StorageError(.corrupt, "read hold: too long") }
        kept = start..<record.offset
        dimensions = firstDimension..<record.offset
    }
}
