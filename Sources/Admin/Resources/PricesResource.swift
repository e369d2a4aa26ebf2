import Domain
import JSON
import Storage

enum PricesResource {
    /// Rows a request: other changes wait while they are written.
    static let maximumRows = 2_000

    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        var query = PriceQuery(caller: call.caller.organization)
        if let organization = call.query["organization"], !organization.isEmpty {
            guard Slug.isValid(organization), call.caller.sees(organization) else { throw .notFound("organization") }
            query.organization = organization
        }
        switch call.query["all"] ?? "false" {
        case "true": query.all = true
        case "false": break
        case _: throw .invalid("all must be true or false")
        }
        return Reply(try await call.store.prices(query, try call.page(), at: call.now)) { $0.price($1) }
    }

    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        guard let version = call.parameters.get("version").flatMap({ UInt64($0) }) else { throw .notFound("price") }
        let price = try await call.store.price(version: version, at: call.now)
        let organization = price.record.model.organization
        guard organization.isEmpty || call.caller.sees(organization) else { throw .notFound("price") }
        return Reply { $0.price(price) }
    }

    static func set(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let price = try NewPrice(try call.fields(NewPrice.fields))
        let shown = try await call.store.setPrice(price, by: try call.change())
        return Reply(201) { $0.price(shown) }
    }

    /// Many at once, all or none; a row at fault is named by its pointer.
    static func take(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["format", "prices"])
        let format = try fields.string("format", maximumBytes: 50)
        guard let rows = fields["prices"], rows.kind == .array else {
            throw .invalid("prices must be an array", at: "/prices")
        }
        let elements = rows.elements()
        guard elements.count <= maximumRows else {
            throw ControlFault(.requestTooLarge, "a body has at most \(maximumRows) prices")
        }
        var prices: [NewPrice] = []
        for (index, element) in elements.enumerated() {
            do throws(ControlFault) {
                let row = try Fields(element)
                try row.allow(NewPrice.fields)
                let price = try NewPrice(row)
                guard price.model.isBase else {
                    throw .invalid(
                        "an import says base prices; set an organization's own one by one", at: "/organization")
                }
                prices.append(price)
            } catch { throw .invalid(error.detail, at: "/prices/\(index)" + (error.pointer ?? "")) }
        }
        return Reply(try await call.store.importPrices(prices, format: format, by: try call.change()))
    }
}
