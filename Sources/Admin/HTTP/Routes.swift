import HTTPTypes

/// One route: what it asks of its caller, and who answers.
struct Route: Sendable {
    typealias Handler = @Sendable (AdminCall) async throws(ControlFault) -> Reply

    var method: HTTPRequest.Method
    var path: String
    var permission: Permission
    var maximumBodyBytes: Int
    var handle: Handler

    init(
        _ method: HTTPRequest.Method, _ path: String, _ permission: Permission,
        maximumBodyBytes: Int = AdminRouter.maximumBodyBytes, _ handle: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.permission = permission
        self.maximumBodyBytes = maximumBodyBytes
        self.handle = handle
    }
}

/// The admin port's routes. All of them need an admin token; those that do not are in `AdminRouter`.
enum Routes {
    static let all = organizations + credits + agents + deployments + tokens + providerKeys + books + administration

    private static let root = "/api/v1"
    private static let org = root + "/organizations/{org}"
    private static let agent = org + "/agents/{agent}"
    private static let deployment = agent + "/schemas/{n}/deployments/{env}"

    private static func own(_ access: Access, _ area: Area) -> Permission {
        Permission(access, area, .organizationInPath)
    }

    private static let organizations = [
        Route(.get, root + "/organizations", Permission(.read, .organizations, .callers), OrganizationsResource.list),
        Route(.post, root + "/organizations", Permission(.write, .organizations, .all), OrganizationsResource.create),
        Route(.get, org, own(.read, .organizations), OrganizationsResource.get),
        Route(.get, org + "/environments", own(.read, .organizations), EnvironmentsResource.list),
        Route(.post, org + "/environments", own(.write, .organizations), EnvironmentsResource.create),
        Route(.get, org + "/environments/{env}", own(.read, .organizations), EnvironmentsResource.get),
    ]

    private static let credits = [
        Route(.get, org + "/credits", own(.read, .credits), CreditsResource.get),
        Route(.get, org + "/credits/entries", own(.read, .credits), CreditsResource.entries),
        Route(.get, org + "/credits/interrupted", own(.read, .credits), CreditsResource.interrupted),
        Route(.get, org + "/credits/statements", own(.read, .credits), StatementsResource.get),
        Route(.get, org + "/credits/terms", own(.read, .credits), CreditTermsResource.get),
        Route(.put, org + "/credits/terms", own(.write, .credits), CreditTermsResource.put),
        Route(.post, org + "/credits/top-ups", own(.write, .credits), PostingsResource.topUp),
        Route(.post, org + "/credits/adjustments", own(.write, .credits), PostingsResource.adjust),
        Route(.post, org + "/credits/refunds", own(.write, .credits), PostingsResource.refund),
    ]

    private static let agents = [
        Route(.get, org + "/agents", own(.read, .agents), AgentsResource.list),
        Route(.post, org + "/agents", own(.write, .agents), AgentsResource.create),
        Route(.get, agent, own(.read, .agents), AgentsResource.get),
        Route(.get, agent + "/schemas", own(.read, .agents), SchemasResource.list),
        Route(.post, agent + "/schemas", own(.write, .agents), SchemasResource.create),
        Route(.get, agent + "/schemas/compatibility", own(.read, .agents), SchemasResource.compatibility),
        Route(.get, agent + "/schemas/{n}", own(.read, .agents), SchemasResource.get),
        Route(.get, agent + "/versions", own(.read, .agents), VersionsResource.list),
        Route(.post, agent + "/versions", own(.write, .agents), VersionsResource.create),
        Route(.get, agent + "/versions/{version}", own(.read, .agents), VersionsResource.get),
    ]

    private static let deployments = [
        Route(.get, agent + "/deployments", own(.read, .deployments), DeploymentsResource.list),
        Route(.get, deployment, own(.read, .deployments), DeploymentsResource.get),
        Route(.put, deployment, own(.write, .deployments), DeploymentsResource.deploy),
        Route(.delete, deployment, own(.write, .deployments), DeploymentsResource.undeploy),
        Route(.post, deployment + "/rollback", own(.write, .deployments), DeploymentsResource.rollback),
        Route(.post, deployment + "/pause", own(.write, .deployments), DeploymentsResource.pause),
        Route(.post, deployment + "/resume", own(.write, .deployments), DeploymentsResource.resume),
        Route(.get, deployment + "/history", own(.read, .deployments), DeploymentsResource.history),
        Route(.get, deployment + "/as-of", own(.read, .deployments), DeploymentsResource.asOf),
    ]

    private static let tokens = [
        Route(.get, agent + "/tokens", own(.read, .tokens), TokensResource.list),
        Route(.post, agent + "/tokens", own(.write, .tokens), TokensResource.create),
        Route(.get, agent + "/tokens/{id}", own(.read, .tokens), TokensResource.get),
        Route(.post, agent + "/tokens/{id}/suspend", own(.write, .tokens), TokensResource.suspend),
        Route(.post, agent + "/tokens/{id}/activate", own(.write, .tokens), TokensResource.activate),
        Route(.post, agent + "/tokens/{id}/revoke", own(.write, .tokens), TokensResource.revoke),
    ]

    private static let keys = root + "/provider-keys"
    private static let readKeys = Permission(.read, .providerKeys, .callers)
    private static let writeKeys = Permission(.write, .providerKeys, .callers)

    private static let providerKeys = [
        Route(.get, keys, readKeys, ProviderKeysResource.list),
        Route(.post, keys, writeKeys, ProviderKeysResource.create),
        Route(.get, keys + "/{id}", readKeys, ProviderKeysResource.get),
        Route(.post, keys + "/{id}/rotate", writeKeys, ProviderKeysResource.rotate),
        Route(.post, keys + "/{id}/disable", writeKeys, ProviderKeysResource.disable),
        Route(.post, keys + "/{id}/enable", writeKeys, ProviderKeysResource.enable),
        Route(.post, keys + "/{id}/exempt", writeKeys, ProviderKeysResource.exempt),
    ]

    private static let books = [
        Route(.get, root + "/models", Permission(.read, .prices, .callers), PricesResource.list),
        Route(.get, root + "/prices", Permission(.read, .prices, .callers), PricesResource.list),
        Route(.post, root + "/prices", Permission(.write, .prices, .all), PricesResource.set),
        Route(.get, root + "/prices/{version}", Permission(.read, .prices, .callers), PricesResource.get),
        Route(.post, root + "/prices/import", Permission(.write, .prices, .all), PricesResource.take),
        Route(.get, root + "/usage", Permission(.read, .books, .callers), UsageResource.get),
        Route(.get, root + "/runs/{id}", Permission(.read, .books, .callers), RunsResource.get),
        Route(.get, root + "/ledger/entries", Permission(.read, .books, .callers), LedgerEntriesResource.list),
        Route(.get, root + "/ledger/archive", Permission(.read, .books, .all), LedgerArchiveResource.page),
        Route(.get, root + "/ledger/archive/carried", Permission(.read, .books, .all), LedgerArchiveResource.carried),
        Route(.get, root + "/ledger/prune", Permission(.read, .pruning, .all), LedgerPruneResource.get),
        Route(.post, root + "/ledger/prune", Permission(.write, .pruning, .all), LedgerPruneResource.create),
        Route(.post, root + "/ledger/verify", Permission(.write, .books, .all), LedgerResource.verify),
        Route(.get, root + "/reconciliations", Permission(.read, .books, .all), ReconciliationsResource.list),
        Route(
            .post, root + "/reconciliations", Permission(.write, .books, .all),
            maximumBodyBytes: ReconciliationsResource.maximumFileBytes, ReconciliationsResource.create),
    ]

    private static let administration = [
        Route(.post, root + "/import", Permission(.write, .organizations, .all), ImportResource.take),
        Route(.get, root + "/audit", Permission(.read, .audit, .callers), AuditResource.list),
        Route(.get, root + "/admin-tokens", Permission(.read, .adminTokens, .all), AdminTokensResource.list),
        Route(.post, root + "/admin-tokens", Permission(.write, .adminTokens, .all), AdminTokensResource.create),
        Route(.delete, root + "/admin-tokens/{id}", Permission(.write, .adminTokens, .all), AdminTokensResource.delete),
    ]
}
