import Domain
import JSON

/// OpenAI's usage API (`/v1/organization/usage/completions` and its neighbours that count tokens) and costs API
/// (`/v1/organization/costs`): pages of buckets of results.
///
/// `input_tokens` has the cached ones in it. A line item of the costs is a model's name and, after a comma, what of it.
/// Source: the API reference, Administration, Usage (https://platform.openai.com/docs/api-reference/usage).
extension Bill {
    /// - Parameter value: a page, or a bucket of one.
    mutating func addOpenAI(_ value: BillValue) throws(BillFault) {
        try value.expectObject()
        guard value["data"] != nil else { return try addOpenAIBucket(value) }
        isCut = value["has_more"]?.value.bool ?? false
        for bucket in try value.list("data") { try addOpenAIBucket(bucket) }
    }

    private mutating func addOpenAIBucket(_ bucket: BillValue) throws(BillFault) {
        try bucket.expectObject()
        let results = try bucket.list("results")
        let start = try bucket.required("start_time").unixTime()
        let day = try bucket.day(from: start, to: try bucket["end_time"]?.unixTime())
        cover(day)
        for result in results {
            try result.expectObject()
            let key = try result.text("api_key_id")
            if let amount = result["amount"] {
                try amount.expectObject()
                try amount.expectDollars("currency")
                let value = try amount.required("value")
                guard let cost = NanoCredits(dollars: try value.decimal()) else { throw value.fault("is too large") }
                let place = Place(day: day, model: try result.text("line_item").map(OpenAIBill.model), key: key)
                add(place, Figures([.cost: cost.rawValue]))
            } else {
                let counts = OpenAIBill.Counts(
                    input: try result.count("input_tokens"), cached: try result.count("input_cached_tokens"),
                    output: try result.count("output_tokens"), requests: try result.count("num_model_requests"))
                guard let figures = counts.figures else {
                    throw result.fault("expects amount, or input_tokens and what goes with it")
                }
                add(Place(day: day, model: try result.text("model"), key: key), figures)
            }
        }
    }
}

extension BillValue {
    /// Of seconds since 1970.
    fileprivate func unixTime() throws(BillFault) -> Timestamp {
        guard let seconds = try decimal().wholeNumber, let time = OpenAIBill.time(seconds: seconds) else {
            throw fault("expects seconds since 1970")
        }
        return time
    }
}

enum OpenAIBill {
    struct Counts {
        var input: Int64?
        var cached: Int64?
        var output: Int64?
        var requests: Int64?

        /// Nil where nothing is counted.
        var figures: Figures? {
            var figures = Figures()
            figures[.input] = input
            figures[.cacheRead] = cached
            figures[.output] = output
            figures[.requests] = requests
            return figures.measures.isEmpty ? nil : figures
        }
    }

    /// `gpt-4o-2024-08-06, cached input` is of `gpt-4o-2024-08-06`.
    static func model(lineItem: String) -> String {
        lineItem.split(separator: ", ", maxSplits: 1).first.map(String.init) ?? lineItem
    }

    static func time(seconds: Int64) -> Timestamp? {
        // Years 1970 to 9999.
        (0..<253_402_300_800).contains(seconds) ? Timestamp(milliseconds: seconds * 1000) : nil
    }
}

/// The same figures as the usage dashboard exports them: columns named as the API's members, `amount` in two of them.
enum OpenAIRows {
    static func read(_ bytes: ArraySlice<UInt8>) throws(BillFault) -> Bill {
        var rows = try CSVRows(bytes)
        guard rows.names.contains("start_time"),
            !rows.names.isDisjoint(with: ["amount_value", "input_tokens", "num_model_requests"])
        else {
            throw BillFault(
                line: 1, "expects the columns start_time, and amount_value and amount_currency or input_tokens")
        }
        var bill = Bill()
        while let row = try rows.next() { try add(row, to: &bill) }
        return bill
    }

    private static func add(_ row: CSVRows.Row, to bill: inout Bill) throws(BillFault) {
        guard let seconds = try row.decimal("start_time")?.wholeNumber, let time = OpenAIBill.time(seconds: seconds)
        else { throw row.fault("start_time: expects seconds since 1970") }
        let day = Day(of: time)
        if let end = try row.decimal("end_time") {
            guard let seconds = end.wholeNumber, let last = OpenAIBill.time(seconds: max(0, seconds - 1)),
                seconds <= time.milliseconds / 1000 || Day(of: last) == day
            else { throw row.fault("end_time: expects a time within one day of UTC") }
        }
        bill.cover(day)
        let key = try row.text("api_key_id")
        if let amount = try row.decimal("amount_value") {
            guard row["amount_currency"]?.lowercased() == "usd" else {
                throw row.fault("amount_currency: expects usd")
            }
            guard let cost = NanoCredits(dollars: amount) else { throw row.fault("amount_value: is too large") }
            let model = try row.text("line_item").map(OpenAIBill.model)
            bill.add(Bill.Place(day: day, model: model, key: key), Figures([.cost: cost.rawValue]))
        }
        let counts = OpenAIBill.Counts(
            input: try row.count("input_tokens"), cached: try row.count("input_cached_tokens"),
            output: try row.count("output_tokens"), requests: try row.count("num_model_requests"))
        // A day on which nothing happened has a row with its times alone.
        if let figures = counts.figures {
            bill.add(Bill.Place(day: day, model: try row.text("model"), key: key), figures)
        }
    }
}
