/// Whose provider key a run is on, and whether it costs credits.
package enum KeySource: UInt8, Sendable, CaseIterable {
    /// The platform's own.
    case platform = 1
    /// The organization's own, whose runs cost credits all the same.
    case customer
    /// The organization's own, exempt: usage is recorded, nothing is held or charged.
    case exempt

    package var costsCredits: Bool { self != .exempt }

    package var name: String {
        switch self {
        case .platform: "platform"
        case .customer: "customer"
        case .exempt: "exempt"
        }
    }
}

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
    package var keySource: KeySource
    /// The catalog's numbers of the price in force when the run began, and of the organization's multiplier; 0: none.
    package var priceVersion: UInt64
    package var multiplierVersion: UInt64
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
        keySource: KeySource, priceVersion: UInt64, multiplierVersion: UInt64 = 0, hold: NanoCredits,
        estimatedInput: Int64, interruptedCharge: NanoCredits, startedAt: Int64
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
        self.keySource = keySource
        self.priceVersion = priceVersion
        self.multiplierVersion = multiplierVersion
        self.hold = hold
        self.estimatedInput = estimatedInput
        self.interruptedCharge = interruptedCharge
        self.startedAt = startedAt
    }

    package var costsCredits: Bool { keySource.costsCredits }
}
