import Domain

/// What an organization may do with its credits. Changed by an entry of its own, so that every hold can be held against
/// the terms of its time.
package struct CreditTerms: Hashable, Sendable {
    package enum HoldBasis: UInt8, Sendable, CaseIterable {
        /// The most that a run can cost: the balance is never overspent.
        case bound = 1
        /// What a run is likely to cost: more runs at once, and a settle may come to more than its hold.
        case estimate

        package var name: String {
            switch self {
            case .bound: "bound"
            case .estimate: "estimate"
            }
        }

        package init?(name: String) {
            guard let basis = Self.allCases.first(where: { $0.name == name }) else { return nil }
            self = basis
        }
    }

    /// How far below zero the available credits may go; not below zero itself.
    package var overdraft: NanoCredits
    package var holds: HoldBasis

    package init(overdraft: NanoCredits = .zero, holds: HoldBasis = .bound) {
        self.overdraft = overdraft
        self.holds = holds
    }

    func encode(into record: inout RecordWriter) {
        record.put(overdraft.rawValue)
        record.put(holds.rawValue)
    }

    init(_ record: inout RecordReader, _ bytes: RawSpan) throws(StorageError) {
        overdraft = NanoCredits(try record.integer(bytes))
        guard let basis = HoldBasis(rawValue: try record.integer(bytes)) else {
            throw StorageError(.corrupt, "read terms: holds")
        }
        holds = basis
    }
}

package enum TermsResult: Hashable, Sendable {
    case set(LedgerEntry)
    /// They were so before: nothing was written.
    case unchanged
    /// The overdraft would be raised by someone who may not: nothing was written.
    case raisesOverdraft(from: NanoCredits)
    /// Holds by estimate, which let the balance go below zero, would be chosen by someone who may not: nothing was written.
    case loosensHolds
    /// What is available would not fit 64 bits: nothing was written.
    case tooLarge
}
