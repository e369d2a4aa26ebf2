/// One line of a comparison: what is recorded and what is billed of the same day, model and key, or of all.
package struct ReconciliationRow: Hashable, Sendable {
    package enum Standing: String, Sendable {
        case within
        /// Billed, and the ledger has nothing of it.
        case unrecorded
        /// In the ledger, and the bill has nothing of it.
        case unbilled
        case differs
    }

    /// Nil: the sum of all.
    package let place: Reconciliation.Place?
    /// The bill's names of the model, where they are others.
    package private(set) var billedAs: Set<String> = []
    package private(set) var runs: Int64 = 0
    package private(set) var failedRuns: Int64 = 0
    package private(set) var estimatedRuns: Int64 = 0
    package private(set) var interruptedRuns: Int64 = 0
    package private(set) var recorded = Figures()
    /// Of what the bill has no line of, absent.
    package private(set) var billed = Figures()
    /// What is further apart than is tolerated.
    package private(set) var outside: [Measure] = []
    package private(set) var standing = Standing.within

    init(_ place: Reconciliation.Place?) { self.place = place }

    /// What is recorded less what is billed; nil where the bill does not say.
    package func difference(_ measure: Measure) -> Int64? {
        guard let billed = billed[measure] else { return nil }
        let (difference, overflows) = (recorded[measure] ?? 0).subtractingReportingOverflow(billed)
        return overflows ? (billed < 0 ? .max : .min) : difference
    }

    mutating func add(_ figures: Figures, billedAs name: String?) {
        billed += figures
        if let name, name != place?.model { billedAs.insert(name) }
    }

    mutating func add(_ usage: RecordedUsage) {
        runs += usage.runs
        failedRuns += usage.failedRuns
        estimatedRuns += usage.estimatedRuns
        interruptedRuns += usage.interruptedRuns
        recorded += usage.figures
    }

    mutating func add(_ row: Self) {
        runs += row.runs
        failedRuns += row.failedRuns
        estimatedRuns += row.estimatedRuns
        interruptedRuns += row.interruptedRuns
        recorded += row.recorded
        billed += row.billed
    }

    /// - Parameter measures: what the bill has: of these, what has no line here is billed zero.
    mutating func judge(_ measures: Set<Measure>, _ tolerance: Tolerance) {
        for measure in Measure.allCases where measures.contains(measure) {
            if billed[measure] == nil { billed[measure] = 0 }
        }
        for measure in Measure.allCases where recorded[measure] == nil { recorded[measure] = 0 }
        outside = Measure.allCases.filter { measure in
            guard measure.isJudged, let billed = billed[measure] else { return false }
            return !tolerance.allows(measure, recorded: recorded[measure] ?? 0, billed: billed)
        }
        standing =
            if outside.isEmpty { .within } else if runs == 0 { .unrecorded } else if billed.isZero { .unbilled } else {
                .differs
            }
    }
}
