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
        record.put(price.input)
        record.put(price.cacheRead ?? Self.absent)
        record.put(price.cacheWrite ?? Self.absent)
        record.put(price.output)
        record.put(price.reasoning ?? Self.absent)
        record.put(maximumOutputTokens ?? Self.absent)
        return record.bytes
    }

    package init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        func optional(_ value: Int64) -> Int64? { value == Self.absent ? nil : value }
        listDate = try record.integer(bytes)
        price = Price(
            input: try record.integer(bytes), cacheRead: optional(try record.integer(bytes)),
            cacheWrite: optional(try record.integer(bytes)), output: try record.integer(bytes),
            reasoning: optional(try record.integer(bytes)))
        maximumOutputTokens = optional(try record.integer(bytes))
    }
}

extension Transaction where Self: ~Copyable {
    package func price(
        _ tables: CatalogTables, provider: String, model: String
    ) throws(StorageError) -> PriceRecord? {
        try withValue(tables.prices, Key(provider, model)) { bytes throws(StorageError) in try PriceRecord(bytes) }
    }
}
