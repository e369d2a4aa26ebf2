/// One try of a run at its provider: a line of the run's entry in the books.
package struct RunAttempt: Hashable, Sendable {
    package var usage: MeteredUsage
    /// What was charged for it, rounded by itself; zero on an exempt key.
    package var cost: NanoCredits
    /// What it comes to at the base price list, whoever pays: to be held against the provider's bill.
    package var listCost: NanoCredits
    /// HTTP status of the provider's answer; 0 without one.
    package var providerStatus: UInt16
    package var providerRequestID: String
    /// The model the provider said it was.
    package var reportedModel: String

    package init(
        usage: MeteredUsage, cost: NanoCredits, listCost: NanoCredits? = nil, providerStatus: UInt16 = 0,
        providerRequestID: String = "", reportedModel: String = ""
    ) {
        self.usage = usage
        self.cost = cost
        self.listCost = listCost ?? cost
        self.providerStatus = providerStatus
        self.providerRequestID = providerRequestID
        self.reportedModel = reportedModel
    }
}

/// How a run ended and what it consumed.
package struct RunEnd: Hashable, Sendable {
    package enum Outcome: UInt8, Sendable {
        case succeeded = 1, failed, interrupted

        package var name: String {
            switch self {
            case .succeeded: "succeeded"
            case .failed: "failed"
            case .interrupted: "interrupted"
            }
        }
    }

    package var outcome: Outcome
    /// An `ErrorCode`, or empty.
    package var errorCode: String
    /// In the order in which they were made; at least one.
    package var attempts: [RunAttempt]
    /// The cost was above the hold.
    package var exceededHold = false
    package var clientLeft: Bool
    /// Milliseconds since 1970.
    package var endedAt: Int64
    /// Whether the answer is what the agent's output schema asks for; nil where none was held against it.
    package var outputIsValid: Bool?

    package init(
        outcome: Outcome, errorCode: String = "", attempts: [RunAttempt], clientLeft: Bool = false, endedAt: Int64
    ) {
        self.outcome = outcome
        self.errorCode = errorCode
        self.attempts = attempts
        self.clientLeft = clientLeft
        self.endedAt = endedAt
    }

    /// Of all attempts: an estimate where one of them is.
    package var usage: MeteredUsage { .sum(attempts.lazy.map(\.usage)) }

    /// What was charged: the sum of the attempts.
    package var cost: NanoCredits { attempts.reduce(.zero) { $0.addingClamped($1.cost) } }

    package var listCost: NanoCredits { attempts.reduce(.zero) { $0.addingClamped($1.listCost) } }

    /// Whether an attempt used anything.
    package var consumedAnything: Bool { attempts.contains { $0.usage.usage != Usage() || $0.cost != .zero } }
}
