import Domain
import JSON

/// Exports of no format of a provider's: rows with these names, as CSV or as lines of JSON. All but the date may be
/// missing. `input_tokens` has those read from and written to the cache in it; `cost` is in US dollars.
private enum GenericBill {
    static let names: Set<String> = [
        "date", "model", "key", "input_tokens", "cached_input_tokens", "cache_write_tokens", "output_tokens",
        "requests", "tool_calls", "cost",
    ]

    static let expected = """
        date, model, key, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, requests, tool_calls \
        and cost
        """

    static let counts: [Measure] = [.input, .cacheRead, .cacheWrite, .output, .requests, .toolCalls]

    /// Whether the parts of the input fit into it.
    static func adds(up figures: Figures) -> Bool {
        guard let input = figures[.input] else { return true }
        return (figures[.cacheRead] ?? 0) + (figures[.cacheWrite] ?? 0) <= input
    }

    static let parts = "expects input_tokens to have cached_input_tokens and cache_write_tokens in it"
    static let day = "expects a day of UTC as 2026-11-21"
}

enum GenericRows {
    static func read(_ bytes: ArraySlice<UInt8>) throws(BillFault) -> Bill {
        var rows = try CSVRows(bytes)
        guard rows.names.contains("date"), rows.names.isSubset(of: GenericBill.names) else {
            throw BillFault(line: 1, "expects a first row that names date, and no columns but \(GenericBill.expected)")
        }
        var bill = Bill()
        while let row = try rows.next() {
            guard let day = row["date"].flatMap({ Day($0) }) else { throw row.fault("date: \(GenericBill.day)") }
            var figures = Figures()
            for measure in GenericBill.counts { figures[measure] = try row.count(measure.rawValue) }
            if let cost = try row.decimal("cost") {
                guard let cost = NanoCredits(dollars: cost) else { throw row.fault("cost: is too large") }
                figures[.cost] = cost.rawValue
            }
            guard GenericBill.adds(up: figures) else { throw row.fault(GenericBill.parts) }
            bill.add(Bill.Place(day: day, model: try row.text("model"), key: try row.text("key")), figures)
        }
        return bill
    }
}

extension Bill {
    mutating func addGeneric(_ line: BillValue) throws(BillFault) {
        try line.expectObject()
        let members = (try? line.value.members()) ?? []
        guard members.allSatisfy({ GenericBill.names.contains($0.name) }) else {
            throw line.fault("expects no members but \(GenericBill.expected)")
        }
        let date = try line.required("date")
        guard let day = date.value.string.flatMap({ Day($0) }) else { throw date.fault(GenericBill.day) }
        var figures = Figures()
        for measure in GenericBill.counts { figures[measure] = try line.count(measure.rawValue) }
        if let cost = line["cost"] {
            guard let cost = NanoCredits(dollars: try cost.decimal()) else { throw cost.fault("is too large") }
            figures[.cost] = cost.rawValue
        }
        guard GenericBill.adds(up: figures) else { throw line.fault(GenericBill.parts) }
        add(Place(day: day, model: try line.text("model"), key: try line.text("key")), figures)
    }
}
