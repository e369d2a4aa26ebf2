/// What is deployed, and what its runs need: read off the files, or asked of the running server.
struct StoreFacts: Sendable {
    /// A server is asked agent by agent; the rest is left out.
    static let maximumAgents = 1_000

    struct Model: Hashable, Sendable {
        var provider: String
        var name: String
    }

    struct Use: Hashable, Sendable {
        var organization: String
        var model: Model
    }

    struct Key: Sendable {
        var id: String
        /// Empty for the platform's own.
        var owner: String
        var provider: String
        var isActive: Bool
        var isExempt: Bool
        /// Whether the master key at hand opens it; nil where only the running server can know.
        var opens: Bool?
        /// Nil where it does not open, or was not asked for.
        var secret: Secret?
    }

    /// Whether the master key at hand is the one that the catalog knows.
    enum MasterKeyStanding: Equatable, Sendable {
        /// Only the running server can know, or the catalog keeps nothing to know it by.
        case unknown
        case proven
        /// With the reason, which says how to mend it.
        case refused(String)
    }

    /// With one place each that it is deployed in: `acme/greeter in production`.
    var uses: [Use: String] = [:]
    private(set) var keys: [Key] = []
    /// Models with a base price.
    var prices: Set<Model> = []
    /// Models that an organization has a price of its own for.
    var ownPrices: Set<Use> = []
    var isComplete = true
    var masterKey = MasterKeyStanding.unknown
    /// Of each owner's keys for each provider the one a run would take: the first that is active, else the first.
    private var preferred: [KeyPlace: Key] = [:]

    private struct KeyPlace: Hashable {
        var owner: String
        var provider: String
    }

    init(uses: [Use: String] = [:], keys: [Key] = [], prices: Set<Model> = []) {
        self.uses = uses
        self.prices = prices
        for key in keys { add(key) }
    }

    mutating func add(_ key: Key) {
        keys.append(key)
        let place = KeyPlace(owner: key.owner, provider: key.provider)
        if let earlier = preferred[place], earlier.isActive || !key.isActive { return }
        preferred[place] = key
    }

    func hasPrice(_ use: Use) -> Bool { prices.contains(use.model) || ownPrices.contains(use) }

    /// The key a run would take: the organization's own where it has any, else the platform's.
    func key(for use: Use) -> Key? {
        let provider = use.model.provider
        return preferred[KeyPlace(owner: use.organization, provider: provider)]
            ?? preferred[KeyPlace(owner: "", provider: provider)]
    }
}

/// A provider's key, which no text made of it tells.
struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
    let text: String
    var description: String { "(secret)" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
