import Domain
import Storage

extension EmbeddedControlStore {
    package func loadPrices(_ prices: [ModelPrice], by change: Change) async throws(ControlFault) -> Int {
        let tables = tables
        let differing = try read { transaction in
            try prices.filter { try transaction.price(tables, provider: $0.provider, model: $0.model) != $0.record }
        }
        guard !differing.isEmpty else { return 0 }
        return try await write { transaction in
            for price in differing {
                try transaction.put(tables.prices, Key(price.provider, price.model), price.record.encoded)
            }
            let event = AuditEvent(
                "prices.load", "/api/v1/prices", organization: nil, ["models": String(differing.count)])
            try transaction.audit(tables, change, event)
            return differing.count
        }
    }

    package func prices(_ page: PageRequest) throws(ControlFault) -> Page<ModelPrice> {
        var from: Key?
        if let cursor = page.cursor {
            let parts = cursor.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw .invalid("the cursor is not one of this list") }
            from = Key(parts[0], parts[1]).following
        }
        return try read { transaction in
            let found = try transaction.entries(tables.prices, prefix: Key(), from: from, limit: page.limit + 1)
            let prices = try found.map { entry in
                let parts = entry.key.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
                guard parts.count == 2 else { throw StorageError(.corrupt, "read price: key") }
                return ModelPrice(
                    provider: parts[0], model: parts[1], record: try PriceRecord(entry.value.span.bytes))
            }
            return Page(prices, limit: page.limit) { "\($0.provider)/\($0.model)" }
        }
    }
}
