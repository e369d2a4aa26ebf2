import Domain
import JSON

extension JSONWriter {
    /// The members of a comparison's answer.
    mutating func reconciliation(_ outcome: Reconciliation, isCut: Bool) {
        let terms = outcome.terms
        member("ledger_provider", terms.provider)
        member("from", terms.days.lowerBound.description)
        member("to", terms.days.upperBound.description)
        key("by")
        let by = ["day"] + (outcome.comparesModels ? ["model"] : []) + (outcome.comparesKeys ? ["key"] : [])
        array(by) { $0.string($1) }
        key("measures")
        array(Measure.allCases.filter(outcome.measures.contains)) { $0.string($1.rawValue) }
        member("tolerance") { tolerance in
            tolerance.member("percent", terms.tolerance.percent)
            tolerance.member("credits", terms.tolerance.credits)
            tolerance.member("tokens", terms.tolerance.tokens)
        }
        member("more_pages", isCut)
        member("within_tolerance", outcome.isWithinTolerance)
        member("rows_outside", outcome.rows.count { !$0.outside.isEmpty })
        member("capture_basis", outcome.captureBasis == [.cost] ? "cost" : "tokens")
        member("total") { $0.row(outcome.total, of: outcome) }
        key("rows")
        array(outcome.rows) { array, row in array.object { $0.row(row, of: outcome) } }
    }

    private mutating func row(_ row: ReconciliationRow, of outcome: Reconciliation) {
        if let place = row.place {
            member("day", place.day.description)
            member("model", place.model)
            member("key", place.key)
            key("billed_as")
            array(row.billedAs.sorted()) { $0.string($1) }
        }
        member("standing", row.standing.rawValue)
        key("outside")
        array(row.outside) { $0.string($1.rawValue) }
        member("capture_rate", outcome.captureRate(row).map { NanoCredits($0).description })
        member("runs", row.runs)
        member("failed_runs", row.failedRuns)
        member("estimated_runs", row.estimatedRuns)
        member("interrupted_runs", row.interruptedRuns)
        amounts("recorded") { row.recorded[$0] }
        amounts("billed") { row.billed[$0] }
        amounts("difference") { row.difference($0) }
    }

    /// Null where it is not known.
    private mutating func amounts(_ name: String, _ amount: (Measure) -> Int64?) {
        member(name) { object in
            for measure in Measure.allCases {
                if measure == .cost {
                    object.member(measure.rawValue, amount(measure).map { NanoCredits($0).description })
                } else {
                    object.member(measure.rawValue, amount(measure))
                }
            }
        }
    }
}
