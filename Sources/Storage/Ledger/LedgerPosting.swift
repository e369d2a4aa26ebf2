import Domain

extension WriteTransaction {
    /// Appends an entry and moves its organization's balance by it: the one place where either is written.
    @discardableResult
    func post(_ tables: LedgerTables, _ entry: LedgerEntry, balance: Balance) throws(StorageError) -> Balance {
        var balance = balance
        guard let newBalance = balance.balance.adding(entry.balanceChange),
            let newHeld = balance.held.adding(entry.heldChange)
        else { throw StorageError(.failed, "post entry: the balance would not fit") }
        balance.balance = newBalance
        balance.held = newHeld
        try append(tables.entries, Key(entry.sequence), entry.encoded)
        try put(tables.entriesByOrganization, Key(entry.organization).appending(entry.sequence), [])
        try put(tables.balances, Key(entry.organization), balance.encoded)
        return balance
    }

    func hold(_ tables: LedgerTables, _ run: RunRecord) throws(StorageError) -> HoldResult {
        let balance = try balance(tables, run.organization)
        if try contains(tables.runs, Key(run.id)) { return .duplicate }
        // An exempt run holds nothing, so that no balance is needed for it.
        if run.hold > .zero, balance.available < run.hold {
            return .insufficient(needed: run.hold, held: balance.held, available: balance.available)
        }
        var run = run
        run.holdSequence = try lastSequence(tables) + 1
        try post(
            tables,
            LedgerEntry(
                sequence: run.holdSequence, kind: .hold, time: run.startedAt, organization: run.organization,
                heldChange: run.hold, run: run.id),
            balance: balance)
        try put(tables.runs, Key(run.id), run.encoded)
        try put(tables.open, Key(run.id), [])
        return .held
    }

    func settle(_ tables: LedgerTables, _ id: RunID, _ end: RunEnd) throws(StorageError) -> SettleResult {
        guard var run = try run(tables, id) else { return .unknownRun }
        guard run.end == nil else { return .alreadySettled(run) }
        run = run.ended(end)
        let end = run.end ?? end
        run.endSequence = try lastSequence(tables) + 1
        try post(
            tables,
            LedgerEntry(
                sequence: run.endSequence, kind: end.outcome == .interrupted ? .interrupted : .settle,
                time: end.endedAt, organization: run.organization, balanceChange: -end.cost, heldChange: -run.hold,
                run: id, isEstimated: end.usage.isEstimated),
            balance: try balance(tables, run.organization))
        try put(tables.runs, Key(id), run.encoded)
        try delete(tables.open, Key(id))
        var daily = DailyUsage(run, end)
        let sofar = try withValue(tables.daily, daily.key) { bytes throws(StorageError) in try DailyUsage(bytes) }
        daily = sofar ?? daily
        daily.add(end)
        try put(tables.daily, daily.key, daily.encoded)
        return .settled(run)
    }

    func topUp(_ tables: LedgerTables, _ topUp: TopUp) throws(StorageError) -> TopUpResult {
        let idempotencyKey = Key(topUp.organization, topUp.idempotencyKey)
        if let made = try value(tables.idempotency, idempotencyKey) {
            let sequence = try unsafe Key.number(made.span.bytes, at: 0)
            guard let entry = try entry(tables, sequence) else { throw StorageError(.corrupt, "top up: entry is gone") }
            // Who asks again may have another token by now, or leave the note out: that is no other top-up.
            let hasSameNote = topUp.note.isEmpty || entry.note == topUp.note
            let isSame = entry.balanceChange == topUp.amount && hasSameNote
            return isSame ? .repeated(entry) : .conflict(entry)
        }
        let balance = try balance(tables, topUp.organization)
        guard balance.balance.adding(topUp.amount) != nil else { return .tooLarge }
        let entry = LedgerEntry(
            sequence: try lastSequence(tables) + 1, kind: .topUp, time: topUp.time, organization: topUp.organization,
            balanceChange: topUp.amount, actor: topUp.actor, note: topUp.note)
        try post(tables, entry, balance: balance)
        try put(tables.idempotency, idempotencyKey, Key(entry.sequence).bytes)
        return .added(entry)
    }
}
