/// What a simulated provider can do wrong, by the names used in `--faults`, in the control routes and after `!` in a
/// model's name.
package enum Fault: String, Sendable, CaseIterable {
    /// The connection is closed without a byte.
    case refuse
    /// No answer, ever.
    case hang
    /// Half an answer, then silence.
    case hangMid = "hang-mid"
    /// Half an answer, then the connection is reset.
    case reset
    /// Half an answer, then the connection is closed.
    case truncate
    /// Half a stream, then its end, properly framed but without finish reason, usage or end mark.
    case unfinished
    /// Status 200 and broken JSON.
    case malformed
    /// Status 200 and a web page.
    case html
    case unauthorized = "401"
    case forbidden = "403"
    case notFound = "404"
    case rateLimited = "429"
    case serverError = "500"
    case unavailable = "503"
    /// Status 429 of the kind that waiting does not mend.
    case insufficientQuota = "insufficient_quota"
    /// Status 400: the input is longer than the model takes.
    case tooLong = "too-long"
    /// A whole answer in JSON that no output schema asked for.
    case badOutput = "bad-output"
    /// A whole answer that does not say what it used.
    case noUsage = "no-usage"
    /// Half a stream, then an error as an event (not streamed: status 500).
    case errorEvent = "error-event"
    /// A good answer, late.
    case slow
    /// A head of some 300 KiB.
    case hugeHeaders = "huge-headers"
    case redirect

    /// How an answer that began well ends badly, after half of it.
    enum Break { case silence, reset, close, end, malformed, error }

    var streamBreak: Break? {
        switch self {
        case .hangMid: .silence
        case .reset: .reset
        case .truncate: .close
        case .unfinished: .end
        case .malformed: .malformed
        case .errorEvent: .error
        case .refuse, .hang, .html, .unauthorized, .forbidden, .notFound, .rateLimited, .serverError, .unavailable,
            .insufficientQuota, .tooLong, .badOutput, .noUsage, .slow, .hugeHeaders, .redirect:
            nil
        }
    }
}

/// Faults by chance, the same ones for the same seed, and faults ordered for the requests to come.
struct FaultPlan: Sendable {
    private var rates: [(fault: Fault, rate: Double)]
    private var next: [Fault] = []
    private var random: UInt64

    init(rates: [Fault: Double], seed: UInt64) {
        self.random = seed
        self.rates = []
        setRates(rates)
    }

    mutating func setRates(_ rates: [Fault: Double]) {
        self.rates = rates.map { (fault: $0.key, rate: $0.value) }.sorted { $0.fault.rawValue < $1.fault.rawValue }
    }

    mutating func order(_ faults: [Fault]) { next += faults }

    /// The fault of the next request; one draw a request keeps a seed's sequence the same.
    mutating func draw() -> Fault? {
        if !next.isEmpty { return next.removeFirst() }
        guard !rates.isEmpty else { return nil }
        var point = unit()
        for (fault, rate) in rates {
            if point < rate { return fault }
            point -= rate
        }
        return nil
    }

    /// From 0, below 1.
    private mutating func unit() -> Double { Double(Deterministic.next(&random) >> 11) * 0x1p-53 }
}
