import Domain
import JSON

/// Anthropic's Admin API: the usage report (`/v1/organizations/usage_report/messages`) and the cost report
/// (`…/cost_report`), pages of buckets of results; and what follows on them, the analytics API (`…/analytics/usage`,
/// `…/analytics/cost`), pages of rows that each have their times, their `group` and their `usage` or `cost`.
///
/// Its counters of input are disjoint. Amounts are decimal strings of cents.
/// Source: https://platform.claude.com/docs/en/api/admin (Usage report, Cost report) and
/// https://platform.claude.com/docs/en/manage-claude/usage-cost-analytics-api.
extension Bill {
    /// - Parameter value: a page, or an element of one.
    mutating func addAnthropic(_ value: BillValue) throws(BillFault) {
        try value.expectObject()
        guard value["data"] != nil else { return try addAnthropicBucket(value) }
        isCut = value["has_more"]?.value.bool ?? false
        for bucket in try value.list("data") { try addAnthropicBucket(bucket) }
    }

    private mutating func addAnthropicBucket(_ bucket: BillValue) throws(BillFault) {
        try bucket.expectObject()
        let start = try bucket.required("starting_at").time()
        let day = try bucket.day(from: start, to: try bucket["ending_at"]?.time())
        cover(day)
        if let group = bucket["group"] {
            try group.expectObject()
            let place = Place(day: day, model: try group.text("model"), key: try group.text("api_key_id"))
            if let usage = bucket["usage"] { return add(place, try AnthropicBill.usage(usage)) }
            return add(place, try AnthropicBill.cost(try bucket.required("cost")))
        }
        for result in try bucket.list("results") {
            try result.expectObject()
            let place = Place(day: day, model: try result.text("model"), key: try result.text("api_key_id"))
            add(
                place,
                result["amount"] == nil ? try AnthropicBill.usage(result) : try AnthropicBill.cost(result))
        }
    }
}

extension BillValue {
    fileprivate func time() throws(BillFault) -> Timestamp {
        guard let time = value.string.flatMap({ Timestamp($0) }) else { throw fault("expects a time after RFC 3339") }
        return time
    }
}

private enum AnthropicBill {
    static func usage(_ counts: BillValue) throws(BillFault) -> Figures {
        try counts.expectObject()
        let uncached = try counts.count("uncached_input_tokens")
        let cacheRead = try counts.count("cache_read_input_tokens")
        let output = try counts.count("output_tokens")
        guard let uncached, let output else {
            throw counts.fault("expects amount, or uncached_input_tokens, output_tokens and what goes with them")
        }
        let written = counts["cache_creation"]
        try written?.expectObject()
        let fiveMinutes = try written?.count("ephemeral_5m_input_tokens") ?? 0
        let hour = try written?.count("ephemeral_1h_input_tokens") ?? 0
        let cacheWrite = fiveMinutes + hour
        var figures = Figures([
            .input: uncached + (cacheRead ?? 0) + cacheWrite, .cacheRead: cacheRead ?? 0, .cacheWrite: cacheWrite,
            .output: output,
        ])
        let tools = counts["server_tool_use"]
        try tools?.expectObject()
        figures[.toolCalls] = try tools?.count("web_search_requests")
        figures[.requests] = try counts.count("requests")
        return figures
    }

    static func cost(_ amounts: BillValue) throws(BillFault) -> Figures {
        try amounts.expectObject()
        try amounts.expectDollars("currency")
        let amount = try amounts.required("amount")
        guard let cost = NanoCredits(cents: try amount.decimal()) else { throw amount.fault("is too large") }
        // The requests that it may count are those that the usage counts.
        return Figures([.cost: cost.rawValue])
    }
}
