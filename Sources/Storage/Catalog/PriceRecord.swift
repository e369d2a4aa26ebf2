import Domain

/// What is said of what a model costs, from a time on: an entry of its schedule, never changed once it is there.
package struct PriceEntry: Hashable, Sendable {
    /// What is said.
    package enum Terms: Hashable, Sendable {
        /// A price of its own; nil where nobody says how much the model writes: it needs a maximum in the version.
        case price(Price, maximumOutputTokens: Int64?)
        /// An organization's: the base price times so many millionths.
        case multiplier(partsPerMillion: Int64)
        /// An organization's: the base price again.
        case withdrawn
    }

    /// Who says so.
    package enum Source: Hashable, Sendable {
        /// The server's price list of this date, as 20261130.
        case list(date: UInt32)
        /// A file that somebody imported, of this format.
        case imported(format: String)
        /// Somebody, by hand.
        case set
    }

    /// A running number over all prices ever put, from 1 on, by which the books name it.
    package var version: UInt64
    /// Milliseconds since 1970; 0: ever since.
    package var effectiveFrom: Int64
    package var terms: Terms
    package var source: Source
    /// Milliseconds since 1970 at which it was put.
    package var setAt: Int64
    package var setBy: String

    package init(
        version: UInt64, effectiveFrom: Int64, terms: Terms, source: Source, setAt: Int64, setBy: String
    ) {
        self.version = version
        self.effectiveFrom = effectiveFrom
        self.terms = terms
        self.source = source
        self.setAt = setAt
        self.setBy = setBy
    }
}

/// Whose price of which model.
package struct PricedModel: Hashable, Sendable {
    /// Empty: everybody's, the base price.
    package var organization: String
    package var provider: String
    package var model: String

    package init(organization: String = "", provider: String, model: String) {
        self.organization = organization
        self.provider = provider
        self.model = model
    }

    package var key: Key { Key(organization, provider, model) }

    /// Nil where the bytes are no such key.
    package init?(key: [UInt8]) {
        let parts = key.split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[3].isEmpty else { return nil }
        organization = String(decoding: parts[0], as: UTF8.self)
        provider = String(decoding: parts[1], as: UTF8.self)
        model = String(decoding: parts[2], as: UTF8.self)
    }
}

/// A price ever put, under its version.
package struct PriceRecord: Hashable, Sendable {
    package var model: PricedModel
    package var entry: PriceEntry

    package init(model: PricedModel, entry: PriceEntry) {
        self.model = model
        self.entry = entry
    }

    private static let layout: UInt8 = 2

    package var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout)
        for text in [model.organization, model.provider, model.model] { record.put(text) }
        record.put(entry)
        return record.bytes
    }

    package init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        model = PricedModel(
            organization: try record.string(bytes), provider: try record.string(bytes),
            model: try record.string(bytes))
        entry = try record.priceEntry(bytes)
    }
}

/// All that is said of what one model costs, for one organization or for everybody.
package struct PriceSchedule: Hashable, Sendable {
    /// Newest first: descending by `effectiveFrom`, no two of the same.
    package private(set) var entries: [PriceEntry] = []

    package init() {}

    /// Adds an entry. One that says something from the same time on gives way.
    package mutating func insert(_ entry: PriceEntry) {
        entries.removeAll { $0.effectiveFrom == entry.effectiveFrom }
        let index = entries.firstIndex { $0.effectiveFrom < entry.effectiveFrom } ?? entries.endIndex
        entries.insert(entry, at: index)
    }

    package mutating func removeAll(where isGone: (PriceEntry) -> Bool) { entries.removeAll(where: isGone) }

    /// What is in force at a time.
    package func entry(at time: Int64) -> PriceEntry? { entries.first { $0.effectiveFrom <= time } }

    private static let layout: UInt8 = 2

    package var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout)
        for entry in entries {
            var body = RecordWriter(layout: Self.layout)
            body.put(entry)
            record.put(entry.effectiveFrom)
            // With its length, so that the one in force is found without reading those before it.
            record.put(body.bytes)
        }
        return record.bytes
    }

    package init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        while !record.isAtEnd(bytes) {
            let _: Int64 = try record.integer(bytes)
            let body = try record.array(bytes)
            var reader = try unsafe RecordReader(layout: Self.layout, body.span.bytes)
            entries.append(try unsafe reader.priceEntry(body.span.bytes))
        }
    }

    /// What is in force at a time, of a schedule's bytes.
    static func termsInForce(
        _ bytes: RawSpan, at time: Int64
    ) throws(StorageError) -> (version: UInt64, terms: PriceEntry.Terms)? {
        var record = try RecordReader(layout: Self.layout, bytes)
        while !record.isAtEnd(bytes) {
            let effectiveFrom: Int64 = try record.integer(bytes)
            let length: UInt32 = try record.integer(bytes)
            guard effectiveFrom <= time else {
                try record.skip(Int(length), of: bytes)
                continue
            }
            // The body's own layout number.
            try record.skip(1, of: bytes)
            let version: UInt64 = try record.integer(bytes)
            return (version, try record.priceTerms(bytes))
        }
        return nil
    }
}
