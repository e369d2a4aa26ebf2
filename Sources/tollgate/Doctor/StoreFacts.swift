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

    /// With one place each that it is deployed in: `acme/greeter in production`.
    var uses: [Use: String] = [:]
    var keys: [Key] = []
    var prices: Set<Model> = []
    var isComplete = true

    /// The key a run would take: the organization's own where it has any, else the platform's.
    func key(for use: Use) -> Key? {
        for owner in [use.organization, ""] {
            let own = keys.filter { $0.owner == owner && $0.provider == use.model.provider }
            if let key = own.first(where: \.isActive) ?? own.first { return key }
        }
        return nil
    }
}

/// A provider's key, which no text made of it tells.
struct Secret: Sendable, CustomStringConvertible, CustomReflectable {
    let text: String
    var description: String { "(secret)" }
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
