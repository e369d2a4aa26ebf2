/// A provider's bill held against what the ledger has of it, by UTC day, model and key.
///
/// Days are compared always; models where every line of the bill names one; keys where every line names one and they can
/// be told to be ours, by `Terms.keyNames` or because they carry our ids. What cannot be told apart is summed.
package struct Reconciliation: Sendable {
    /// What is compared, and how strictly.
    package struct Terms: Sendable {
        package var days: ClosedRange<Day>
        /// The ledger's provider; nil: all of them.
        package var provider: String?
        /// Ids of our keys that the bill is of; empty: the platform's.
        package var keys: Set<String> = []
        package var tolerance = Tolerance()
        /// The bill's names of models -> ours.
        package var modelNames: [String: String] = [:]
        /// The bill's ids of keys -> ours.
        package var keyNames: [String: String] = [:]

        package init(days: ClosedRange<Day>) { self.days = days }

        func covers(_ row: RecordedUsage) -> Bool {
            days.contains(row.day) && (provider == nil || provider == row.provider)
                && (keys.isEmpty ? row.keyIsPlatform : keys.contains(row.keyID))
        }
    }

    package struct Place: Hashable, Sendable {
        package var day: Day
        /// Nil: all.
        package var model: String?
        /// Nil: all, or that of lines without one.
        package var key: String?
    }

    package let terms: Terms
    package let comparesModels: Bool
    package let comparesKeys: Bool
    /// What the bill has. One without a line is held to have billed no tokens.
    package let measures: Set<Measure>
    /// By day, model and key.
    package let rows: [ReconciliationRow]
    package let total: ReconciliationRow

    package init(_ bill: Bill, _ recorded: some Sequence<RecordedUsage>, _ terms: Terms) {
        // A line that bills nothing of no model says only that its day is covered.
        let lines = bill.lines.filter {
            terms.days.contains($0.key.day) && ($0.key.model != nil || !$0.value.isZero)
        }
        let recorded = recorded.filter(terms.covers)
        let found = lines.values.reduce(into: Set<Measure>()) { $0.formUnion($1.measures) }
        measures = found.isEmpty ? [.input, .output] : found
        let named = { (model: String) in terms.modelNames[model] ?? model }
        let ours = { (key: String) in terms.keyNames[key] ?? key }
        comparesModels = lines.keys.allSatisfy { $0.model != nil }
        let recordedKeys = Set(recorded.map(\.keyID))
        comparesKeys =
            lines.keys.allSatisfy { $0.key != nil }
            && lines.keys.contains { $0.key.map { recordedKeys.contains(ours($0)) } ?? false }
        let names = ModelNames(lines.keys.compactMap { $0.model.map(named) } + recorded.map(\.model))

        var rows: [Place: ReconciliationRow] = [:]
        for (line, figures) in lines {
            let place = Place(
                day: line.day, model: comparesModels ? line.model.map { names.canonical(named($0)) } : nil,
                key: comparesKeys ? line.key.map(ours) : nil)
            rows[place, default: ReconciliationRow(place)].add(figures, billedAs: comparesModels ? line.model : nil)
        }
        for usage in recorded {
            let place = Place(
                day: usage.day, model: comparesModels ? names.canonical(usage.model) : nil,
                key: comparesKeys ? usage.keyID : nil)
            rows[place, default: ReconciliationRow(place)].add(usage)
        }
        var total = ReconciliationRow(nil)
        for row in rows.values { total.add(row) }
        let measures = measures
        func judged(_ row: ReconciliationRow) -> ReconciliationRow {
            var row = row
            row.judge(measures, terms.tolerance)
            return row
        }
        self.rows = rows.sorted { $0.key < $1.key }.map { judged($0.value) }
        self.total = judged(total)
        self.terms = terms
    }

    /// Whether the sum and every row are.
    package var isWithinTolerance: Bool { total.outside.isEmpty && rows.allSatisfy(\.outside.isEmpty) }

    /// What rates of capture are of: credits where the bill has them, else tokens of input and output.
    package var captureBasis: Set<Measure> { measures.contains(.cost) ? [.cost] : [.input, .output] }

    /// Recorded by billed, in thousand-millionths, rounded down, so that 1 means that nothing is missing. Nil where
    /// nothing is billed.
    package func captureRate(_ row: ReconciliationRow) -> Int64? {
        let sums = captureBasis.reduce(into: (recorded: Int128(0), billed: Int128(0))) { sums, measure in
            sums.recorded += Int128(row.recorded[measure] ?? 0)
            sums.billed += Int128(row.billed[measure] ?? 0)
        }
        guard sums.billed > 0 else { return nil }
        return Int64(clamping: sums.recorded * Int128(NanoCredits.perCredit) / sums.billed)
    }
}

extension Reconciliation.Place: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        if left.day != right.day { return left.day < right.day }
        if left.model != right.model { return left.model ?? "" < right.model ?? "" }
        return left.key ?? "" < right.key ?? ""
    }
}
