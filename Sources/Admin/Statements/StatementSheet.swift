import Domain

/// A statement as CSV (RFC 4180): one table, so that months can be put under each other. Adding up `amount` from the
/// opening on gives the closing; adding up `charge` gives what was taken for runs.
enum StatementSheet {
    static let columns = [
        "organization", "month", "line", "date", "kind", "amount", "balance", "agent", "environment", "provider",
        "model",
        "key_source", "runs", "failed_runs", "estimated_runs", "interrupted_runs", "runs_above_hold", "input_tokens",
        "output_tokens", "charge", "list_cost",
    ]

    static func text(_ statement: Statement) -> String {
        var sheet = CSVText(columns)
        let head = ["organization": statement.organization, "month": statement.month.description]
        func add(_ cells: [String: String]) { sheet.add(head.merging(cells) { $1 }) }
        let days = statement.month.days
        var balance = statement.opening
        add(["line": "opening", "date": days.lowerBound.description, "balance": balance.description])
        for line in statement.days {
            for kind in Movements.Kind.allCases where line.movements[kind] != .zero {
                let amount = line.movements[kind]
                balance = balance.addingClamped(amount)
                add([
                    "line": "change", "date": line.day.description, "kind": kind.name, "amount": amount.description,
                    "balance": balance.description,
                ])
            }
        }
        let last = statement.isComplete ? days.upperBound : Day(of: statement.asOf)
        add([
            "line": statement.isComplete ? "closing" : "so_far", "date": last.description,
            "balance": statement.closing.description,
        ])
        for line in statement.lines { add(cells(line)) }
        return sheet.text
    }

    private static func cells(_ line: ConsumedLine) -> [String: String] {
        let sums = line.sums
        return [
            "line": "usage", "agent": line.place.agent, "environment": line.place.environment,
            "provider": line.place.provider, "model": line.place.model, "key_source": line.place.keySource.name,
            "runs": String(sums.runs), "failed_runs": String(sums.failedRuns),
            "estimated_runs": String(sums.estimatedRuns), "interrupted_runs": String(sums.interruptedRuns),
            "runs_above_hold": String(sums.runsAboveHold), "input_tokens": String(sums.usage.inputTotal),
            "output_tokens": String(sums.usage.outputTotal), "charge": sums.charge.description,
            "list_cost": sums.listCost.description,
        ]
    }
}

/// Rows of CSV with a row of names first, each ended by CR LF.
struct CSVText {
    private let columns: [String]
    private(set) var text: String

    init(_ columns: [String]) {
        self.columns = columns
        text = Self.row(columns)
    }

    /// A column that has no cell is empty.
    mutating func add(_ cells: [String: String]) { text += Self.row(columns.map { Self.safe(cells[$0] ?? "") }) }

    private static func row(_ cells: [String]) -> String { cells.map(quoted).joined(separator: ",") + "\r\n" }

    /// What a spreadsheet would take for a formula gets an apostrophe in front, which makes it text there. Numbers, below
    /// zero too, stay numbers.
    private static func safe(_ cell: String) -> String {
        guard let first = cell.unicodeScalars.first, "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first),
            NanoCredits(decimal: cell) == nil
        else { return cell }
        return "'" + cell
    }

    private static func quoted(_ cell: String) -> String {
        guard cell.utf8.contains(where: { Array(",;\"\r\n\t".utf8).contains($0) }) else { return cell }
        return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
