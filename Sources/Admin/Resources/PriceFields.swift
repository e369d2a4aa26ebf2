import Domain
import JSON
import Storage

extension Usage.Counter {
    /// As prices call it.
    package var priceName: String {
        switch self {
        case .uncachedInput: "input"
        case .cacheRead, .cacheWrite, .cacheWriteHour, .audioInput, .output, .reasoning, .audioOutput, .images,
            .toolCalls:
            name
        }
    }
}

extension NewPrice {
    /// The fields of a price, as the admin API and price lists have them.
    package static let fields = Set(
        [
            "organization", "provider", "model", "free", "multiplier_ppm", "withdrawn", "request", "tiers",
            "max_output_tokens", "effective_from",
        ] + Usage.Counter.allCases.map(\.priceName))

    /// Most tiers a price has.
    private static let maximumTiers = 20

    /// Reads a price. The fields are those of `fields`; others are the caller's to refuse.
    package init(_ fields: Fields) throws(ControlFault) {
        let model = try fields.string("model", maximumBytes: 200)
        // Names go into keys and cursors.
        guard AdminCall.isPlain(model) else {
            throw .invalid("model must be printable ASCII without a blank", at: "/model")
        }
        let priced = PricedModel(
            organization: try fields.optionalSlug("organization") ?? "", provider: try fields.slug("provider"),
            model: model)
        self.init(
            priced, try Self.terms(fields, isBase: priced.isBase),
            effectiveFrom: try fields.optionalTime("effective_from"))
    }

    private static func terms(_ fields: Fields, isBase: Bool) throws(ControlFault) -> PriceEntry.Terms {
        let multiplier = try fields.optionalInteger("multiplier_ppm", minimum: 1, as: Int64.self)
        let isWithdrawn = try fields.bool("withdrawn")
        let isFree = try fields.bool("free")
        let rateNames = Usage.Counter.allCases.map(\.priceName) + ["request", "tiers"]
        let hasRates = rateNames.contains { fields[$0] != nil }
        guard [multiplier != nil, isWithdrawn, isFree, hasRates].count(where: \.self) == 1 else {
            throw .invalid(
                "give rates (input and output at least), or free, or multiplier_ppm, or withdrawn", at: "/input")
        }
        if let multiplier {
            guard !isBase else { throw .invalid("a multiplier is an organization's", at: "/multiplier_ppm") }
            guard multiplier <= Price.largestMultiplier else {
                throw .invalid("multiplier_ppm is at most \(Price.largestMultiplier)", at: "/multiplier_ppm")
            }
            return .multiplier(partsPerMillion: multiplier)
        }
        if isWithdrawn {
            guard !isBase else { throw .invalid("only an organization's own price can be withdrawn", at: "/withdrawn") }
            return .withdrawn
        }
        let maximum = try fields.optionalInteger("max_output_tokens", minimum: 1, as: Int64.self)
        if isFree { return .price(.free, maximumOutputTokens: maximum) }
        let price = Price(
            try rates(fields, at: ""), tiers: try tiers(fields), request: try rate(fields, "request", at: "") ?? 0)
        guard !price.costsNothing else { throw .invalid("a price of zero must say so: free", at: "/free") }
        return .price(price, maximumOutputTokens: maximum)
    }

    private static func rates(_ fields: Fields, at place: String) throws(ControlFault) -> Price.Rates {
        guard let input = try rate(fields, "input", at: place) else {
            throw .invalid("input is missing", at: place + "/input")
        }
        guard let output = try rate(fields, "output", at: place) else {
            throw .invalid("output is missing", at: place + "/output")
        }
        var rates = Price.Rates(input: input, output: output)
        for counter in Usage.Counter.allCases { rates[counter] = try rate(fields, counter.priceName, at: place) }
        return rates
    }

    private static func rate(_ fields: Fields, _ name: String, at place: String) throws(ControlFault) -> Int64? {
        guard let value = fields[name] else { return nil }
        guard let rate = value.int, (0...Price.largestRate).contains(rate) else {
            throw .invalid(
                "\(name) must be a whole number of nano-credits per million units, at most \(Price.largestRate)",
                at: "\(place)/\(name)")
        }
        return rate
    }

    private static func tiers(_ fields: Fields) throws(ControlFault) -> [Price.Tier] {
        guard let value = fields["tiers"] else { return [] }
        guard value.kind == .array else { throw .invalid("tiers must be an array", at: "/tiers") }
        let elements = value.elements()
        guard elements.count <= maximumTiers else {
            throw .invalid("a price has at most \(maximumTiers) tiers", at: "/tiers")
        }
        var tiers: [Price.Tier] = []
        for (index, element) in elements.enumerated() {
            let place = "/tiers/\(index)"
            let tier: Fields
            do throws(ControlFault) {
                tier = try Fields(element)
                try tier.allow(Set(Usage.Counter.allCases.map(\.priceName)).union(["above"]))
            } catch { throw .invalid(error.detail, at: place) }
            guard let above = tier["above"]?.int, above > tiers.last?.above ?? -1 else {
                throw .invalid("above must be a number of tokens, more than in the tier before", at: place + "/above")
            }
            tiers.append(Price.Tier(above: above, rates: try rates(tier, at: place)))
        }
        return tiers
    }
}

extension Price {
    /// Whether text goes in and out for nothing: said by mistake more often than meant.
    fileprivate var costsNothing: Bool {
        request == 0
            && ([rates] + tiers.map(\.rates)).allSatisfy { rates in
                Usage.Counter.allCases.allSatisfy { (rates[$0] ?? 0) == 0 }
            }
    }
}

extension JSONWriter {
    /// As `NewPrice.init(_:)` reads it.
    package mutating func newPrice(_ price: NewPrice) {
        object { object in
            if !price.model.organization.isEmpty { object.member("organization", price.model.organization) }
            object.member("provider", price.model.provider)
            object.member("model", price.model.model)
            if let from = price.effectiveFrom { object.member("effective_from", from) }
            switch price.terms {
            case .price(let rates, let maximum):
                if rates.isFree { object.member("free", true) } else { object.rates(of: rates) }
                if let maximum { object.member("max_output_tokens", maximum) }
            case .multiplier(let partsPerMillion): object.member("multiplier_ppm", partsPerMillion)
            case .withdrawn: object.member("withdrawn", true)
            }
        }
    }

    private mutating func rates(of price: Price) {
        rates(price.rates)
        member("request", price.request)
        guard !price.tiers.isEmpty else { return }
        key("tiers")
        array(price.tiers) { array, tier in
            array.object { object in
                object.member("above", tier.above)
                object.rates(tier.rates)
            }
        }
    }

    package mutating func price(_ shown: ShownPrice) {
        let entry = shown.record.entry
        member("version", entry.version)
        member("state", shown.state.rawValue)
        member("organization", orNull: shown.record.model.organization)
        member("provider", shown.record.model.provider)
        member("model", shown.record.model.model)
        member("effective_from", entry.effectiveFrom == 0 ? nil : Timestamp(milliseconds: entry.effectiveFrom))
        switch entry.terms {
        case .price: break
        case .multiplier(let partsPerMillion): member("multiplier_ppm", partsPerMillion)
        case .withdrawn: member("withdrawn", true)
        }
        if let price = shown.price {
            member("free", price.isFree)
            rates(of: price)
            member("max_output_tokens", shown.maximumOutputTokens)
        }
        member("source", entry.source.text)
        member("set_at", Timestamp(milliseconds: entry.setAt))
        member("set_by", entry.setBy)
    }

    private mutating func rates(_ rates: Price.Rates) {
        for counter in Usage.Counter.allCases { member(counter.priceName, rates[counter]) }
    }
}

extension PriceEntry.Source {
    /// `list 2026-11-30`, `import genai-prices` or `set`.
    package var text: String {
        switch self {
        case .list(let date):
            // Eight digits, 20261130: a date as it stands.
            let digits = String(date)
            return "list \(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.dropFirst(6))"
        case .imported(let format): return "import \(format)"
        case .set: return "set"
        }
    }
}
