import Domain

/// How an organization's balance moved on one UTC day, by what moved it: what statements are made of.
package struct DailyCredits: Hashable, Sendable {
    package var organization: String
    /// Days since 1970-01-01, UTC, of the entries' times.
    package var day: UInt32
    package var topUps = NanoCredits.zero
    package var adjustments = NanoCredits.zero
    package var refunds = NanoCredits.zero
    /// At or below zero.
    package var expiries = NanoCredits.zero
    /// What runs cost, at or below zero: settles and interruptions.
    package var charges = NanoCredits.zero
    /// Entries of every kind.
    package var entries: Int64 = 0

    init(organization: String, day: UInt32) {
        self.organization = organization
        self.day = day
    }

    /// What the day did to the balance.
    package var change: NanoCredits {
        [adjustments, refunds, expiries, charges].reduce(topUps) { $0.addingClamped($1) }
    }

    mutating func add(_ entry: LedgerEntry) { add(entry.kind, entry.balanceChange) }

    mutating func add(_ kind: LedgerEntry.Kind, _ change: NanoCredits) {
        entries += 1
        switch kind {
        case .topUp: topUps = topUps.addingClamped(change)
        case .adjustment: adjustments = adjustments.addingClamped(change)
        case .refund: refunds = refunds.addingClamped(change)
        case .expiry: expiries = expiries.addingClamped(change)
        case .settle, .release, .interrupted: charges = charges.addingClamped(change)
        case .hold, .terms: break
        }
    }

    static func start(organization: String, day: UInt32) -> Key { Key(organization).appending(day) }

    var key: Key { Self.start(organization: organization, day: day) }

    private static let layout: UInt8 = 1

    var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout, reserving: 96)
        record.put(organization)
        record.put(day)
        for amount in [topUps, adjustments, refunds, expiries, charges] { record.put(amount.rawValue) }
        record.put(entries)
        return record.bytes
    }

    init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        organization = try record.string(bytes)
        day = try record.integer(bytes)
        topUps = NanoCredits(try record.integer(bytes))
        adjustments = NanoCredits(try record.integer(bytes))
        refunds = NanoCredits(try record.integer(bytes))
        expiries = NanoCredits(try record.integer(bytes))
        charges = NanoCredits(try record.integer(bytes))
        entries = try record.integer(bytes)
    }
}
