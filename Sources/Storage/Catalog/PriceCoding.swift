import Domain

extension RecordWriter {
    /// First what a run needs.
    mutating func put(_ entry: PriceEntry) {
        put(entry.version)
        switch entry.terms {
        case .price(let price, let maximumOutputTokens):
            put(1 as UInt8)
            put(maximumOutputTokens ?? -1)
            put(price.request)
            put(price.rates)
            put(UInt16(price.tiers.count))
            for tier in price.tiers {
                put(tier.above)
                put(tier.rates)
            }
        case .multiplier(let partsPerMillion):
            put(2 as UInt8)
            put(partsPerMillion)
        case .withdrawn: put(3 as UInt8)
        }
        put(entry.effectiveFrom)
        put(entry.setAt)
        put(entry.setBy)
        switch entry.source {
        case .list(let date):
            put(1 as UInt8)
            put(date)
        case .imported(let format):
            put(2 as UInt8)
            put(format)
        case .set: put(3 as UInt8)
        }
    }

    /// Which are stated, and then those.
    private mutating func put(_ rates: Price.Rates) {
        var stated: UInt16 = 0
        for counter in Usage.Counter.allCases where rates[counter] != nil { stated |= 1 << UInt16(counter.rawValue) }
        put(stated)
        for counter in Usage.Counter.allCases { if let rate = rates[counter] { put(rate) } }
    }
}

extension RecordReader {
    mutating func priceEntry(_ bytes: RawSpan) throws(StorageError) -> PriceEntry {
        let version: UInt64 = try integer(bytes)
        let terms = try priceTerms(bytes)
        let effectiveFrom: Int64 = try integer(bytes)
        let setAt: Int64 = try integer(bytes)
        let setBy = try string(bytes)
        let source: PriceEntry.Source
        switch try integer(bytes, as: UInt8.self) {
        case 1: source = .list(date: try integer(bytes))
        case 2: source = .imported(format: try string(bytes))
        case 3: source = .set
        case _: throw StorageError(.corrupt, "read price: source")
        }
        return PriceEntry(
            version: version, effectiveFrom: effectiveFrom, terms: terms, source: source, setAt: setAt, setBy: setBy)
    }

    mutating func priceTerms(_ bytes: RawSpan) throws(StorageError) -> PriceEntry.Terms {
        switch try integer(bytes, as: UInt8.self) {
        case 1:
            let maximum: Int64 = try integer(bytes)
            let request: Int64 = try integer(bytes)
            let rates = try rates(bytes)
            let count: UInt16 = try integer(bytes)
            var tiers: [Price.Tier] = []
            for _ in 0..<count { tiers.append(Price.Tier(above: try integer(bytes), rates: try self.rates(bytes))) }
            return .price(
                Price(rates, tiers: tiers, request: request), maximumOutputTokens: maximum < 0 ? nil : maximum)
        case 2: return .multiplier(partsPerMillion: try integer(bytes))
        case 3: return .withdrawn
        case _: throw StorageError(.corrupt, "read price: terms")
        }
    }

    private mutating func rates(_ bytes: RawSpan) throws(StorageError) -> Price.Rates {
        let stated: UInt16 = try integer(bytes)
        var rates = Price.Rates(input: 0, output: 0)
        for counter in Usage.Counter.allCases where stated & 1 << UInt16(counter.rawValue) != 0 {
            rates[counter] = try integer(bytes)
        }
        return rates
    }
}
