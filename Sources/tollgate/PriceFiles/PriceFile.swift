import Admin
import ArgumentParser
import Domain
import JSON
import Storage

/// What files of prices people have.
enum PriceFormat: String, ExpressibleByArgument, CaseIterable {
    /// As `config/prices.json`.
    case tollgate
    /// The list that the genai-prices project publishes: an array of providers with their models.
    case genaiPrices = "genai-prices"
    /// LiteLLM's `model_prices_and_context_window.json`: an object with a member a model.
    case litellm
}

/// A file of prices, read whole: what can be taken of it, and what cannot and why.
///
/// A file that is not what it should be is refused whole, with the place. A row of another project's list that says
/// what our prices cannot say exactly is skipped: a price that is nearly right is a wrong one.
struct PriceFile: Sendable {
    struct Skipped: Equatable, Sendable {
        /// `provider/model` in the file's own words.
        var name: String
        var reason: String
    }

    /// Rows of one model stand together.
    private(set) var prices: [NewPrice] = []
    private(set) var skipped: [Skipped] = []
    private var seen: Set<PricedModel> = []

    /// - Parameter name: what the file is called in faults.
    init(_ bytes: [UInt8], format: PriceFormat, name: String) throws(PriceList.Fault) {
        switch format {
        case .tollgate: prices = try PriceList(bytes, name: name).rows.sortedByModel
        case .genaiPrices: try GenaiPriceFile.read(try Self.root(bytes, name), name: name, into: &self)
        case .litellm: try LiteLLMPriceFile.read(try Self.root(bytes, name), name: name, into: &self)
        }
    }

    private static func root(_ bytes: [UInt8], _ name: String) throws(PriceList.Fault) -> JSONValue {
        do { return try JSONDocument(bytes).root } catch { throw PriceList.Fault(description: "\(name): not JSON") }
    }

    /// Takes what one model costs, by time.
    mutating func take(
        provider: String, model: String, named name: String, _ rows: [(from: Timestamp?, Price)], maximum: Int64? = nil
    ) {
        let priced = PricedModel(provider: Self.provider(provider), model: model)
        if let reason = reason(priced, rows) { return skip(name, reason) }
        seen.insert(priced)
        prices += rows.map { row in
            NewPrice(priced, .price(row.1, maximumOutputTokens: maximum), effectiveFrom: row.from)
        }
    }

    mutating func skip(_ name: String, _ reason: String) { skipped.append(Skipped(name: name, reason: reason)) }

    /// Why a model cannot be taken; nil where it can.
    private func reason(_ model: PricedModel, _ rows: [(from: Timestamp?, Price)]) -> String? {
        guard Slug.isValid(model.provider) else { return "the provider's name is none that we could have" }
        guard (1...200).contains(model.model.utf8.count), model.model.utf8.allSatisfy({ (33...126).contains($0) })
        else {
            return "the model's name is not printable ASCII"
        }
        guard !seen.contains(model) else { return "the model stands there before" }
        // Elsewhere zero often means that nobody knows.
        guard rows.allSatisfy({ $0.1.rates.input > 0 || $0.1.rates.output > 0 || $0.1.request > 0 }) else {
            return "costs nothing, which only `price set --free` says"
        }
        return nil
    }

    /// Our names of providers that others call otherwise.
    private static let providers = [
        "google": "gemini", "x-ai": "xai", "aws": "bedrock", "bedrock_converse": "bedrock", "fireworks_ai": "fireworks",
        "together_ai": "together", "vertex_ai-language-models": "vertex", "vertex_ai": "vertex",
        "cohere_chat": "cohere",
        "moonshot": "moonshotai", "azure_ai": "azure",
    ]

    static func provider(_ name: String) -> String {
        providers[name] ?? String(name.lowercased().map { $0 == "_" || $0 == "." ? "-" : $0 })
    }
}

extension [NewPrice] {
    /// Rows of one model together, in the order in which the models come.
    fileprivate var sortedByModel: [NewPrice] {
        var rows: [PricedModel: [NewPrice]] = [:]
        var order: [PricedModel] = []
        for row in self {
            if rows[row.model] == nil { order.append(row.model) }
            rows[row.model, default: []].append(row)
        }
        return order.flatMap { rows[$0] ?? [] }
    }
}

/// Why a row cannot be taken, or why the file is none.
enum PriceFault: Error {
    case skipped(String)
    case malformed(String)
}

extension JSONValue {
    /// A price in USD for a `10^-power`-th of a nano-credit's million units, as a whole number of nano-credits per
    /// million units: exactly what the decimal says, rounded half up. Floats that were meant to be 0.18 come out as it.
    ///
    /// - Parameter power: 9 for USD a million units, 12 for a thousand, 15 for one.
    func nanoCredits(_ name: String, power: Int) throws(PriceFault) -> Int64 {
        let text = string ?? (kind == .number ? String(decoding: raw, as: UTF8.self) : "")
        guard let decimal = ExactDecimal(text), !decimal.isNegative else { throw .malformed("\(name) is no price") }
        guard let value = decimal.scaled(by: power), value <= Price.largestRate else {
            throw .skipped("\(name) is too large")
        }
        guard value > 0 || decimal.isZero else { throw .skipped("\(name) is below a nano-credit for a million") }
        return value
    }
}
