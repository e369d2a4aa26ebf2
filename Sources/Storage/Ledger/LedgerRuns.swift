import Domain

extension WriteTransaction {
    func hold(_ books: LedgerBooks, _ run: NewHold) throws(StorageError) -> HoldResult {
        if try contains(books.tables.runs, NumberBytes(run.id)) { return .duplicate }
        let sums = try books.batch.sums(of: run.organization, self)
        try expire(books, sums, at: run.startedAt)
        var hold = run.bound
        if let estimate = run.estimate, sums.balance.terms.holds == .estimate { hold = min(hold, estimate) }
        let available = sums.balance.available
        // An exempt run holds nothing, so that no balance is needed for it.
        if hold > .zero, available < hold {
            return .insufficient(needed: hold, held: sums.balance.held, available: available)
        }
        let head = try head(books, .hold, time: run.startedAt, run.organization, heldChange: hold)
        var record = RecordWriter(layout: LedgerEntry.layout, reserving: 512)
        head.encode(into: &record)
        run.encode(holding: hold, into: &record)
        guard sums.balance.apply(.zero, held: hold) else { throw Self.doesNotFit }
        try append(books, head, record, sums)
        try index(books, head, hold: run.id)
        return .held(hold)
    }

    /// The run is not decoded: its end's entry repeats the bytes of its hold's, which are lent until the first put.
    func settle(_ books: LedgerBooks, _ id: RunID, _ end: RunEnd) throws(StorageError) -> SettleResult {
        let tables = books.tables
        guard let place = try place(tables, id) else { return .unknownRun }
        guard place.end == 0 else { return .alreadySettled(try knownRun(tables, id, place)) }
        var record = RecordWriter(layout: LedgerEntry.layout, reserving: 512)
        let settled = try withValue(tables.entries, NumberBytes(place.hold)) { bytes throws(StorageError) in
            let run = try HeldRun(bytes, of: id, at: place.hold)
            let end = end.booked(hold: run.hold, run.keySource)
            let head = try head(
                books, end.entry, time: end.endedAt, run.organization, balanceChange: -end.cost, heldChange: -run.hold)
            head.encode(into: &record)
            record.put(raw: bytes.extracting(run.kept))
            record.put(place.hold)
            end.encode(into: &record)
            let sums = try books.batch.sums(of: run.organization, self)
            try sums.add(end, bytes.extracting(run.dimensions), tables, self) { () throws(StorageError) in
                try knownRun(tables, id, place)
            }
            return (head: head, end: end, sums: sums)
        }
        guard let (head, end, sums) = settled else { throw StorageError(.corrupt, "settle: the hold is gone") }
        guard sums.balance.apply(head.balanceChange, held: head.heldChange) else { throw Self.doesNotFit }
        try append(books, head, record, sums)
        try index(books, head, end: id, RunPlace(hold: place.hold, end: head.sequence))
        return .settled(end)
    }
}

extension RunEnd {
    /// The kind of entry that it makes.
    fileprivate var entry: LedgerEntry.Kind {
        outcome == .interrupted ? .interrupted : consumedAnything ? .settle : .release
    }
}
