/// How a simulated provider behaves.
package struct SimulatorConfiguration: Sendable {
    package var host: String
    /// Zero: any free one.
    package var port: Int
    /// Milliseconds before an answer begins.
    package var latency: Int
    /// Milliseconds more for the fault `slow`.
    package var slowness: Int
    /// Words in an answer, one token each.
    package var tokens: Int
    /// Milliseconds between two tokens of a stream.
    package var tokenDelay: Int
    /// Probabilities, adding up to at most one.
    package var faults: [Fault: Double]
    package var seed: UInt64
    /// Seconds in the `Retry-After` of a 429.
    package var retryAfter: Int
    /// Secrets, or ids of AWS's access keys, accepted; nil: any, or none.
    package var keys: Set<String>?
    /// JSON Lines, one for each request that ended.
    package var logPath: String?
    /// Whether the log keeps request bodies, for tests to look at.
    package var keepBodies: Bool
    /// Rows the log keeps in memory; the oldest go first.
    package var logRows: Int
    package var threads: Int

    package init(
        host: String = "127.0.0.1", port: Int = 0, latency: Int = 0, slowness: Int = 1_000, tokens: Int = 16,
        tokenDelay: Int = 0, faults: [Fault: Double] = [:], seed: UInt64 = 1, retryAfter: Int = 1,
        keys: Set<String>? = nil, logPath: String? = nil, keepBodies: Bool = false, logRows: Int = 200_000,
        threads: Int = 1
    ) {
        self.host = host
        self.port = port
        self.latency = latency
        self.slowness = slowness
        self.tokens = tokens
        self.tokenDelay = tokenDelay
        self.faults = faults
        self.seed = seed
        self.retryAfter = retryAfter
        self.keys = keys
        self.logPath = logPath
        self.keepBodies = keepBodies
        self.logRows = logRows
        self.threads = threads
    }

    func accepts(_ secret: String?) -> Bool {
        guard let keys else { return true }
        return secret.map { keys.contains($0) } ?? false
    }

    /// Reads `429:0.1,reset:0.05`; nil if a name is unknown, a rate is no probability, or they add up to more than one.
    package static func faults(parsing text: String) -> [Fault: Double]? {
        var rates: [Fault: Double] = [:]
        for item in text.split(separator: ",") {
            let parts = item.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let fault = Fault(rawValue: String(parts[0])), let rate = Double(parts[1]) else {
                return nil
            }
            rates[fault] = rate
        }
        return areProbabilities(rates) ? rates : nil
    }

    static func areProbabilities(_ rates: [Fault: Double]) -> Bool {
        rates.values.allSatisfy { $0 >= 0 && $0 <= 1 } && rates.values.reduce(0, +) <= 1.000_001
    }
}
