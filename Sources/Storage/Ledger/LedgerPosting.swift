import Domain

extension WriteTransaction {
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
        let sums = try books.batch.sums(of: posting.organization, self)
        try expire(books, sums, at: posting.time)
        let balance = sums.balance
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
    func expire(_ books: LedgerBooks, _ sums: OrganizationSums, at time: Int64) throws(StorageError) -> Int {
        var count = 0
        while true {
            let (topUp, taken) = sums.balance.due(at: time)
            guard taken > .zero else { return count }
            try post(
                books,
                LedgerEntry(
                    .expiry, time: time, organization: sums.organization, balanceChange: -taken,
                    .posting(PostingDetail(expiryOf: topUp))))
            count += 1
        }
    }

    func setTerms(
        _ books: LedgerBooks, _ organization: String, _ terms: CreditTerms, actor: String, time: Int64,
        mayLoosen: Bool
    ) throws(StorageError) -> TermsResult {
        let balance = try books.batch.sums(of: organization, self).balance
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
