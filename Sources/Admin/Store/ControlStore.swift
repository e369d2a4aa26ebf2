import Domain
import Storage

/// Whether customers' own keys are exempt from credits by themselves, or only when a platform owner marks them.
package enum ServiceMode: String, Sendable {
    case selfHosted = "self_hosted"
    case cloud
}

/// What of a deployment is to change.
package struct Move: Sendable {
    package enum Action: Sendable {
        case deploy(VersionName)
        /// To the version live before the current one, or to that of an earlier revision.
        case rollback(toRevision: UInt64?)
        case undeploy
        case pause
        case resume
    }

    package var action: Action
    package var reason: String?
    /// The revision the caller has seen; 0: nothing was ever deployed; nil: whatever it is.
    package var expectedRevision: UInt64?

    package init(_ action: Action, reason: String? = nil, expectedRevision: UInt64? = nil) {
        self.action = action
        self.reason = reason
        self.expectedRevision = expectedRevision
    }
}

package struct Deployment: Hashable, Sendable {
    package var path: DeploymentPath
    package var record: DeploymentRecord
}

/// A deployment token to be. Its secret stays with the caller.
package struct NewToken: Sendable {
    package var id: String
    package var secretHash: Digest
    package var environment: String
    /// The newest one unless said.
    package var schema: UInt32?
    package var expiresAt: Timestamp?
    package var note: String
    package var mayReadPrompt: Bool
}

/// Where organizations, agents, versions, deployments, tokens, keys and the audit log are kept.
///
/// Every change is whole or nothing, seen by the gateways of this node when it is answered, and in the audit log.
/// `Tests/AdminTests/ControlStoreConformance.swift` is what every backend must pass.
package protocol ControlStore: Sendable {
    func createOrganization(slug: String, name: String, by change: Change) async throws(ControlFault)
        -> Created<Organization>
    func organization(_ slug: String) async throws(ControlFault) -> Organization
    func organizations(_ page: PageRequest) async throws(ControlFault) -> Page<Organization>

    func createEnvironment(_ organization: String, slug: String, isProtected: Bool, by change: Change)
        async throws(ControlFault) -> Created<OrganizationEnvironment>
    func environment(_ organization: String, _ slug: String) async throws(ControlFault) -> OrganizationEnvironment
    func environments(_ organization: String, _ page: PageRequest) async throws(ControlFault)
        -> Page<OrganizationEnvironment>

    /// With schema 1, which asks for nothing.
    func createAgent(_ path: AgentPath, name: String, by change: Change) async throws(ControlFault) -> Created<Agent>
    func agent(_ path: AgentPath) async throws(ControlFault) -> Agent
    func agents(_ organization: String, _ page: PageRequest) async throws(ControlFault) -> Page<Agent>

    /// - Parameters input, output: JSON objects in canonical form.
    func createSchema(_ agent: AgentPath, input: [UInt8], output: [UInt8], by change: Change)
        async throws(ControlFault) -> Created<AgentSchema>
    func schema(_ agent: AgentPath, _ number: UInt32) async throws(ControlFault) -> AgentSchema
    func schemas(_ agent: AgentPath, _ page: PageRequest) async throws(ControlFault) -> Page<AgentSchema>

    func createVersion(_ agent: AgentPath, _ version: NewVersion, by change: Change) async throws(ControlFault)
        -> Created<Version>
    func version(_ agent: AgentPath, _ name: VersionName) async throws(ControlFault) -> Version
    func versions(_ agent: AgentPath, _ page: PageRequest) async throws(ControlFault) -> Page<Version>
    /// The canonical form of a version.
    func content(_ hash: Digest) async throws(ControlFault) -> [UInt8]

    func move(_ path: DeploymentPath, _ move: Move, by change: Change) async throws(ControlFault) -> Deployment
    func deployment(_ path: DeploymentPath) async throws(ControlFault) -> Deployment
    func deployments(_ agent: AgentPath, _ page: PageRequest) async throws(ControlFault) -> Page<Deployment>
    func history(_ path: DeploymentPath, _ page: PageRequest) async throws(ControlFault) -> Page<HistoryEntry>
    /// What was deployed at a time.
    func deployment(_ path: DeploymentPath, asOf time: Timestamp) async throws(ControlFault) -> Deployment

    func createToken(_ agent: AgentPath, _ token: NewToken, by change: Change) async throws(ControlFault) -> TokenRecord
    func token(_ agent: AgentPath, _ id: String) async throws(ControlFault) -> TokenRecord
    func tokens(_ agent: AgentPath, _ page: PageRequest) async throws(ControlFault) -> Page<TokenRecord>
    /// Revoked is for ever.
    func setToken(_ agent: AgentPath, _ id: String, to state: TokenRecord.State, by change: Change)
        async throws(ControlFault) -> TokenRecord

    /// Takes all of these lines in one change, or none: what is there already stays as it is.
    func importLines(_ lines: [ImportLine], by change: Change) async throws(ControlFault) -> ImportReport

    // A key that begins to be used, or to cost credits, is refused where a live deployment that it serves cannot be
    // charged for.

    func createProviderKey(_ key: ProviderKeyRecord, by change: Change) async throws(ControlFault)
        -> Created<ProviderKeyRecord>
    func providerKey(_ id: String) async throws(ControlFault) -> ProviderKeyRecord
    /// - Parameter organization: whose alone; nil: all.
    func providerKeys(_ organization: String?, _ page: PageRequest) async throws(ControlFault)
        -> Page<ProviderKeyRecord>
    func rotateProviderKey(_ id: String, sealed: [UInt8], by change: Change) async throws(ControlFault)
        -> ProviderKeyRecord
    func setProviderKey(_ id: String, to state: ProviderKeyRecord.State, by change: Change) async throws(ControlFault)
        -> ProviderKeyRecord
    /// Marks an organization's own key, or takes the mark away.
    func setProviderKey(_ id: String, exempt isExempt: Bool, by change: Change) async throws(ControlFault)
        -> ProviderKeyRecord

    /// Takes what the server's price list says and did not say last time; writes nothing where that is nothing. Models
    /// that the list has no more keep their prices: something deployed may need them.
    /// - Parameter date: of the list, as 20261130.
    func loadPrices(_ prices: [NewPrice], date: UInt32, by change: Change) async throws(ControlFault) -> PriceReport
    /// Takes prices that differ from those in force.
    /// - Parameter format: of the file they come from.
    func importPrices(_ prices: [NewPrice], format: String, by change: Change) async throws(ControlFault) -> PriceReport
    func setPrice(_ price: NewPrice, by change: Change) async throws(ControlFault) -> ShownPrice
    /// Any price ever put.
    func price(version: UInt64, at time: Timestamp) async throws(ControlFault) -> ShownPrice
    /// By organization (the base prices first), provider and model.
    func prices(_ query: PriceQuery, _ page: PageRequest, at time: Timestamp) async throws(ControlFault)
        -> Page<ShownPrice>

    /// Keeps the newest of each of the ledger's providers.
    func keepReconciliation(_ outcome: ReconciliationRecord, by change: Change) async throws(ControlFault)
    /// The newest of each provider, by its name.
    func reconciliations() async throws(ControlFault) -> [ReconciliationRecord]

    func createAdminToken(_ token: AdminToken, secretHash: Digest, by change: Change) async throws(ControlFault)
    func adminToken(secretHash: Digest) async throws(ControlFault) -> AdminToken?
    func adminTokens(_ page: PageRequest) async throws(ControlFault) -> Page<AdminToken>
    /// The last owner of all stays.
    func deleteAdminToken(_ id: String, by change: Change) async throws(ControlFault)

    /// For changes that are made elsewhere: in the ledger. Under an idempotency key, once.
    func note(_ event: AuditEvent, by change: Change) async throws(ControlFault)
    /// - Parameter organization: whose alone; nil: all. A page may be short and have a next one.
    func audit(_ organization: String?, _ page: PageRequest) async throws(ControlFault) -> Page<AuditEntry>
}

/// What an audit entry is made of, besides the change it is about.
package struct AuditEvent: Sendable {
    package var action: String
    package var target: String
    package var organization: String?
    package var details: [AuditEntry.Detail]

    package init(
        _ action: String, _ target: String, organization: String?, _ details: KeyValuePairs<String, String> = [:]
    ) {
        self.action = action
        self.target = target
        self.organization = organization
        self.details = details.map { AuditEntry.Detail(name: $0.key, value: $0.value) }
    }
}
