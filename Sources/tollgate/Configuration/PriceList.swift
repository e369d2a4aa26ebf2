import Admin
import Domain
import FoundationEssentials
import JSON
import Storage

/// A dated list of what providers' models cost, as `config/prices.json`: whole nano-credits per million tokens.
struct PriceList: Sendable {
    /// The text is at fault, or there is none. The place is a path and, where known, a row of `models`.
    struct Fault: Error, Equatable, CustomStringConvertible {
        var description: String
    }

    var rows: [ModelPrice]

    /// Where this process looks for its list.
    static func search(_ configuration: Configuration, file: String?) -> [String] {
        let program = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? "tollgate"
        return search(configured: configuration.prices, configurationFile: file, program: program)
    }

    /// Where the list is: as configured; else beside the configuration file, in `config/`, or installed with the
    /// program.
    static func search(configured: String?, configurationFile: String?, program: String) -> [String] {
        if let configured { return [configured] }
        let beside = configurationFile.map { folder(of: $0) + "/prices.json" }
        return [beside, "config/prices.json", folder(of: program) + "/../share/tollgate/prices.json"].compactMap(\.self)
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    /// Reads the first of these files that exists.
    static func load(_ candidates: [String]) throws(Fault) -> PriceList {
        for path in candidates {
            guard let data = FileManager.default.contents(atPath: path) else { continue }
            return try PriceList(Array(data), name: path)
        }
        throw Fault(description: "no price list: looked for \(candidates.joined(separator: ", "))")
    }

    /// - Parameter name: what the list is called in faults.
    init(_ bytes: [UInt8], name: String) throws(Fault) {
        guard let root = try? JSONDocument(bytes).root else { throw Fault(description: "\(name): not JSON") }
        let date = root.member("date")?.string.flatMap { UInt32($0.filter { $0 != "-" }) }
        guard let date, let models = root.member("models"), models.kind == .array else {
            throw Fault(description: "\(name): expects a date (2026-11-21) and models")
        }
        rows = []
        for (index, model) in models.elements().enumerated() {
            guard let row = Self.row(model, date: date) else {
                throw Fault(
                    description: "\(name): models/\(index): expects provider, model, and prices that are whole numbers")
            }
            rows.append(row)
        }
    }

    private static func row(_ model: JSONValue, date: UInt32) -> ModelPrice? {
        guard let provider = model.member("provider")?.string, Slug.isValid(provider),
            let name = model.member("model")?.string, !name.isEmpty, let rates = rates(model),
            let maximum = optional(model, "max_output_tokens")
        else { return nil }
        var price = Price(rates)
        if let long = model.present("long_prompt") {
            guard case .some(.some(let above)) = optional(long, "above"), let rates = Self.rates(long) else {
                return nil
            }
            price.longPrompt = Price.LongPrompt(above: above, rates: rates)
        }
        return ModelPrice(
            provider: provider, model: name,
            record: PriceRecord(price: price, maximumOutputTokens: maximum, listDate: date))
    }

    private static func rates(_ object: JSONValue) -> Price.Rates? {
        guard case .some(.some(let input)) = optional(object, "input"),
            case .some(.some(let output)) = optional(object, "output"),
            let cacheRead = optional(object, "cache_read"), let cacheWrite = optional(object, "cache_write"),
            let reasoning = optional(object, "reasoning")
        else { return nil }
        return Price.Rates(
            input: input, cacheRead: cacheRead, cacheWrite: cacheWrite, output: output, reasoning: reasoning)
    }

    /// Nil where it is no price; inner nil where none is named.
    private static func optional(_ object: JSONValue, _ name: String) -> Int64?? {
        guard let value = object.present(name) else { return .some(nil) }
        return value.int.flatMap { $0 >= 0 ? .some($0) : .none }
    }
}
