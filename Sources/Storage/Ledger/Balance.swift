import Domain

/// Where an organization stands: the sums of its entries' changes.
package struct Balance: Hashable, Sendable {
    package var balance: NanoCredits = .zero
    package var held: NanoCredits = .zero
    /// How far below zero the available credits may go.
    package var overdraft: NanoCredits = .zero

    package init() {}

    /// What a new hold may take.
    package var available: NanoCredits { balance - held + overdraft }

    private static let layout: UInt8 = 1

    var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout, reserving: 32)
        record.put(balance.rawValue)
        record.put(held.rawValue)
        record.put(overdraft.rawValue)
        return record.bytes
    }

    init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        balance = NanoCredits(try record.integer(bytes))
        held = NanoCredits(try record.integer(bytes))
        overdraft = NanoCredits(try record.integer(bytes))
    }
}
