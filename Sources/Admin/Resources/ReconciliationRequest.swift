import Domain
import Protocols

/// What is asked of a comparison, besides the file.
struct ReconciliationRequest: Sendable {
    private static let names: Set<String> = [
        "provider", "ledger_provider", "from", "to", "tolerance", "tolerance_credits", "tolerance_tokens", "model_map",
        "key_map", "key",
    ]
    /// Two leap years.
    private static let maximumDays = 732
    private static let maximumNames = 1_000

    let format: BillFormat
    /// Nil: all.
    let ledgerProvider: String?
    private let first: Day?
    private let last: Day?
    private let tolerance: Tolerance
    private let modelNames: [String: String]
    private let keyNames: [String: String]
    private let keys: Set<String>

    init(_ query: [String: String]) throws(ControlFault) {
        if let unknown = query.keys.filter({ !Self.names.contains($0) }).sorted().first {
            throw .invalid("unknown query parameter: \(unknown.prefix(100))")
        }
        guard let format = query["provider"].flatMap({ BillFormat(rawValue: $0) }) else {
            throw .invalid("provider must be openai, anthropic or generic: ?provider=")
        }
        self.format = format
        let provider = query["ledger_provider"]
        guard provider.map({ !$0.isEmpty && AdminCall.isPlain($0) }) ?? true else {
            throw .invalid("ledger_provider must be a provider's name")
        }
        ledgerProvider = provider ?? (format == .generic ? nil : format.rawValue)
        first = try Self.day(query, "from")
        last = try Self.day(query, "to")
        tolerance = try Self.tolerance(query)
        modelNames = try Self.pairs(query, "model_map")
        keyNames = try Self.pairs(query, "key_map")
        keys = Set((query["key"] ?? "").split(separator: ",").map(String.init))
    }

    func bill(_ file: [UInt8]) throws(ControlFault) -> Bill {
        do throws(BillFault) { return try BillFormat.read(file, as: format) } catch {
            var fault = ControlFault(.invalidRequest, "the file: line \(error.line): \(error.message)")
            fault.pointer = error.pointer
            fault.inputLine = error.line
            throw fault
        }
    }

    /// The days are those that the bill covers, where none are asked for.
    func terms(_ bill: Bill) throws(ControlFault) -> Reconciliation.Terms {
        guard let from = first ?? bill.days?.lowerBound, let to = last ?? bill.days?.upperBound else {
            throw .invalid("the file covers no day: say which to compare by from and to")
        }
        guard from <= to, to.sinceEpoch - from.sinceEpoch < Self.maximumDays else {
            throw .invalid("from must not be after to, nor more than \(Self.maximumDays) days before it")
        }
        var terms = Reconciliation.Terms(days: from...to)
        terms.provider = ledgerProvider
        terms.keys = keys
        terms.tolerance = tolerance
        terms.modelNames = modelNames
        terms.keyNames = keyNames
        return terms
    }

    private static func day(_ query: [String: String], _ name: String) throws(ControlFault) -> Day? {
        guard let text = query[name] else { return nil }
        guard let day = Day(text) else { throw .invalid("\(name) must be a day as 2026-11-21") }
        return day
    }

    private static func tolerance(_ query: [String: String]) throws(ControlFault) -> Tolerance {
        var tolerance = Tolerance()
        if let text = query["tolerance"] {
            guard let part = Tolerance.part(percent: text) else {
                throw .invalid("tolerance must be a percentage from 0 to 100 with at most seven places, as 0.5%")
            }
            tolerance.part = part
        }
        if let text = query["tolerance_credits"] {
            guard let credits = NanoCredits(decimal: text), credits >= .zero else {
                throw .invalid("tolerance_credits must be credits, as a decimal with at most nine places")
            }
            tolerance.credits = credits
        }
        if let text = query["tolerance_tokens"] {
            guard let tokens = Int64(text), tokens >= 0 else { throw .invalid("tolerance_tokens must be a number") }
            tolerance.tokens = tokens
        }
        return tolerance
    }

    /// `theirs=ours,theirs=ours`.
    private static func pairs(_ query: [String: String], _ name: String) throws(ControlFault) -> [String: String] {
        var pairs: [String: String] = [:]
        for pair in (query[name] ?? "").split(separator: ",") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, pairs[parts[0]] == nil,
                pairs.count < maximumNames
            else { throw .invalid("\(name) must be theirs=ours, each of theirs once, separated by commas") }
            pairs[parts[0]] = parts[1]
        }
        return pairs
    }
}
