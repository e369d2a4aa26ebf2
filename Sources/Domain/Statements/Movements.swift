/// What moved a balance, kind by kind. Above zero is credit.
package struct Movements: Hashable, Sendable {
    /// In the order in which they are shown.
    package enum Kind: Int, CaseIterable, Sendable {
        case topUps, adjustments, refunds, expiries
        /// What runs cost: settles and interruptions.
        case charges

        package var name: String {
            switch self {
            case .topUps: "top_ups"
            case .adjustments: "adjustments"
            case .refunds: "refunds"
            case .expiries: "expiries"
            case .charges: "charges"
            }
        }
    }

    private var amounts = [NanoCredits](repeating: .zero, count: Kind.allCases.count)

    package init() {}

    package subscript(kind: Kind) -> NanoCredits {
        get { amounts[kind.rawValue] }
        set { amounts[kind.rawValue] = newValue }
    }

    /// What they did to the balance.
    package var total: NanoCredits { amounts.reduce(.zero) { $0.addingClamped($1) } }

    package mutating func add(_ other: Movements) {
        for kind in Kind.allCases { self[kind] = self[kind].addingClamped(other[kind]) }
    }
}
