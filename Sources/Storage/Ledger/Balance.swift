import Domain

/// Where an organization stands: what its entries come to, one after the other.
package struct Balance: Hashable, Sendable {
    /// What is left of a top-up that ends.
    package struct Lot: Hashable, Sendable {
        /// The top-up's number.
        package var topUp: UInt64
        /// Milliseconds since 1970.
        package var expiresAt: Int64
        package var left: NanoCredits
    }

    package var balance: NanoCredits = .zero
    package var held: NanoCredits = .zero
    package var terms = CreditTerms()
    /// Those that end first come first: they are used first, too. Empty ones are not kept.
    package private(set) var lots: [Lot] = []

    /// The most lots an organization may have.
    static let maximumLots = 200

    package init() {}

    /// How far below zero the available credits may go.
    package var overdraft: NanoCredits { terms.overdraft }

    /// What a new hold may take.
    package var available: NanoCredits { balance - held + overdraft }

    /// Whether what is available can be told.
    private var fits: Bool {
        held.rawValue != .min && balance.adding(-held)?.adding(overdraft) != nil
    }

    /// The number of the first lot whose time has come, and what of it can be taken back: no more than is available, so that
    /// what is held stays paid for. Nothing where there is none.
    func due(at time: Int64) -> (topUp: UInt64, amount: NanoCredits) {
        guard let lot = lots.first, lot.expiresAt <= time else { return (0, .zero) }
        return (lot.topUp, max(.zero, min(lot.left, available)))
    }

    /// Moves it by an entry: the one rule, for the books as they are written and as they are verified.
    /// - Returns: false where a sum would not fit, or what is available; it is then good for nothing more.
    mutating func apply(_ entry: LedgerEntry) -> Bool {
        if case .terms(let terms, _) = entry.detail { self.terms = terms }
        guard move(entry.balanceChange, held: entry.heldChange) else { return false }
        switch entry.detail {
        case .terms: break
        case .posting(let posting):
            if let expiresAt = posting.expiresAt, entry.balanceChange > .zero {
                // What was owed is paid first, and is no credit that could end: lots never come to more than the balance.
                let left = min(entry.balanceChange, balance)
                if left > .zero { add(Lot(topUp: entry.sequence, expiresAt: expiresAt, left: left)) }
            } else if let topUp = posting.topUp, entry.balanceChange < .zero {
                take(-entry.balanceChange, fromLot: topUp)
            } else if entry.balanceChange < .zero {
                use(-entry.balanceChange)
            }
        case .run: if entry.balanceChange < .zero { use(-entry.balanceChange) }
        }
        return true
    }

    /// The same by an entry of a run, of which only the changes are known.
    mutating func apply(_ change: NanoCredits, held heldChange: NanoCredits) -> Bool {
        guard move(change, held: heldChange) else { return false }
        if change < .zero { use(-change) }
        return true
    }

    private mutating func move(_ change: NanoCredits, held heldChange: NanoCredits) -> Bool {
        guard let newBalance = balance.adding(change), let newHeld = held.adding(heldChange), change.rawValue != .min
        else { return false }
        balance = newBalance
        held = newHeld
        return fits
    }

    private mutating func add(_ lot: Lot) {
        let place = lots.firstIndex { $0.expiresAt > lot.expiresAt } ?? lots.endIndex
        lots.insert(lot, at: place)
    }

    private mutating func take(_ amount: NanoCredits, fromLot topUp: UInt64) {
        guard let place = lots.firstIndex(where: { $0.topUp == topUp }) else { return }
        lots[place].left = lots[place].left - amount
        if lots[place].left <= .zero { lots.remove(at: place) }
    }

    private mutating func use(_ amount: NanoCredits) {
        var amount = amount
        while amount > .zero, let first = lots.first {
            let used = min(amount, first.left)
            take(used, fromLot: first.topUp)
            amount = amount - used
        }
    }

    private static let layout: UInt8 = 2

    var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout, reserving: 32 + 24 * lots.count)
        record.put(balance.rawValue)
        record.put(held.rawValue)
        terms.encode(into: &record)
        record.put(UInt16(clamping: lots.count))
        for lot in lots {
            record.put(lot.topUp)
            record.put(lot.expiresAt)
            record.put(lot.left.rawValue)
        }
        return record.bytes
    }

    init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        balance = NanoCredits(try record.integer(bytes))
        held = NanoCredits(try record.integer(bytes))
        terms = try CreditTerms(&record, bytes)
        let count: UInt16 = try record.integer(bytes)
        for _ in 0..<count {
            lots.append(
                Lot(
                    topUp: try record.integer(bytes), expiresAt: try record.integer(bytes),
                    left: NanoCredits(try record.integer(bytes))))
        }
        guard fits else { throw StorageError(.corrupt, "read balance: it does not fit") }
    }
}
