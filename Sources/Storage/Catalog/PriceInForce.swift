import Domain

/// What a model costs an organization at a time.
package struct PriceInForce: Hashable, Sendable {
    package var price: Price
    /// At the base price, whatever the organization pays: what the provider's bill is held against. Nil where there is
    /// none.
    package var listPrice: Price?
    /// Of the price: the organization's own, else the base price.
    package var version: UInt64
    /// Of the organization's multiplier, which is in `price` already; 0: none.
    package var multiplierVersion: UInt64
    /// Nil where nobody says.
    package var maximumOutputTokens: Int64?

    package init(
        price: Price, listPrice: Price?, version: UInt64, multiplierVersion: UInt64 = 0, maximumOutputTokens: Int64?
    ) {
        self.price = price
        self.listPrice = listPrice
        self.version = version
        self.multiplierVersion = multiplierVersion
        self.maximumOutputTokens = maximumOutputTokens
    }
}

extension Transaction where Self: ~Copyable {
    /// What a model costs an organization at a time; nil where nobody says, which is not zero. Two gets; nothing but
    /// what is in force is decoded.
    ///
    /// - Parameters:
    ///   - organization: empty: what it costs those who have no price of their own.
    ///   - time: milliseconds since 1970.
    package func price(
        _ tables: CatalogTables, organization: String, provider: String, model: String, at time: Int64
    ) throws(StorageError) -> PriceInForce? {
        if !organization.isEmpty,
            let (version, terms) = try terms(tables, organization, provider: provider, model: model, at: time)
        {
            switch terms {
            case .price(let price, let maximum):
                let base = try basePrice(tables, provider: provider, model: model, at: time)
                return PriceInForce(
                    price: price, listPrice: base?.price, version: version, maximumOutputTokens: maximum)
            case .multiplier(let partsPerMillion):
                guard var base = try basePrice(tables, provider: provider, model: model, at: time) else { return nil }
                base.price = base.price.multiplied(partsPerMillion: partsPerMillion)
                base.multiplierVersion = version
                return base
            case .withdrawn: break
            }
        }
        return try basePrice(tables, provider: provider, model: model, at: time)
    }

    private func basePrice(
        _ tables: CatalogTables, provider: String, model: String, at time: Int64
    ) throws(StorageError) -> PriceInForce? {
        guard let (version, terms) = try terms(tables, "", provider: provider, model: model, at: time) else {
            return nil
        }
        switch terms {
        case .price(let price, let maximum):
            return PriceInForce(price: price, listPrice: price, version: version, maximumOutputTokens: maximum)
        case .multiplier, .withdrawn: throw StorageError(.corrupt, "read price: a base price must be one")
        }
    }

    private func terms(
        _ tables: CatalogTables, _ organization: String, provider: String, model: String, at time: Int64
    ) throws(StorageError) -> (version: UInt64, terms: PriceEntry.Terms)? {
        typealias Parts = Key.PartsWriter
        let count = Parts.size(organization) + Parts.size(provider) + Parts.size(model)
        let found: (version: UInt64, terms: PriceEntry.Terms)?? = try unsafe Key.withParts(count: count) { key in
            key.append(organization)
            key.append(provider)
            key.append(model)
        } _: { key throws(StorageError) in
            try unsafe withValue(tables.prices, key) { bytes throws(StorageError) in
                try PriceSchedule.termsInForce(bytes, at: time)
            }
        }
        return found ?? nil
    }

    /// All that is said of a model's price; empty where nothing is.
    package func priceSchedule(
        _ tables: CatalogTables, _ model: PricedModel
    ) throws(StorageError) -> PriceSchedule {
        try withValue(tables.prices, model.key) { bytes throws(StorageError) in try PriceSchedule(bytes) }
            ?? PriceSchedule()
    }

    /// A price ever put.
    package func price(_ tables: CatalogTables, version: UInt64) throws(StorageError) -> PriceRecord? {
        try withValue(tables.priceVersions, Key(version)) { bytes throws(StorageError) in try PriceRecord(bytes) }
    }
}

extension WriteTransaction {
    /// Puts a price under the next version, and into its model's schedule.
    /// - Parameter entry: its version is set here.
    /// - Returns: it, with its version.
    package func putPrice(
        _ tables: CatalogTables, _ model: PricedModel, _ entry: PriceEntry, into schedule: inout PriceSchedule
    ) throws(StorageError) -> PriceRecord {
        var last: UInt64 = 0
        try scan(tables.priceVersions, prefix: Key(), backwards: true) { _, value throws(StorageError) in
            last = try PriceRecord(value).entry.version
            return false
        }
        var record = PriceRecord(model: model, entry: entry)
        record.entry.version = last + 1
        schedule.insert(record.entry)
        try append(tables.priceVersions, Key(last + 1), record.encoded)
        try put(tables.prices, model.key, schedule.encoded)
        return record
    }
}
