import Domain
import JSON

/// A comparison of a bill with the books, for people and for spreadsheets.
enum ReconciliationText {
    private static let sides = ["recorded", "billed", "difference"]

    static func table(_ outcome: JSONValue) -> String {
        let measures = (outcome.member("measures")?.elements() ?? []).compactMap(\.string).filter(isShown)
        let by = (outcome.member("by")?.elements() ?? []).compactMap(\.string)
        let amounts = measures.flatMap { measure in sides.map { "\(short(measure)) \($0)" } }
        var table = TextTable(
            by.map { .init($0) } + ["runs", "estimated", "interrupted"].map { .init($0, .right) }
                + amounts.map { .init($0, .right) } + [.init("capture", .right), .init("standing")])
        func add(_ row: JSONValue, _ names: [String]) {
            let counts = ["runs", "estimated_runs", "interrupted_runs"].map { row.text($0) }
            let amounts = measures.flatMap { measure in sides.map { row.text($0, measure) } }
            table.add(names + counts + amounts + [row.text("capture_rate"), row.text("standing")])
        }
        for row in outcome.member("rows")?.elements() ?? [] { add(row, by.map { row.text($0) }) }
        if let total = outcome.present("total") { add(total, by.indices.map { $0 == 0 ? "total" : "" }) }
        return table.text + "\n" + verdict(outcome) + "\n"
    }

    /// Calls and requests explain a difference; they are in the other forms.
    private static func isShown(_ measure: String) -> Bool { Measure(rawValue: measure)?.isJudged ?? false }

    private static func short(_ measure: String) -> String {
        switch Measure(rawValue: measure) {
        case .cost: "cost"
        case .input: "input"
        case .cacheRead: "cached"
        case .cacheWrite: "written"
        case .output: "output"
        case .requests, .toolCalls, nil: measure
        }
    }

    private static func verdict(_ outcome: JSONValue) -> String {
        let tolerance =
            "\(outcome.text("tolerance", "percent"))%, \(outcome.text("tolerance", "credits")) credits or "
            + "\(outcome.text("tolerance", "tokens")) tokens"
        var lines: [String] = []
        if outcome.member("within_tolerance")?.bool == true {
            lines.append("within the tolerance of \(tolerance)")
        } else {
            let rows = outcome.member("rows")?.elements() ?? []
            lines.append(
                "outside the tolerance of \(tolerance): \(outcome.text("rows_outside")) of \(rows.count) rows"
                    + (outcome.member("total")?.text("standing") == "within" ? "" : ", and the total"))
        }
        if outcome.member("more_pages")?.bool == true {
            lines.append("the file says that there are more pages: the bill may be larger")
        }
        return lines.joined(separator: "\n")
    }

    /// A row for each day, model and key; the sums are the reader's to make.
    static func csv(_ outcome: JSONValue) -> String {
        let texts = [
            "day", "model", "key", "standing", "capture_rate", "runs", "failed_runs", "estimated_runs",
            "interrupted_runs",
        ]
        let measures = Measure.allCases.map(\.rawValue)
        let amounts = measures.flatMap { measure in sides.map { (side: $0, measure: measure) } }
        var text = line(texts + amounts.map { "\($0.side)_\($0.measure)" })
        for row in outcome.member("rows")?.elements() ?? [] {
            text += line(texts.map { row.text($0) } + amounts.map { row.text($0.side, $0.measure) })
        }
        return text
    }

    private static func line(_ cells: [String]) -> String {
        cells.map { cell in
            guard cell.contains(where: { ",\"\r\n".contains($0) }) else { return cell }
            return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
        }.joined(separator: ",") + "\r\n"
    }
}
