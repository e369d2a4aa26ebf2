import JSON

/// A statement for people.
enum StatementText {
    private static let kinds = ["top_ups", "adjustments", "refunds", "expiries", "charges"]

    static func text(_ statement: JSONValue) -> String {
        let isComplete = statement.member("complete")?.bool == true
        var text = """
            \(statement.text("organization"))  \(statement.text("month"))\(isComplete ? "" : ", so far")
            \(statement.text("from")) to \(statement.text("to")) UTC, as of \(statement.time("as_of"))


            """
        var summary = TextTable([.init(""), .init("credits", .right)])
        summary.add(["opening", statement.text("opening")])
        for kind in kinds { summary.add([words(kind), statement.text("changes", kind)]) }
        summary.add([isComplete ? "closing" : "balance now", statement.text("closing")])
        text += summary.text + "\n" + days(statement) + "\n" + usage(statement)
        return text
    }

    private static func days(_ statement: JSONValue) -> String {
        var table = TextTable(
            [.init("day")] + (kinds.map(words) + ["balance"]).map { .init($0, .right) })
        for day in statement.member("days")?.elements() ?? [] {
            let amounts = kinds.map { day.text($0) }.map { $0 == "0" ? "" : $0 }
            table.add([day.text("day")] + amounts + [day.text("closing")])
        }
        return table.text
    }

    private static func usage(_ statement: JSONValue) -> String {
        let counts = ["runs", "failed", "estimated", "interrupted", "above hold", "charge", "list cost"]
        var table = TextTable(
            ["agent", "environment", "model", "key source"].map { .init($0) } + counts.map { .init($0, .right) })
        func add(_ names: [String], _ row: JSONValue) {
            table.add(
                names
                    + [
                        "runs", "failed_runs", "estimated_runs", "interrupted_runs", "runs_above_hold", "charge",
                        "list_cost",
                    ].map { row.text($0) })
        }
        for row in statement.member("usage")?.elements() ?? [] {
            let model = "\(row.text("provider"))/\(row.text("model"))"
            add([row.text("agent"), row.text("environment"), model, row.text("key_source")], row)
        }
        if let total = statement.present("usage_total") { add(["total", "", "", ""], total) }
        return table.text
    }

    private static func words(_ name: String) -> String { name.split(separator: "_").joined(separator: "-") }
}
