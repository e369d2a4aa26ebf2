import Domain
import Prompting
import Protocols
import Security
import Storage

/// Where a run goes, with whose key, and what it costs there.
struct ProviderRoute {
    var dialect: ProviderDialect
    var baseURL: String?
    var keyID: String
    var keySource: KeySource
    var credential: ProviderCredential
    /// By what its requests are let in; nil before `authorize`.
    var authorization: Authorization?
    /// An access token was refused already, and another made.
    var wasReauthorized = false
    /// In force at `begunAt`. Nil is possible only where nothing is charged.
    var price: PriceInForce?
    /// Milliseconds since 1970.
    var begunAt: Int64

    var costsCredits: Bool { keySource.costsCredits }

    /// What nobody's error may repeat.
    var secrets: [String] {
        guard case .token(let token, _)? = authorization else { return credential.secrets }
        return credential.secrets + [token]
    }
}

extension RunPipeline {
    /// The organization's own key for the provider if it has one, else the platform's; never both for one run.
    func selectKey(for target: Target, _ caller: Caller) throws(GatewayError) -> ProviderRoute {
        let plan = target.plan
        let now = settings.now()
        let (key, price) = try worker.read { snapshot throws(StorageError) in
            var key = try snapshot.providerKey(
                worker.catalog, owner: caller.organization, provider: plan.provider)
            if key == nil {
                key = try snapshot.providerKey(worker.catalog, owner: "", provider: plan.provider)
            }
            let price = try snapshot.price(
                worker.catalog, organization: caller.organization, provider: plan.provider, model: plan.model, at: now)
            return (key, price)
        }
        guard let key else {
            throw unusable("There is no key for the provider \(plan.provider): add one.")
        }
        // Disabling its own key must not make an organization pay for the platform's.
        guard key.state == .active else {
            throw unusable("The key \(key.id) for the provider \(plan.provider) is disabled, and there is no other.")
        }
        let isExempt = !key.isPlatform && (settings.mode == .selfHosted || key.isExempt)
        let source: KeySource = key.isPlatform ? .platform : isExempt ? .exempt : .customer
        guard price != nil || !source.costsCredits else {
            throw unusable("The model \(plan.model) of \(plan.provider) has no price, and its key costs credits.")
        }
        let dialect = try dialect(plan)
        let credential = try credential(key, dialect)
        let baseURL = settings.providerBaseURLs[plan.provider] ?? dialect.baseURL ?? credential.baseURL
        guard baseURL != nil else {
            throw unusable("The provider \(plan.provider) has no base URL: set providers.\(plan.provider).base_url.")
        }
        return ProviderRoute(
            dialect: dialect, baseURL: baseURL, keyID: key.id, keySource: source, credential: credential,
            price: price, begunAt: now)
    }

    private func credential(
        _ key: ProviderKeyRecord, _ dialect: ProviderDialect
    ) throws(GatewayError) -> ProviderCredential {
        let secret = try open(key)
        do throws(CredentialFault) {
            return try ProviderCredential(secret, for: dialect.platform)
        } catch {
            throw unusable(key.id, "\(error)")
        }
    }

    /// What the provider speaks of what it is asked.
    private func dialect(_ plan: Plan) throws(GatewayError) -> ProviderDialect {
        let known = ProviderDialect.named(plan.provider, habitsOf: settings.providerDialects[plan.provider])
        guard format == .embeddings else {
            return known.speaking(responses: plan.wire == .responses, model: plan.model)
        }
        guard let embedding = known.embedding else {
            throw GatewayError(
                .invalidRequest,
                "The deployed version's provider, \(plan.provider), makes no embeddings in OpenAI's form.")
        }
        return embedding
    }

    private func open(_ key: ProviderKeyRecord) throws(GatewayError) -> String {
        do throws(SealFault) {
            let owner = ProviderKeyRecord.sealOwner(owner: key.owner, provider: key.provider, id: key.id)
            return String(decoding: try worker.masterKey.open(key.sealed, for: owner), as: UTF8.self)
        } catch {
            worker.logger.error("provider key does not open", metadata: ["key": "\(key.id)", "reason": "\(error)"])
            throw unusable("The key \(key.id) cannot be opened with the master key at hand.")
        }
    }

    /// - Parameter fault: names a member of the secret, and never what stands there.
    func unusable(_ keyID: String, _ fault: String) -> GatewayError {
        unusable("The key \(keyID) cannot be used: \(fault).")
    }

    private func unusable(_ message: String) -> GatewayError { GatewayError(.noUsableKey, message, retryAfter: 30) }
}
