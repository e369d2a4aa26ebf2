import Domain
import JSON
import Storage

/// What is to be said of a model's price.
package struct NewPrice: Hashable, Sendable {
    package var model: PricedModel
    package var terms: PriceEntry.Terms
    /// Nil: from the moment it is put.
    package var effectiveFrom: Timestamp?

    package init(_ model: PricedModel, _ terms: PriceEntry.Terms, effectiveFrom: Timestamp? = nil) {
        self.model = model
        self.terms = terms
        self.effectiveFrom = effectiveFrom
    }
}

/// What a list of prices came to, in models.
package struct PriceReport: Hashable, Sendable {
    /// That had no price.
    package var added = 0
    /// That cost something else from now on.
    package var changed = 0
    /// That will cost something else, from a time on.
    package var scheduled = 0
    /// Of which the list says what was said before.
    package var unchanged = 0
    /// Prices of times to come that the list has no more.
    package var cancelled = 0

    package init() {}

    package var written: Int { added + changed + scheduled + cancelled }

    package static func += (left: inout Self, right: Self) {
        left.added += right.added
        left.changed += right.changed
        left.scheduled += right.scheduled
        left.unchanged += right.unchanged
        left.cancelled += right.cancelled
    }
}

/// A price as it is shown.
package struct ShownPrice: Sendable {
    package enum State: String, Sendable {
        case inForce = "in_force"
        case scheduled, past
        /// Said, and taken back before it came into force.
        case replaced
    }

    package var record: PriceRecord
    package var state: State
    /// What it comes to: of a multiplier, the base price multiplied. Nil where that is nothing.
    package var price: Price?
    package var maximumOutputTokens: Int64?
}

/// Which prices are asked for.
package struct PriceQuery: Sendable {
    /// Who asks: an organization, which sees the base prices and its own; nil: everybody's.
    package var caller: String?
    /// Of this organization alone.
    package var organization: String?
    /// Past and coming ones too.
    package var all = false

    package init(caller: String? = nil, organization: String? = nil, all: Bool = false) {
        self.caller = caller
        self.organization = organization
        self.all = all
    }
}
