import Domain

/// A statement as one page to print: no script, nothing that is loaded from elsewhere.
enum StatementPage {
    static func text(_ statement: Statement, name: String) -> String {
        let title = "Statement of credits, \(name), \(statement.month.name)"
        var page = HTMLText()
        page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
        // Saved, the page comes without the header.
        page.raw("<meta http-equiv=\"Content-Security-Policy\" content=\"\(policy)\">\n")
        page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        page.element("title", title)
        page.raw("<style>\(style)</style>\n</head>\n<body>\n")
        head(statement, name: name, &page)
        summary(statement, &page)
        days(statement, &page)
        lines(statement, &page)
        notes(statement, &page)
        page.raw("</body>\n</html>\n")
        return page.text
    }

    private static func head(_ statement: Statement, name: String, _ page: inout HTMLText) {
        let days = statement.month.days
        page.raw("<header>\n")
        page.element("h1", "Statement of credits")
        page.element("p", statement.month.name + (statement.isComplete ? "" : ", so far"), class: "month")
        page.raw("<dl>\n")
        let facts = [
            ("Organization", name == statement.organization ? name : "\(name) (\(statement.organization))"),
            ("Period", "\(days.lowerBound) to \(days.upperBound), UTC"),
            (statement.isComplete ? "Drawn up" : "As of", statement.asOf.toSeconds),
            ("Unit", "credits; 1 credit is 1 USD"),
        ]
        for (term, fact) in facts {
            page.element("dt", term)
            page.element("dd", fact)
        }
        page.raw("</dl>\n</header>\n")
    }

    private static func summary(_ statement: Statement, _ page: inout HTMLText) {
        let movements = statement.movements
        page.table("summary", [("", false), ("Credits", true)]) { table in
            table.row(["Opening balance, \(statement.month.days.lowerBound)", statement.opening.forPrint])
            for kind in Movements.Kind.allCases { table.row([kind.title, movements[kind].forPrint]) }
            let closing =
                statement.isComplete
                ? "Closing balance, \(statement.month.days.upperBound)" : "Balance as of \(statement.asOf.toSeconds)"
            table.sum([closing, statement.closing.forPrint])
        }
    }

    private static func days(_ statement: Statement, _ page: inout HTMLText) {
        page.element("h2", "By day")
        guard !statement.days.isEmpty else { return page.element("p", "Nothing moved the balance.") }
        let kinds = Movements.Kind.allCases
        page.table("days", [("Day", false)] + kinds.map { ($0.title, true) } + [("Balance", true)]) { table in
            var balance = statement.opening
            for line in statement.days {
                balance = balance.addingClamped(line.movements.total)
                let amounts = kinds.map { line.movements[$0] == .zero ? "" : line.movements[$0].forPrint }
                table.row([line.day.description] + amounts + [balance.forPrint])
            }
            table.sum(
                ["Sum"] + kinds.map { statement.movements[$0].forPrint } + [statement.closing.forPrint])
        }
    }

    private static func lines(_ statement: Statement, _ page: inout HTMLText) {
        page.element("h2", "Runs")
        guard !statement.lines.isEmpty else { return page.element("p", "There were none.") }
        let texts = ["Agent", "Environment", "Model", "Key"]
        let numbers = ["Runs", "Input tokens", "Output tokens", "Charge", "At list price"]
        page.table("runs", texts.map { ($0, false) } + numbers.map { ($0, true) }) { table in
            func amounts(_ sums: ConsumedLine.Sums) -> [String] {
                [
                    String(sums.runs), String(sums.usage.inputTotal), String(sums.usage.outputTotal),
                    sums.charge.forPrint, sums.listCost.forPrint,
                ]
            }
            for line in statement.lines {
                let place = line.place
                table.row(
                    [place.agent, place.environment, "\(place.provider)/\(place.model)", place.keySource.name]
                        + amounts(line.sums))
            }
            table.sum(["Sum", "", "", ""] + amounts(statement.consumed))
        }
    }

    private static func notes(_ statement: Statement, _ page: inout HTMLText) {
        let consumed = statement.consumed
        var notes = [
            "The opening balance and the sums of the kinds come to the closing balance, and the charges of the runs to "
                + "the sum of what was charged. Amounts are exact, to nine decimal places; days are UTC."
        ]
        if statement.lines.contains(where: { $0.place.keySource == .exempt }) {
            notes.append("Runs on exempt keys are the organization's own to pay to the provider, and charged nothing.")
        }
        if consumed.interruptedRuns > 0 || consumed.estimatedRuns > 0 {
            notes.append(
                "\(consumed.estimatedRuns) of the runs were charged by an estimate, \(consumed.interruptedRuns) of them "
                    + "cut off by a restart.")
        }
        page.raw("<footer>\n")
        for note in notes { page.element("p", note) }
        page.raw("</footer>\n")
    }
}

extension Movements.Kind {
    fileprivate var title: String {
        switch self {
        case .topUps: "Top-ups"
        case .adjustments: "Adjustments"
        case .refunds: "Refunds"
        case .expiries: "Expired"
        case .charges: "Charges for runs"
        }
    }
}

extension NanoCredits {
    /// With two decimal places at least.
    fileprivate var forPrint: String {
        let text = description
        guard let point = text.lastIndex(of: ".") else { return text + ".00" }
        return text.distance(from: point, to: text.endIndex) == 2 ? text + "0" : text
    }
}

extension Timestamp {
    /// `2026-11-30 10:15:00 UTC`.
    fileprivate var toSeconds: String {
        let text = description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
    }
}
