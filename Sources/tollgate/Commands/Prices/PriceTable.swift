import Admin
import Domain
import JSON

/// Prices as people read them: credits for a million tokens, or for one image, call or request.
enum PriceTable {
    static let columns: [TextTable.Column] = [
        .init("version", .right), .init("organization"), .init("provider"), .init("model"), .init("input", .right),
        .init("cache read", .right), .init("cache write", .right), .init("output", .right), .init("max output", .right),
        .init("more"), .init("state"), .init("from"), .init("source"),
    ]

    static func cells(_ price: JSONValue) -> [String] {
        [
            price.text("version"), price.text("organization"), price.text("provider"), price.text("model"),
            rate(price, .uncachedInput), rate(price, .cacheRead), rate(price, .cacheWrite), rate(price, .output),
            price.text("max_output_tokens"), more(price), price.text("state"), price.text("effective_from"),
            price.text("source"),
        ]
    }

    static func text(_ price: JSONValue) -> String {
        let name = "\(price.text("provider"))/\(price.text("model"))"
        let whose = price.present("organization")?.string.map { " for \($0)" } ?? ""
        let from = price.present("effective_from")?.string.map { " from \($0)" } ?? ""
        let rates =
            price.present("input") == nil
            ? more(price)
            : "input \(rate(price, .uncachedInput)), output \(rate(price, .output))"
                + (more(price).isEmpty ? "" : "; " + more(price))
        return "price \(price.text("version")): \(name)\(whose)\(from): \(rates) (\(price.text("state")), "
            + "\(price.text("source")), set by \(price.text("set_by")))"
    }

    /// All that has no column of its own.
    private static func more(_ price: JSONValue) -> String {
        var parts: [String] = []
        if price.member("withdrawn")?.bool == true { parts.append("the base price") }
        if price.member("free")?.bool == true { parts.append("free") }
        if let multiplier = price.present("multiplier_ppm")?.int {
            parts.append("base price x \(NanoCredits(multiplier * 1_000))")
        }
        parts += others(price, besides: [.uncachedInput, .cacheRead, .cacheWrite, .output])
        if let request = price.present("request")?.int, request > 0 { parts.append("request \(each(request))") }
        for tier in price.present("tiers")?.elements() ?? [] {
            parts.append(
                "above \(tier.text("above")): input \(rate(tier, .uncachedInput)), output \(rate(tier, .output))")
        }
        return parts.joined(separator: ", ")
    }

    private static func others(_ price: JSONValue, besides: Set<Usage.Counter>) -> [String] {
        Usage.Counter.allCases.filter { !besides.contains($0) && price.present($0.priceName) != nil }
            .filter { price.member("free")?.bool != true || $0.isOfTokens }
            .map { "\($0.priceName) \(rate(price, $0))" }
    }

    private static func rate(_ price: JSONValue, _ counter: Usage.Counter) -> String {
        guard let rate = price.present(counter.priceName)?.int else { return "" }
        return counter.isOfTokens ? NanoCredits(rate).description : each(rate)
    }

    /// Of a million units, for one: up to fifteen places.
    private static func each(_ rate: Int64) -> String {
        let (whole, rest) = rate.quotientAndRemainder(dividingBy: 1_000_000)
        let credits = NanoCredits(whole).description
        guard rest > 0 else { return credits }
        let nano = String(whole % NanoCredits.perCredit)
        let places = String(repeating: "0", count: 9 - nano.count) + nano
        let millionths = String(rest)
        let more = String(repeating: "0", count: 6 - millionths.count) + millionths
        return "\(whole / NanoCredits.perCredit)." + places + more
    }
}
