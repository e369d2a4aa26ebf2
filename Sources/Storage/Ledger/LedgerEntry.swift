import Domain
import Security

/// One line of the books: append-only, numbered without a gap, and chained: each holds the hash of the one before.
/// Balance and held are the sums of their changes, always.
package struct LedgerEntry: Hashable, Sendable {
    package enum Kind: UInt8, Sendable, CaseIterable {
        /// Credits bought or given.
        case topUp = 1
        /// The most a run can cost, reserved before it is forwarded.
        case hold
        /// The end of a run that consumed something: its hold is given back and its cost taken.
        case settle
        /// The end of a run that consumed nothing: its hold is given back.
        case release
        /// The end of a run that a crash cut off: its hold is given back and its estimate taken.
        case interrupted
        /// A correction by hand, either way.
        case adjustment
        /// Some or all of a run's cost, given back.
        case refund
        /// Credits that were topped up with an end, and not used by then.
        case expiry
        /// What an organization may do with its credits from now on: moves none.
        case terms

        package var name: String {
            switch self {
            case .topUp: "top_up"
            case .hold: "hold"
            case .settle: "settle"
            case .release: "release"
            case .interrupted: "interrupted"
            case .adjustment: "adjustment"
            case .refund: "refund"
            case .expiry: "expiry"
            case .terms: "terms"
            }
        }

        package init?(name: String) {
            guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = kind
        }
    }

    package enum Detail: Hashable, Sendable {
        /// Of a hold, and with its end of a settle, a release, an interruption.
        case run(RunRecord)
        /// Of what people do.
        case posting(PostingDetail)
        case terms(CreditTerms, actor: String)
    }

    /// 1, 2, 3 … without a gap.
    package var sequence: UInt64
    /// The hash of the entry before; zeros before the first.
    package var previous: Digest
    package var kind: Kind
    /// Milliseconds since 1970, as the clock was.
    package var time: Int64
    package var organization: String
    package var balanceChange: NanoCredits
    package var heldChange: NanoCredits
    package var detail: Detail

    /// Not yet in the books: number and chain are given to it there.
    init(
        _ kind: Kind, time: Int64, organization: String, balanceChange: NanoCredits = .zero,
        heldChange: NanoCredits = .zero, _ detail: Detail
    ) {
        sequence = 0
        previous = .zero
        self.kind = kind
        self.time = time
        self.organization = organization
        self.balanceChange = balanceChange
        self.heldChange = heldChange
        self.detail = detail
    }

    /// The run it is about; nil where it is about none.
    package var run: RunID? {
        switch detail {
        case .run(let run): run.id
        case .posting(let posting): posting.run
        case .terms: nil
        }
    }

    /// The run as it was when the entry was made.
    package var runRecord: RunRecord? {
        if case .run(let run) = detail { run } else { nil }
    }

    /// The cost came from an estimate, not from a provider's report.
    package var isEstimated: Bool { runRecord?.end?.usage.isEstimated ?? false }

    /// Who made it; empty for runs.
    package var actor: String {
        switch detail {
        case .run: ""
        case .posting(let posting): posting.actor
        case .terms(_, let actor): actor
        }
    }

    package var note: String {
        if case .posting(let posting) = detail { posting.note } else { "" }
    }

    /// What the next entry holds: SHA-256 of this one as it is kept.
    package var hash: Digest { sha256(encoded) }
}
