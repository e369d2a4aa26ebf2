import Domain
import JSON
import Storage

extension EmbeddedControlStore {
    package func loadPrices(
        _ prices: [NewPrice], date: UInt32, by change: Change
    ) async throws(ControlFault) -> PriceReport {
        // Read first: at most starts the list says nothing new, and a store without room takes no change.
        let tables = tables
        let isNew = try read { transaction in
            for (model, rows) in prices.byModel {
                let (_, plan) = try transaction.plan(tables, model, rows, from: .list(date: date), change)
                if !plan.isEmpty { return true }
            }
            return false
        }
        guard isNew else {
            var report = PriceReport()
            report.unchanged = prices.byModel.count
            return report
        }
        return try await take(prices, from: .list(date: date), action: "prices.load", change)
    }

    package func importPrices(
        _ prices: [NewPrice], format: String, by change: Change
    ) async throws(ControlFault) -> PriceReport {
        try await take(prices, from: .imported(format: format), action: "prices.import", change)
    }

    private func take(
        _ prices: [NewPrice], from source: PriceEntry.Source, action: String, _ change: Change
    ) async throws(ControlFault) -> PriceReport {
        let tables = tables
        return try await amend(change, keeping: { $0 }, repeated: { _, report in report }) { transaction in
            var report = PriceReport()
            for (model, rows) in prices.byModel {
                report += try transaction.takePrices(tables, model, rows, from: source, change)
            }
            if report.written > 0 {
                let event = AuditEvent(
                    action, "/api/v1/prices", organization: nil,
                    [
                        "source": source.text, "added": String(report.added), "changed": String(report.changed),
                        "scheduled": String(report.scheduled), "cancelled": String(report.cancelled),
                    ])
                try transaction.audit(tables, change, event)
            }
            return report
        }
    }

    package func setPrice(_ price: NewPrice, by change: Change) async throws(ControlFault) -> ShownPrice {
        let tables = tables
        let record = try await amend(
            change, keeping: { KeptVersion(version: $0.entry.version) },
            repeated: { transaction, kept in try transaction.requirePrice(tables, kept.version) }
        ) { transaction in
            let record = try transaction.setPrice(tables, price, change)
            let organization = record.model.organization.isEmpty ? nil : record.model.organization
            let event = AuditEvent(
                "price.set", "/api/v1/prices/\(record.entry.version)", organization: organization,
                ["provider": record.model.provider, "model": record.model.model])
            try transaction.audit(tables, change, event)
            return record
        }
        return try read { try $0.shown(tables, record, at: change.at.milliseconds) }
    }

    package func price(version: UInt64, at time: Timestamp) throws(ControlFault) -> ShownPrice {
        try read { try $0.shown(tables, try $0.requirePrice(tables, version), at: time.milliseconds) }
    }

    package func prices(
        _ query: PriceQuery, _ page: PageRequest, at time: Timestamp
    ) throws(ControlFault) -> Page<ShownPrice> {
        let from = try page.cursor.map { cursor throws(ControlFault) in try PricedModel(cursor: cursor).key.following }
        return try read { transaction in
            var found: [(model: PricedModel, schedule: PriceSchedule)] = []
            for prefix in query.prefixes {
                let start = from.flatMap { prefix.bytes.lexicographicallyPrecedes($0.bytes) ? $0 : nil }
                let entries = try transaction.entries(
                    tables.prices, prefix: prefix, from: start, limit: page.limit + 1 - found.count)
                for entry in entries {
                    guard let model = PricedModel(key: entry.key) else {
                        throw StorageError(.corrupt, "read price: key")
                    }
                    found.append((model, try PriceSchedule(entry.value.span.bytes)))
                }
            }
            let models = Page(found, limit: page.limit) { $0.model.cursor }
            return Page(
                items: try models.items.flatMap { model, schedule in
                    try schedule.shown(query.all, at: time.milliseconds).map { entry in
                        try transaction.shown(
                            tables, PriceRecord(model: model, entry: entry), in: schedule, at: time.milliseconds)
                    }
                }, nextCursor: models.nextCursor)
        }
    }
}

extension PriceReport: JSONRecord {
    package init(_ fields: Fields) throws(ControlFault) {
        added = try fields.integer("added")
        changed = try fields.integer("changed")
        scheduled = try fields.integer("scheduled")
        unchanged = try fields.integer("unchanged")
        cancelled = try fields.integer("cancelled")
    }

    package func write(to object: inout JSONWriter) {
        object.member("added", added)
        object.member("changed", changed)
        object.member("scheduled", scheduled)
        object.member("unchanged", unchanged)
        object.member("cancelled", cancelled)
    }
}

/// What of a price that was set is kept under an idempotency key.
private struct KeptVersion: JSONRecord {
    var version: UInt64

    init(version: UInt64) { self.version = version }
    init(_ fields: Fields) throws(ControlFault) { version = try fields.integer("version") }
    func write(to object: inout JSONWriter) { object.member("version", version) }
}

extension [NewPrice] {
    /// In the order in which the models come.
    fileprivate var byModel: [(PricedModel, [NewPrice])] {
        var rows: [PricedModel: [NewPrice]] = [:]
        var order: [PricedModel] = []
        for row in self {
            if rows[row.model] == nil { order.append(row.model) }
            rows[row.model, default: []].append(row)
        }
        return order.map { ($0, rows[$0] ?? []) }
    }
}

extension PriceQuery {
    /// Of the keys asked for, in their order.
    fileprivate var prefixes: [Key] {
        if let organization { return [Key(organization)] }
        if let caller { return [Key(""), Key(caller)] }
        return [Key()]
    }
}

extension PricedModel {
    fileprivate var cursor: String { "\(organization)/\(provider)/\(model)" }

    fileprivate init(cursor: String) throws(ControlFault) {
        let parts = cursor.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3 else { throw .invalid("the cursor is not one of this list") }
        self.init(organization: parts[0], provider: parts[1], model: parts[2])
    }
}

extension PriceSchedule {
    /// The one in force, or where none is the next; or all.
    fileprivate func shown(_ all: Bool, at time: Int64) -> [PriceEntry] {
        if all { return entries }
        return (entry(at: time) ?? entries.last).map { [$0] } ?? []
    }
}

extension Transaction where Self: ~Copyable {
    func requirePrice(_ tables: CatalogTables, _ version: UInt64) throws -> PriceRecord {
        guard let record = try price(tables, version: version) else { throw ControlFault.notFound("price") }
        return record
    }

    func shown(_ tables: CatalogTables, _ record: PriceRecord, at time: Int64) throws -> ShownPrice {
        try shown(tables, record, in: try priceSchedule(tables, record.model), at: time)
    }

    fileprivate func shown(
        _ tables: CatalogTables, _ record: PriceRecord, in schedule: PriceSchedule, at time: Int64
    ) throws -> ShownPrice {
        let entry = record.entry
        let state: ShownPrice.State =
            if !schedule.entries.contains(where: { $0.version == entry.version }) {
                .replaced
            } else if entry.effectiveFrom > time {
                .scheduled
            } else if schedule.entry(at: time)?.version == entry.version {
                .inForce
            } else {
                .past
            }
        var shown = ShownPrice(record: record, state: state)
        switch entry.terms {
        case .price(let price, let maximum):
            shown.price = price
            shown.maximumOutputTokens = maximum
        case .multiplier(let partsPerMillion):
            let base = try price(
                tables, organization: "", provider: record.model.provider, model: record.model.model,
                at: max(time, entry.effectiveFrom))
            shown.price = base?.price.multiplied(partsPerMillion: partsPerMillion)
            shown.maximumOutputTokens = base?.maximumOutputTokens
        case .withdrawn: break
        }
        return shown
    }
}
