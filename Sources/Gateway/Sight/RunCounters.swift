import Domain
import Measures
import Protocols

/// What one loop has counted of its runs since the start. A plain value, confined to the loop of its worker: counting
/// takes no lock and no atomic. A scrape asks each loop for a copy, and adds them up.
struct RunCounters: Sendable {
    struct Outcome: Hashable, Sendable {
        /// Nil: it succeeded.
        var error: ErrorCode?
        var isStreamed: Bool
    }

    struct Attempts: Hashable, Sendable {
        /// Of the built-in ones, or `other`: an operator's own names are not bounded.
        var provider: String
        var result: AttemptClass
    }

    /// What is refused before it is a run.
    enum ListenerRefusal: String, Hashable, Sendable, CaseIterable {
        case malformed = "malformed"
        case headersTooLarge = "headers_too_large"
        case requestTooLarge = "request_too_large"
        case requestTimeout = "request_timeout"
        case unauthorized = "unauthorized"
        case overloaded = "overloaded"
        case internalError = "internal_error"
        case draining = "draining"
        case tooManyConnections = "too_many_connections"

        /// What the listener's answer says.
        init(_ code: ErrorCode) {
            switch code {
            case .headersTooLarge: self = .headersTooLarge
            case .requestTooLarge: self = .requestTooLarge
            case .requestTimeout: self = .requestTimeout
            case .overloaded: self = .overloaded
            case .internalError: self = .internalError
            case .draining: self = .draining
            // The listener reads a large body only for callers whose token is good.
            case .invalidToken, .tokenSuspended, .tokenExpired, .tokenRevoked: self = .unauthorized
            case _: self = .malformed
            }
        }
    }

    enum HoldRefusal: String, Hashable, Sendable, CaseIterable {
        case insufficientCredits = "insufficient_credits"
        case ledgerUnavailable = "ledger_unavailable"
    }

    var begun: UInt64 = 0
    var outcomes: [Outcome: UInt64] = [:]
    var attempts: [Attempts: UInt64] = [:]
    var sends: UInt64 = 0
    var reusedConnections: UInt64 = 0
    /// Microseconds.
    var overhead = Histogram(.short)
    /// Microseconds.
    var firstByte = Histogram(.long)
    /// Microseconds.
    var providerFirstByte = Histogram(.long)
    /// Microseconds.
    var duration = Histogram(.long)
    var usage = Usage()
    /// Nano-credits. Wraps, as a counter may, where a sum of money would trap.
    var settled: Int64 = 0
    var estimatedSettles: UInt64 = 0
    var settlesAboveHold: UInt64 = 0
    var failedSettles: UInt64 = 0
    var holdRefusals: [HoldRefusal: UInt64] = [:]
    var outputChecks: [OutputCheck: UInt64] = [:]
    var listenerRefusals: [ListenerRefusal: UInt64] = [:]
    /// Requests under an idempotency key that has a run.
    var repeats: [RepeatOutcome: UInt64] = [:]
    /// Those of them that came while it was under way.
    var repeatWaits: UInt64 = 0

    /// A replay is no run, and has no outcome.
    var ended: UInt64 { outcomes.values.reduce(repeats[.replayed, default: 0], +) }

    mutating func refused(_ reason: ListenerRefusal) { listenerRefusals[reason, default: 0] += 1 }
    mutating func refused(_ code: ErrorCode) { refused(ListenerRefusal(code)) }

    /// Counts a run that has ended.
    mutating func note(_ facts: RunFacts) {
        outcomes[Outcome(error: facts.error, isStreamed: facts.isStreamed), default: 0] += 1
        guard facts.repeats == nil else { return }
        guard let run = facts.run else {
            // Nothing was held: either it did not come to that, or this is why.
            switch facts.error {
            case .insufficientCredits: holdRefusals[.insufficientCredits, default: 0] += 1
            case .ledgerUnavailable: holdRefusals[.ledgerUnavailable, default: 0] += 1
            case _: break
            }
            return
        }
        for attempt in facts.earlierAttempts { note(attempt, at: run.provider) }
        note(facts.attempt, at: run.provider)
        note(run.end)
        let duration = facts.microsecondsSoFar
        self.duration.observe(duration)
        if facts.isStreamed {
            if let microseconds = facts.firstByteMicroseconds { firstByte.observe(microseconds) }
        } else {
            overhead.observe(Int(facts.overheadMicroseconds))
        }
    }

    private mutating func note(_ attempt: RunFacts.Attempt?, at provider: String) {
        guard let attempt else { return }
        let provider = ProviderDialect.isBuiltIn(provider) ? provider : "other"
        attempts[Attempts(provider: provider, result: attempt.result), default: 0] += 1
        sends += UInt64(attempt.sends)
        if attempt.connectionReused { reusedConnections += 1 }
        if let microseconds = attempt.firstByteMicroseconds { providerFirstByte.observe(microseconds) }
    }

    private mutating func note(_ end: RunEnd?) {
        guard let end else {
            failedSettles += 1
            return
        }
        usage += end.usage.usage
        settled &+= end.cost.rawValue
        if end.usage.isEstimated { estimatedSettles += 1 }
        if end.exceededHold { settlesAboveHold += 1 }
    }

    /// Adds what another loop counted.
    mutating func add(_ other: RunCounters) {
        begun += other.begun
        outcomes.merge(other.outcomes, uniquingKeysWith: +)
        attempts.merge(other.attempts, uniquingKeysWith: +)
        sends += other.sends
        reusedConnections += other.reusedConnections
        overhead.add(other.overhead)
        firstByte.add(other.firstByte)
        providerFirstByte.add(other.providerFirstByte)
        duration.add(other.duration)
        usage += other.usage
        settled &+= other.settled
        estimatedSettles += other.estimatedSettles
        settlesAboveHold += other.settlesAboveHold
        failedSettles += other.failedSettles
        holdRefusals.merge(other.holdRefusals, uniquingKeysWith: +)
        outputChecks.merge(other.outputChecks, uniquingKeysWith: +)
        repeats.merge(other.repeats, uniquingKeysWith: +)
        repeatWaits += other.repeatWaits
        listenerRefusals.merge(other.listenerRefusals, uniquingKeysWith: +)
    }
}
