/// What runs of one agent in one environment consumed of one model, with keys of one source.
package struct ConsumedLine: Hashable, Sendable {
    package struct Place: Hashable, Comparable, Sendable {
        package var agent: String
        package var environment: String
        package var provider: String
        package var model: String
        package var keySource: KeySource

        package init(agent: String, environment: String, provider: String, model: String, keySource: KeySource) {
            self.agent = agent
            self.environment = environment
            self.provider = provider
            self.model = model
            self.keySource = keySource
        }

        package static func < (left: Self, right: Self) -> Bool { left.order.lexicographicallyPrecedes(right.order) }

        private var order: [String] { [agent, environment, provider, model, keySource.name] }
    }

    /// Sums over the runs of a place, or of all.
    package struct Sums: Hashable, Sendable {
        package var runs: Int64 = 0
        package var failedRuns: Int64 = 0
        package var estimatedRuns: Int64 = 0
        package var interruptedRuns: Int64 = 0
        /// Runs that cost more than was held.
        package var runsAboveHold: Int64 = 0
        package var usage = Usage()
        /// What was taken for them; zero with exempt keys.
        package var charge = NanoCredits.zero
        /// What they come to at the base price list, whoever pays.
        package var listCost = NanoCredits.zero

        package init() {}

        package mutating func add(_ other: Sums) {
            runs += other.runs
            failedRuns += other.failedRuns
            estimatedRuns += other.estimatedRuns
            interruptedRuns += other.interruptedRuns
            runsAboveHold += other.runsAboveHold
            usage += other.usage
            charge = charge.addingClamped(other.charge)
            listCost = listCost.addingClamped(other.listCost)
        }
    }

    package var place: Place
    package var sums: Sums

    package init(_ place: Place, _ sums: Sums) {
        self.place = place
        self.sums = sums
    }
}
