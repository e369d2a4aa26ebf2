import Domain
import Storage

extension PricedModel {
    var isBase: Bool { organization.isEmpty }
}

extension Transaction where Self: ~Copyable {
    /// What a list changes in one model's schedule.
    func plan(
        _ tables: CatalogTables, _ model: PricedModel, _ rows: [NewPrice], from source: PriceEntry.Source,
        _ change: Change
    ) throws -> (PriceSchedule, PricePlan) {
        let schedule = try priceSchedule(tables, model)
        let rows = try rows.map { row in
            var row = row
            row.terms = try resolved(row.terms, tables, model, source: source, at: change.at.milliseconds)
            return row
        }
        return (schedule, PricePlan(rows, for: schedule, isBase: model.isBase, from: source, change))
    }

    /// How much a model writes is a fact of the model: a price that does not say it keeps what is known. The server's
    /// own list says it or means that nobody knows.
    fileprivate func resolved(
        _ terms: PriceEntry.Terms, _ tables: CatalogTables, _ model: PricedModel, source: PriceEntry.Source,
        at time: Int64
    ) throws -> PriceEntry.Terms {
        if case .list = source { return terms }
        guard case .price(let price, maximumOutputTokens: nil) = terms else { return terms }
        let known = try self.price(
            tables, organization: model.organization, provider: model.provider, model: model.model, at: time)
        return .price(price, maximumOutputTokens: known?.maximumOutputTokens)
    }
}

extension WriteTransaction {
    /// Says something of a price by hand.
    func setPrice(_ tables: CatalogTables, _ price: NewPrice, _ change: Change) throws -> PriceRecord {
        let model = price.model
        let now = change.at.milliseconds
        if let from = price.effectiveFrom, from.milliseconds <= now {
            throw ControlFault.invalid(
                "effective_from lies in the past, where runs were charged already; leave it out for now",
                at: "/effective_from")
        }
        if !model.isBase, try !contains(tables.organizations, Key(model.organization)) {
            throw ControlFault.notFound("organization")
        }
        var schedule = try priceSchedule(tables, model)
        let from = price.effectiveFrom?.milliseconds ?? schedule.present(at: now, isBase: model.isBase)
        let terms = try resolved(price.terms, tables, model, source: .set, at: from)
        switch terms {
        case .price: break
        case .multiplier, .withdrawn:
            let base = try self.price(
                tables, organization: "", provider: model.provider, model: model.model, at: from)
            guard base != nil else {
                throw ControlFault.invalid("\(model.provider)/\(model.model) has no base price at that time")
            }
        }
        let entry = PriceEntry(
            version: 0, effectiveFrom: from, terms: terms, source: .set, setAt: now, setBy: change.actor)
        return try putPrice(tables, model, entry, into: &schedule)
    }

    /// Takes all that a list says of one model.
    func takePrices(
        _ tables: CatalogTables, _ model: PricedModel, _ rows: [NewPrice], from source: PriceEntry.Source,
        _ change: Change
    ) throws -> PriceReport {
        var (schedule, plan) = try plan(tables, model, rows, from: source, change)
        if !plan.dropped.isEmpty {
            schedule.removeAll { plan.dropped.contains($0.version) }
            try put(tables.prices, model.key, schedule.encoded)
        }
        for entry in plan.entries { _ = try putPrice(tables, model, entry, into: &schedule) }
        return plan.report
    }
}
