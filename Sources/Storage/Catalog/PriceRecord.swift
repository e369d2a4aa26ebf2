import Domain

/// What a provider's model costs and how much it can write, from when on.
package struct PriceRecord: Hashable, Sendable {
    package var price: Price
    /// Nil where nobody says: such a model needs a maximum in the version.
    package var maximumOutputTokens: Int64?
    /// The date of the price list it came from, as 20261121: the version of the price on the books.
    package var listDate: UInt32

    package init(price: Price, maximumOutputTokens: Int64?, listDate: UInt32) {
        self.price = price
        self.maximumOutputTokens = maximumOutputTokens
        self.listDate = listDate
    }

    private static let layout: UInt8 = 1
    /// Stands for nil: no price and no maximum is negative.
    private static let absent: Int64 = -1

    package var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout)
        record.put(listDate)
        record.put(maximumOutputTokens ?? Self.absent)
        Self.put(price.rates, to: &record)
        record.put(price.longPrompt?.above ?? Self.absent)
        if let longPrompt = price.longPrompt { Self.put(longPrompt.rates, to: &record) }
        return record.bytes
    }

    package init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        listDate = try record.integer(bytes)
        maximumOutputTokens = Self.optional(try record.integer(bytes))
        price = Price(try Self.rates(&record, bytes))
        if let above = Self.optional(try record.integer(bytes)) {
            price.longPrompt = Price.LongPrompt(above: above, rates: try Self.rates(&record, bytes))
        }
    }

    private static func put(_ rates: Price.Rates, to record: inout RecordWriter) {
        record.put(rates.input)
        record.put(rates.cacheRead ?? absent)
        record.put(rates.cacheWrite ?? absent)
        record.put(rates.output)
        record.put(rates.reasoning ?? absent)
    }

    private static func rates(_ record: inout RecordReader, _ bytes: RawSpan) throws(StorageError) -> Price.Rates {
        Price.Rates(
            input: try record.integer(bytes), cacheRead: optional(try record.integer(bytes)),
            cacheWrite: optional(try record.integer(bytes)), output: try record.integer(bytes),
            reasoning: optional(try record.integer(bytes)))
    }

    private static func optional(_ value: Int64) -> Int64? { value == absent ? nil : value }
}

extension Transaction where Self: ~Copyable {
    package func price(
        _ tables: CatalogTables, provider: String, model: String
    ) throws(StorageError) -> PriceRecord? {
        try withValue(tables.prices, Key(provider, model)) { bytes throws(StorageError) in try PriceRecord(bytes) }
    }
}
