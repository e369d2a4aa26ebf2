/// A run on the books: what was known when its credits were held, and, once it is over, how it ended.
package struct RunRecord: Hashable, Sendable {
    package var id: RunID
    package var organization: String
    package var agent: String
    package var environment: String
    package var schema: UInt32
    package var tokenID: String
    package var versionNumber: UInt32
    package var versionHash: Digest
    package var revision: UInt64
    package var provider: String
    package var model: String
    package var keyID: String
    package var keyIsPlatform: Bool
    /// False on a customer's key that is exempt: usage is recorded, nothing is held or charged.
    package var costsCredits: Bool
    /// The price list in force when the run began; 0 without a price.
    package var priceListDate: UInt32
    package var hold: NanoCredits
    /// Tokens guessed from the bytes sent: charged, at `interruptedCharge`, if a crash cuts the run off.
    package var estimatedInput: Int64
    package var interruptedCharge: NanoCredits
    /// Milliseconds since 1970.
    package var startedAt: Int64
    package var end: RunEnd?
    /// The ledger's entries of this run: the hold's number, and the end's (0 while it is open).
    package var holdSequence: UInt64 = 0
    package var endSequence: UInt64 = 0

    package init(
        id: RunID, organization: String, agent: String, environment: String, schema: UInt32, tokenID: String,
        versionNumber: UInt32, versionHash: Digest, revision: UInt64, provider: String, model: String, keyID: String,
        keyIsPlatform: Bool, costsCredits: Bool, priceListDate: UInt32, hold: NanoCredits, estimatedInput: Int64,
        interruptedCharge: NanoCredits, startedAt: Int64
    ) {
        self.id = id
        self.organization = organization
        self.agent = agent
        self.environment = environment
        self.schema = schema
        self.tokenID = tokenID
        self.versionNumber = versionNumber
        self.versionHash = versionHash
        self.revision = revision
        self.provider = provider
        self.model = model
        self.keyID = keyID
        self.keyIsPlatform = keyIsPlatform
        self.costsCredits = costsCredits
        self.priceListDate = priceListDate
        self.hold = hold
        self.estimatedInput = estimatedInput
        self.interruptedCharge = interruptedCharge
        self.startedAt = startedAt
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
    package var usage: MeteredUsage
    /// What was charged; zero on an exempt key.
    package var cost: NanoCredits
    /// The cost was above the hold.
    package var exceededHold = false
    package var clientLeft: Bool
    /// Milliseconds since 1970.
    package var endedAt: Int64
    /// HTTP status of the provider's answer; 0 without one.
    package var providerStatus: UInt16
    package var providerRequestID: String
    /// The model the provider said it was.
    package var reportedModel: String
    /// How often the provider was asked: twice where a bad answer was not taken the first time.
    package var attempts: UInt8 = 1
    /// Whether the answer is what the agent's output schema asks for; nil where none was held against it.
    package var outputIsValid: Bool?

    package init(
        outcome: Outcome, errorCode: String = "", usage: MeteredUsage, cost: NanoCredits, clientLeft: Bool = false,
        endedAt: Int64, providerStatus: UInt16 = 0, providerRequestID: String = "", reportedModel: String = ""
    ) {
        self.outcome = outcome
        self.errorCode = errorCode
        self.usage = usage
        self.cost = cost
        self.clientLeft = clientLeft
        self.endedAt = endedAt
        self.providerStatus = providerStatus
        self.providerRequestID = providerRequestID
        self.reportedModel = reportedModel
    }
}
