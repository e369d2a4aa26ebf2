import Domain

/// Credits moved by people, as they ask for it: once under its idempotency key.
package struct Posting: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case topUp
        case adjustment
        /// Of this run's cost.
        case refund(RunID)
        /// Of all of this run's cost that was not refunded yet, whatever amount is said.
        case refundOfRest(RunID)

        package var entry: LedgerEntry.Kind {
            switch self {
            case .topUp: .topUp
            case .adjustment: .adjustment
            case .refund, .refundOfRest: .refund
            }
        }

        var run: RunID? {
            switch self {
            case .topUp, .adjustment: nil
            case .refund(let id), .refundOfRest(let id): id
            }
        }
    }

    package var kind: Kind
    package var organization: String
    /// Below zero only in an adjustment.
    package var amount: NanoCredits
    /// Under one key an organization's credits are moved once.
    package var idempotencyKey: String
    package var actor: String
    package var note: String
    /// Milliseconds since 1970.
    package var time: Int64
    /// When what is left of a top-up is taken back, milliseconds since 1970; nil: never.
    package var expiresAt: Int64?

    package init(
        _ kind: Kind = .topUp, organization: String, amount: NanoCredits, idempotencyKey: String, actor: String,
        note: String, time: Int64, expiresAt: Int64? = nil
    ) {
        self.kind = kind
        self.organization = organization
        self.amount = amount
        self.idempotencyKey = idempotencyKey
        self.actor = actor
        self.note = note
        self.time = time
        self.expiresAt = expiresAt
    }
}

package enum PostingResult: Hashable, Sendable {
    case added(LedgerEntry)
    /// The same was posted under this key before.
    case repeated(LedgerEntry)
    /// Something was posted under this key before, in an entry that was pruned: nothing was written.
    case archived(sequence: UInt64)
    /// Another was posted under this key before.
    case conflict(LedgerEntry)
    /// The balance would not fit 64 bits: nothing was written.
    case tooLarge
    /// It would take more than is available: nothing was written.
    case insufficient(available: NanoCredits)
    /// The organization has no ended run of this id: nothing was written.
    case unknownRun
    /// More than is left of the run's cost: nothing was written.
    case aboveCost(left: NanoCredits)
    /// Too many top-ups of the organization wait for their end: nothing was written.
    case tooManyExpiring
    /// The top-up's end has come before it: nothing was written.
    case endsInThePast
}

/// What an entry keeps of a posting, or of an expiry.
package struct PostingDetail: Hashable, Sendable {
    package var actor: String
    package var note: String
    /// Empty for an expiry.
    package var idempotencyKey: String
    /// Of a refund.
    package var run: RunID?
    /// Of a top-up with an end.
    package var expiresAt: Int64?
    /// The number of the top-up that an expiry ends.
    package var topUp: UInt64?

    init(_ posting: Posting) {
        actor = posting.actor
        note = posting.note
        idempotencyKey = posting.idempotencyKey
        run = posting.kind.run
        expiresAt = posting.expiresAt
    }

    init(expiryOf topUp: UInt64) {
        actor = ""
        note = ""
        idempotencyKey = ""
        self.topUp = topUp
    }

    func encode(into record: inout RecordWriter) {
        for text in [actor, note, idempotencyKey] { record.put(text) }
        record.put(run != nil)
        if let run { record.put(run) }
        record.put(expiresAt != nil)
        if let expiresAt { record.put(expiresAt) }
        record.put(topUp ?? 0)
    }

    init(_ record: inout RecordReader, _ bytes: RawSpan) throws(StorageError) {
        actor = try record.string(bytes)
        note = try record.string(bytes)
        idempotencyKey = try record.string(bytes)
        if try record.bool(bytes) { run = try record.runID(bytes) }
        if try record.bool(bytes) { expiresAt = try record.integer(bytes) }
        let number: UInt64 = try record.integer(bytes)
        topUp = number == 0 ? nil : number
    }
}
