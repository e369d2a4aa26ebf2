import Domain

/// What a file of a provider's usage or costs can be. `docs/reconciliation.md` has an example of each.
package enum BillFormat: String, CaseIterable, Sendable {
    /// Pages of `/v1/organization/usage/…` and `/v1/organization/costs`, or the same as CSV.
    case openai
    /// Pages of `/v1/organizations/usage_report/messages`, `…/cost_report`, `…/analytics/usage` and `…/analytics/cost`.
    case anthropic
    /// CSV or lines of JSON with names of our own.
    case generic

    package static func read(_ file: [UInt8], as format: BillFormat) throws(BillFault) -> Bill {
        var bytes = file[...]
        // A byte order mark, which spreadsheets write.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        let first = bytes.first { !JSONTexts.isSpace($0) }
        guard let first else { throw BillFault(line: 1, "expects an export; the file is empty") }
        let isJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        switch (format, isJSON) {
        case (.openai, true): return try read(bytes) { bill, text throws(BillFault) in try bill.addOpenAI(text) }
        case (.openai, false): return try OpenAIRows.read(bytes)
        case (.anthropic, true):
            return try read(bytes) { bill, text throws(BillFault) in try bill.addAnthropic(text) }
        case (.anthropic, false): throw BillFault(line: 1, "expects JSON, as the Admin API answers it")
        case (.generic, true): return try read(bytes) { bill, text throws(BillFault) in try bill.addGeneric(text) }
        case (.generic, false): return try GenericRows.read(bytes)
        }
    }

    /// JSON texts one after the other: a page, several, a line for each, or arrays of them.
    private static func read(
        _ bytes: ArraySlice<UInt8>, _ add: (inout Bill, BillValue) throws(BillFault) -> Void
    ) throws(BillFault) -> Bill {
        var bill = Bill()
        var texts = JSONTexts(bytes)
        while let text = try texts.next() {
            if text.value.kind == .array {
                for element in text.elements { try add(&bill, element) }
            } else {
                try add(&bill, text)
            }
        }
        return bill
    }
}
