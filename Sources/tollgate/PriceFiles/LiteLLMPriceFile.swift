import Admin
import Domain
import JSON

/// Reads LiteLLM's `model_prices_and_context_window.json`:
///
///     {"gpt-4.1":{"litellm_provider":"openai","mode":"chat","input_cost_per_token":2e-06,
///       "output_cost_per_token":8e-06,"cache_read_input_token_cost":5e-07,"max_output_tokens":32768}}
///
/// Prices are USD for one token. Those of other service tiers (batches, priority, flex …) are left alone: they are
/// of requests that are not ours.
enum LiteLLMPriceFile {
    private static let tokens: [(Usage.Counter, String)] = [
        (.uncachedInput, "input_cost_per_token"), (.cacheRead, "cache_read_input_token_cost"),
        (.cacheWrite, "cache_creation_input_token_cost"),
        (.cacheWriteHour, "cache_creation_input_token_cost_above_1hr"), (.audioInput, "input_cost_per_audio_token"),
        (.output, "output_cost_per_token"), (.reasoning, "output_cost_per_reasoning_token"),
        (.audioOutput, "output_cost_per_audio_token"),
    ]
    private static let images = "output_cost_per_image"
    private static let request = "input_cost_per_request"
    /// The dearest of them is what a call of a tool costs.
    private static let searches = "search_context_cost_per_query"
    private static let maps = "google_maps_grounding_cost_per_query"

    /// Sound that is read from a cache counts as any token that is; Databricks' own units stand beside the prices;
    /// an earlier name of the price of cache reads.
    private static let leftOut: Set<String> = [
        "cache_read_input_audio_token_cost", "cache_creation_input_audio_token_cost", "input_dbu_cost_per_token",
        "output_dbu_cost_per_token", "input_cost_per_token_cache_hit", "cache_creation_input_token_cost_above_12hr",
    ]
    /// What prices of other service tiers end in.
    private static let serviceTiers = ["_batches", "_priority", "_flex", "_balanced", "_ultrafast", "_decisions"]
    private static let modes: Set<String> = ["chat", "responses", "completion"]

    static func read(_ root: JSONValue, name: String, into file: inout PriceFile) throws(PriceList.Fault) {
        guard root.kind == .object, let members = try? root.members() else {
            throw PriceList.Fault(description: "\(name): expects an object with a member for each model")
        }
        // The description of the format, among the models.
        for member in members where member.name != "sample_spec" {
            do throws(PriceFault) { try take(member.value, named: member.name, into: &file) } catch {
                switch error {
                case .skipped(let reason): file.skip(member.name, reason)
                case .malformed(let what): throw PriceList.Fault(description: "\(name): \(member.name): \(what)")
                }
            }
        }
    }

    private static func take(
        _ entry: JSONValue, named name: String, into file: inout PriceFile
    ) throws(PriceFault) {
        guard entry.kind == .object, let members = try? entry.members() else { throw .malformed("expects an object") }
        guard let provider = entry.member("litellm_provider")?.string else { throw .skipped("names no provider") }
        guard modes.contains(entry.member("mode")?.string ?? "chat") else { throw .skipped("is no model to chat with") }
        for tier in members where tier.name == "tiered_pricing" && !tier.value.isNull {
            throw .skipped("has tiers in a form of its own")
        }
        let stated = members.filter { $0.name.contains("cost") && !$0.value.isNull && !isOfAnotherTier($0.name) }
        guard entry.present("input_cost_per_token") != nil, entry.present("output_cost_per_token") != nil else {
            throw .skipped("has no price of input or of output")
        }
        var thresholds: Set<Int64> = []
        for field in stated {
            let (base, above) = parted(field.name)
            if let above { thresholds.insert(above) }
            guard !isKnown(base), !leftOut.contains(base), !isOrdinary(field.name, field.value, entry) else { continue }
            throw .skipped("has a price of what we do not count: \(field.name)")
        }
        var tiers: [Price.Tier] = []
        let base = try rates(entry, reached: [])
        for above in thresholds.sorted() {
            let reached = thresholds.filter { $0 <= above }.sorted(by: >)
            tiers.append(Price.Tier(above: above, rates: try rates(entry, reached: reached)))
        }
        let fee = try entry.present(request).map { value throws(PriceFault) in try value.nanoCredits(request, power: 15)
        }
        let maximum = entry.present("max_output_tokens")?.int.flatMap { $0 > 0 ? $0 : nil }
        let prefix = provider + "/"
        file.take(
            provider: provider, model: name.hasPrefix(prefix) ? String(name.dropFirst(prefix.count)) : name,
            named: name,
            [(nil, Price(base, tiers: tiers, request: fee ?? 0))], maximum: maximum)
    }

    private static func isKnown(_ name: String) -> Bool {
        tokens.contains { $0.1 == name } || [images, request, searches, maps].contains(name)
    }

    private static func isOfAnotherTier(_ name: String) -> Bool { serviceTiers.contains { name.hasSuffix($0) } }

    /// A price of images as tokens that is that of text says nothing new.
    private static func isOrdinary(_ name: String, _ value: JSONValue, _ entry: JSONValue) -> Bool {
        guard name == "input_cost_per_image_token", let text = entry.present("input_cost_per_token") else {
            return false
        }
        return value.raw.elementsEqual(text.raw)
    }

    /// `input_cost_per_token_above_200k_tokens`: the name, and 200,000.
    private static func parted(_ name: String) -> (String, above: Int64?) {
        let end = "k_tokens"
        let sign = "_above_"
        guard name.hasSuffix(end), let range = lastRange(of: sign, in: name),
            let thousands = Int64(name[range.upperBound...].dropLast(end.count))
        else { return (name, nil) }
        return (String(name[..<range.lowerBound]), thousands * 1_000)
    }

    private static func lastRange(of part: String, in text: String) -> Range<String.Index>? {
        text.ranges(of: part).last
    }

    /// - Parameter reached: thresholds that the prompt is above, descending.
    private static func rates(_ entry: JSONValue, reached: [Int64]) throws(PriceFault) -> Price.Rates {
        var rates = Price.Rates(input: 0, output: 0)
        func stated(_ name: String) -> JSONValue? {
            for above in reached {
                if let value = entry.present("\(name)_above_\(above / 1_000)k_tokens") { return value }
            }
            return entry.present(name)
        }
        for (counter, name) in tokens { rates[counter] = try stated(name)?.nanoCredits(name, power: 15) }
        // One image, one search: a million of them are six places more.
        rates.images = try entry.present(images)?.nanoCredits(images, power: 15)
        var calls: [JSONValue] =
            entry.present(searches)?.kind == .object ? [] : [entry.present(searches)].compactMap(\.self)
        calls += ((try? entry.present(searches)?.members()) ?? []).map(\.value)
        if let place = entry.present(maps) { calls.append(place) }
        for call in calls { rates.toolCalls = max(rates.toolCalls ?? 0, try call.nanoCredits(searches, power: 15)) }
        return rates
    }
}
