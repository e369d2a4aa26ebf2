import Admin
import Domain
import JSON

/// Reads the list that genai-prices publishes (its `data.json`):
///
///     [{"id":"openai","models":[{"id":"gpt-4.1","prices":{"input_mtok":2,"output_mtok":8,
///       "cache_read_mtok":0.5}}]}]
///
/// A price is a number, or `{"base":…,"tiers":[{"start":200000,"price":…}]}`; `prices` may be a list of
/// `{"constraint":{"start_date":"2026-12-01"},"prices":{…}}`, of which the last that is met holds.
enum GenaiPriceFile {
    private static let tokens: [(Usage.Counter, String)] = [
        (.uncachedInput, "input_mtok"), (.cacheRead, "cache_read_mtok"), (.cacheWrite, "cache_write_mtok"),
        (.cacheWriteHour, "cache_write_1h_mtok"), (.audioInput, "input_audio_mtok"), (.output, "output_mtok"),
        (.reasoning, "output_reasoning_mtok"), (.audioOutput, "output_audio_mtok"),
    ]
    /// The dearest of them is what a call of a tool costs.
    private static let tools = [
        "web_searches_kcount", "storage_searches_kcount", "social_searches_kcount", "code_executions_kcount",
    ]
    private static let request = "requests_kcount"
    /// Sound that is read from a cache counts as any token that is.
    private static let leftOut = "cache_audio_read_mtok"

    static func read(_ root: JSONValue, name: String, into file: inout PriceFile) throws(PriceList.Fault) {
        guard root.kind == .array else {
            throw PriceList.Fault(description: "\(name): expects an array of providers, as genai-prices publishes it")
        }
        for (index, provider) in root.elements().enumerated() {
            guard let id = provider.member("id")?.string, let models = provider.member("models"), models.kind == .array
            else { throw PriceList.Fault(description: "\(name): \(index): expects a provider with id and models") }
            for (place, model) in models.elements().enumerated() {
                guard let modelID = model.member("id")?.string, let prices = model.member("prices") else {
                    throw PriceList.Fault(
                        description: "\(name): \(index)/models/\(place): expects a model with id and prices")
                }
                let label = "\(id)/\(modelID)"
                do throws(PriceFault) {
                    if model.member("deprecated")?.bool == true { throw .skipped("retired") }
                    // Fireworks' models are called by their whole names.
                    let name = id == "fireworks" ? "accounts/fireworks/models/" + modelID : modelID
                    file.take(provider: id, model: name, named: label, try rows(prices))
                } catch {
                    switch error {
                    case .skipped(let reason): file.skip(label, reason)
                    case .malformed(let what):
                        throw PriceList.Fault(description: "\(name): \(index)/models/\(place) (\(label)): \(what)")
                    }
                }
            }
        }
    }

    private static func rows(_ prices: JSONValue) throws(PriceFault) -> [(from: Timestamp?, Price)] {
        guard prices.kind == .array else { return [(nil, try price(prices))] }
        var rows: [(from: Timestamp?, Price)] = []
        for entry in prices.elements() {
            guard let values = entry.member("prices") else { throw .malformed("an entry of prices without prices") }
            let price = try price(values)
            guard let constraint = entry.present("constraint") else {
                // The last one that is met holds: this one always is.
                rows = [(nil, price)]
                continue
            }
            if let day = constraint.present("start_date")?.string.flatMap({ Day($0) }) {
                rows.append((Timestamp(milliseconds: Int64(day.sinceEpoch) * 86_400_000), price))
            } else if constraint.present("start_time") != nil {
                // At some hours only: the dearest, since a hold must cover the hour in which a run ends.
                for index in rows.indices where price.rates.output > rows[index].1.rates.output {
                    rows[index].1 = price
                }
            } else {
                throw .skipped("its price depends on what we do not know")
            }
        }
        guard !rows.isEmpty else { throw .malformed("there are no prices") }
        return rows
    }

    private static func price(_ values: JSONValue) throws(PriceFault) -> Price {
        guard values.kind == .object, let members = try? values.members() else {
            throw .malformed("prices must be an object")
        }
        let stated = members.filter { !$0.value.isNull }
        let known = Set(tokens.map(\.1) + tools + [request, leftOut])
        if let other = stated.first(where: { !known.contains($0.name) }) {
            throw .skipped("has a price of what we do not count: \(other.name)")
        }
        guard values.present("input_mtok") != nil, values.present("output_mtok") != nil else {
            throw .skipped("has no price of input or of output")
        }
        var starts: Set<Int64> = []
        for member in stated {
            for tier in member.value.member("tiers")?.elements() ?? [] {
                guard let start = tier.member("start")?.int, start >= 0 else {
                    throw .malformed("\(member.name): a tier without its start")
                }
                starts.insert(start)
            }
        }
        var tiers: [Price.Tier] = []
        for start in starts.sorted() { tiers.append(Price.Tier(above: start, rates: try rates(values, above: start))) }
        let fee = try values.present(request).map { value throws(PriceFault) in
            try reached(value, above: nil).nanoCredits(request, power: 12)
        }
        return Price(try rates(values, above: nil), tiers: tiers, request: fee ?? 0)
    }

    /// - Parameter start: of the tier whose rates these are; nil: the base.
    private static func rates(_ values: JSONValue, above start: Int64?) throws(PriceFault) -> Price.Rates {
        var rates = Price.Rates(input: 0, output: 0)
        for (counter, name) in tokens {
            guard let value = values.present(name) else { continue }
            rates[counter] = try reached(value, above: start).nanoCredits(name, power: 9)
        }
        for name in tools {
            guard let value = values.present(name) else { continue }
            rates.toolCalls = max(
                rates.toolCalls ?? 0, try reached(value, above: start).nanoCredits(name, power: 12))
        }
        return rates
    }

    private static func reached(_ value: JSONValue, above start: Int64?) throws(PriceFault) -> JSONValue {
        guard value.kind == .object else { return value }
        guard var price = value.member("base") else { throw .malformed("tiers without a base") }
        guard let start else { return price }
        var last: Int64 = -1
        for tier in value.member("tiers")?.elements() ?? [] {
            guard let begin = tier.member("start")?.int, let tierPrice = tier.member("price") else {
                throw .malformed("a tier without its start or price")
            }
            if begin <= start, begin > last {
                last = begin
                price = tierPrice
            }
        }
        return price
    }
}
