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
    /// Appends an entry, numbered and chained, and moves all that is made of entries: the one place where any of it is
    /// written. A restore posts what was archived, and comes to the same books.
    /// - Returns: the entry as it stands in the books.
    @discardableResult
    func post(_ books: LedgerBooks, _ entry: LedgerEntry) throws(StorageError) -> LedgerEntry {
        let head = try books.batch.head(self)
        var entry = entry
        entry.sequence = head.sequence + 1
        entry.previous = head.hash
        var balance = try books.batch.balance(entry.organization, self)
        guard balance.apply(entry) else { throw StorageError(.failed, "post entry: the balance would not fit") }
        let bytes = entry.encoded
        try append(books.tables.entries, Key(entry.sequence), bytes)
        try put(books.tables.entriesByOrganization, Key(entry.organization).appending(entry.sequence), [])
        try index(books, entry)
        books.batch.set(balance, of: entry.organization)
        try books.batch.add(entry, self)
        books.batch.advance(to: .init(sequence: entry.sequence, hash: sha256(bytes)))
        return entry
    }

    private func index(_ books: LedgerBooks, _ entry: LedgerEntry) throws(StorageError) {
        let tables = books.tables
        switch entry.detail {
        case .terms: break
        case .posting(let posting):
            if !posting.idempotencyKey.isEmpty {
                let key = Key(entry.organization, posting.idempotencyKey)
                try put(tables.idempotency, key, Key(entry.sequence).bytes)
            }
            // One that is gone has none: its rows went with its entries.
            if entry.kind == .refund, let run = posting.run, try contains(tables.runs, Key(run)) {
                let refunded = try refunded(tables, run) + entry.balanceChange
                try put(tables.refunds, Key(run), Key(UInt64(bitPattern: refunded.rawValue)).bytes)
            }
        case .run(let run):
            let id = Key(run.id)
            guard let end = run.end else {
                try put(tables.runs, id, RunPlace(hold: entry.sequence).encoded)
                let held = Key(UInt64(bitPattern: run.hold.rawValue)).bytes
                return try append(tables.open, Key(entry.sequence), held)
            }
            try put(tables.runs, id, RunPlace(hold: run.holdSequence, end: entry.sequence).encoded)
            try delete(tables.open, Key(run.holdSequence))
            if entry.kind == .interrupted {
                try put(tables.interrupted, Key(entry.organization).appending(entry.sequence), [])
            }
            try books.batch.add(end, of: run, self)
        }
    }

    /// - Parameter estimate: what to hold instead where the organization's terms say so.
    func hold(
        _ books: LedgerBooks, _ run: RunRecord, estimate: NanoCredits?
    ) throws(StorageError) -> HoldResult {
        if try contains(books.tables.runs, Key(run.id)) { return .duplicate }
        try expire(books, run.organization, at: run.startedAt)
        let balance = try books.batch.balance(run.organization, self)
        var run = run
        if let estimate, balance.terms.holds == .estimate { run.hold = min(run.hold, estimate) }
        // An exempt run holds nothing, so that no balance is needed for it.
        if run.hold > .zero, balance.available < run.hold {
            return .insufficient(needed: run.hold, held: balance.held, available: balance.available)
        }
        try post(
            books,
            LedgerEntry(
                .hold, time: run.startedAt, organization: run.organization, heldChange: run.hold, .run(run)))
        return .held(run.hold)
    }

    func settle(_ books: LedgerBooks, _ id: RunID, _ end: RunEnd) throws(StorageError) -> SettleResult {
        guard var run = try run(books.tables, id) else { return .unknownRun }
        guard run.end == nil else { return .alreadySettled(run) }
        run = run.ended(end)
        let end = run.end ?? end
        let kind: LedgerEntry.Kind =
            end.outcome == .interrupted ? .interrupted : end.consumedAnything ? .settle : .release
        let entry = try post(
            books,
            LedgerEntry(
                kind, time: end.endedAt, organization: run.organization, balanceChange: -end.cost,
                heldChange: -run.hold, .run(run)))
        run.endSequence = entry.sequence
        return .settled(run)
    }

    func post(_ books: LedgerBooks, _ posting: Posting) throws(StorageError) -> PostingResult {
        if let made = try value(books.tables.idempotency, Key(posting.organization, posting.idempotencyKey)) {
            let sequence = try unsafe Key.number(made.span.bytes, at: 0)
            guard let entry = try entry(books.tables, sequence) else {
                guard try sequence < firstEntry(books.tables) else {
                    throw StorageError(.corrupt, "post: entry is gone")
                }
                return .archived(sequence: sequence)
            }
            return posting.isRepeated(by: entry) ? .repeated(entry) : .conflict(entry)
        }
        try expire(books, posting.organization, at: posting.time)
        let balance = try books.batch.balance(posting.organization, self)
        var posting = posting
        if case .refundOfRest(let id) = posting.kind, let left = try refundable(books, id, of: posting.organization) {
            posting.amount = left
        }
        if let refusal = try refusal(books, posting, balance) { return refusal }
        return .added(
            try post(
                books,
                LedgerEntry(
                    posting.kind.entry, time: posting.time, organization: posting.organization,
                    balanceChange: posting.amount, .posting(PostingDetail(posting)))))
    }

    /// Why a posting is not made; nil where it is.
    private func refusal(
        _ books: LedgerBooks, _ posting: Posting, _ balance: Balance
    ) throws(StorageError) -> PostingResult? {
        // What is available, too, has to fit.
        guard let sum = balance.balance.adding(posting.amount), sum.adding(balance.overdraft) != nil else {
            return .tooLarge
        }
        switch posting.kind {
        case .topUp:
            guard let expiresAt = posting.expiresAt else { return nil }
            guard expiresAt > posting.time else { return .endsInThePast }
            return balance.lots.count >= Balance.maximumLots ? .tooManyExpiring : nil
        case .adjustment:
            // What is held for running runs is spoken for.
            guard posting.amount < .zero, balance.available.addingClamped(posting.amount) < .zero else { return nil }
            return .insufficient(available: balance.available)
        case .refund(let id), .refundOfRest(let id):
            guard let left = try refundable(books, id, of: posting.organization) else { return .unknownRun }
            return left == .zero || posting.amount > left ? .aboveCost(left: left) : nil
        }
    }

    /// What of an ended run's cost was not refunded yet; nil where the organization has no such run.
    private func refundable(
        _ books: LedgerBooks, _ id: RunID, of organization: String
    ) throws(StorageError) -> NanoCredits? {
        // What is left of a run that was pruned is about to go.
        guard try !isGone(books.tables, id), let run = try run(books.tables, id), run.organization == organization,
            let end = run.end
        else { return nil }
        let refunded = try refunded(books.tables, id)
        guard refunded >= .zero, let left = end.cost.adding(-refunded) else {
            throw StorageError(.corrupt, "read refunds: out of range")
        }
        return left
    }

    /// Takes back what is left of top-ups whose time has come, but for what is held for running runs: that stays until they
    /// end, so that a hold is always paid for, and no new hold can have it, since it is held. What a run gives back is
    /// taken before the next hold, or by the sweep. Called before every hold and posting, in their transaction.
    /// - Parameter time: of the run or the posting: a clock set back spends what had ended by the clock of before only as
    ///   far as no entry has taken it; one set forward ends lots early, and for good.
    /// - Returns: how many entries that made.
    @discardableResult
    func expire(_ books: LedgerBooks, _ organization: String, at time: Int64) throws(StorageError) -> Int {
        var count = 0
        while true {
            let balance = try books.batch.balance(organization, self)
            let (topUp, taken) = balance.due(at: time)
            guard taken > .zero else { return count }
            try post(
                books,
                LedgerEntry(
                    .expiry, time: time, organization: organization, balanceChange: -taken,
                    .posting(PostingDetail(expiryOf: topUp))))
            count += 1
        }
    }

    func setTerms(
        _ books: LedgerBooks, _ organization: String, _ terms: CreditTerms, actor: String, time: Int64,
        mayLoosen: Bool
    ) throws(StorageError) -> TermsResult {
        let balance = try books.batch.balance(organization, self)
        guard balance.terms != terms else { return .unchanged }
        guard mayLoosen || terms.overdraft <= balance.overdraft else {
            return .raisesOverdraft(from: balance.overdraft)
        }
        guard mayLoosen || terms.holds == .bound || balance.terms.holds == .estimate else { return .loosensHolds }
        guard (balance.balance - balance.held).adding(terms.overdraft) != nil,
            balance.balance.adding(terms.overdraft) != nil
        else { return .tooLarge }
        return .set(
            try post(
                books, LedgerEntry(.terms, time: time, organization: organization, .terms(terms, actor: actor))))
    }
}

extension Posting {
    /// Who asks again may have another token by now, or leave out the note or a refund's amount: that is no other
    /// posting.
    fileprivate func isRepeated(by entry: LedgerEntry) -> Bool {
        guard case .posting(let made) = entry.detail, entry.kind == kind.entry else { return false }
        let asked = PostingDetail(self)
        let isOfAmount: Bool
        if case .refundOfRest = kind { isOfAmount = true } else { isOfAmount = entry.balanceChange == amount }
        return isOfAmount && (note.isEmpty || made.note == note) && made.run == asked.run
            && made.expiresAt == asked.expiresAt
    }
}
