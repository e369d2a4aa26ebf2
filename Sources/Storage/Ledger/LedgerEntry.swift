import Domain

/// One line of the books. Entries are only appended; an organization's balance and what is held of it are the sums
/// of their changes, always.
package struct LedgerEntry: Hashable, Sendable {
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// Credits bought or given.
        case topUp = 1
        /// The most a run can cost, reserved before it is forwarded.
        case hold
        /// The end of a run: its hold is given back and its cost taken.
        case settle
        /// The end of a run that a crash cut off: its hold is given back and its estimate taken.
        case interrupted
    }

    /// 1, 2, 3 … without a gap.
    package var sequence: UInt64
    package var kind: Kind
    /// Milliseconds since 1970.
    package var time: Int64
    package var organization: String
    package var balanceChange: NanoCredits
    package var heldChange: NanoCredits
    /// The run, for all kinds but top-ups.
    package var run: RunID?
    /// The cost came from an estimate, not from a provider's report.
    package var isEstimated: Bool
    /// Who made a top-up; empty for runs.
    package var actor: String
    package var note: String

    package var name: String {
        switch kind {
        case .topUp: "top_up"
        case .hold: "hold"
        case .settle: "settle"
        case .interrupted: "interrupted"
        }
    }

    private static let layout: UInt8 = 1

    package var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout)
        record.put(kind.rawValue)
        record.put(isEstimated)
        record.put(time)
        record.put(balanceChange.rawValue)
        record.put(heldChange.rawValue)
        record.put(run != nil)
        record.put(run ?? RunID(high: 0, low: 0))
        record.put(organization)
        record.put(actor)
        record.put(note)
        return record.bytes
    }

    package init(sequence: UInt64, _ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        self.sequence = sequence
        guard let kind = Kind(rawValue: try record.integer(bytes)) else {
            throw StorageError(.corrupt, "read entry: kind")
        }
        self.kind = kind
        isEstimated = try record.bool(bytes)
        time = try record.integer(bytes)
        balanceChange = NanoCredits(try record.integer(bytes))
        heldChange = NanoCredits(try record.integer(bytes))
        let hasRun = try record.bool(bytes)
        let id = try record.runID(bytes)
        run = hasRun ? id : nil
        organization = try record.string(bytes)
        actor = try record.string(bytes)
        note = try record.string(bytes)
    }

    init(
        sequence: UInt64, kind: Kind, time: Int64, organization: String, balanceChange: NanoCredits = .zero,
        heldChange: NanoCredits = .zero, run: RunID? = nil, isEstimated: Bool = false, actor: String = "",
        note: String = ""
    ) {
        self.sequence = sequence
        self.kind = kind
        self.time = time
        self.organization = organization
        self.balanceChange = balanceChange
        self.heldChange = heldChange
        self.run = run
        self.isEstimated = isEstimated
        self.actor = actor
        self.note = note
    }
}
