/// What is deployed, and who may ask: the environment that both planes meet in. The admin plane writes it, one
/// transaction a change; the gateway reads it in place on every run.
///
/// Tables the gateway reads hold binary records (`TokenRecord` and its neighbours). Tables only the control plane
/// reads hold JSON.
package final class Catalog: Sendable {
    package let environment: Environment
    package let writer: Writer
    package let tables: CatalogTables

    /// - Parameters:
    ///   - reserve: room below which no changes are taken.
    ///   - report: told each new state, on the writer's thread.
    package init(
        folder: String, settings: Environment.Settings = .init(), reserve: Reserve = Reserve(),
        report: @escaping @Sendable (StoreState) -> Void = { _ in }
    ) throws(StorageError) {
        environment = try Environment(folder: folder, settings: settings)
        tables = try CatalogTables(environment)
        writer = try Writer(
            environment, name: "tollgate.catalog", maximumBatch: 1, reserve: reserve, report: report)
    }

    deinit { writer.letGo() }

    package func close() async { await writer.close() }

    /// Whether changes are taken, as of a second ago at most.
    package var state: StoreState { writer.standing }

    package var figures: StoreFigures { writer.figures }

    /// What was kept to know the master key by; nil where nothing was.
    package func masterKeyCheck() throws(StorageError) -> [UInt8]? {
        try environment.read { transaction throws(StorageError) in
            try transaction.value(tables.meta, CatalogTables.masterKeyCheck)
        }
    }

    /// Keeps it, unless something is kept.
    package func keepMasterKeyCheck(_ check: [UInt8]) async throws(StorageError) {
        let meta = tables.meta
        try await writer.perform { transaction throws(StorageError) in
            if try transaction.contains(meta, CatalogTables.masterKeyCheck) { return }
            try transaction.put(meta, CatalogTables.masterKeyCheck, check)
        }
    }
}

/// The tables of the catalog. Keys are named in parts as `Key` joins them.
package struct CatalogTables: Sendable {
    /// The number of the layout of all tables; a store of another number is not opened.
    package static let format: UInt64 = 2

    static let masterKeyCheck = Key("master_key")

    /// `format` -> 8 bytes; `master_key` -> a known text sealed under the master key.
    let meta: Table
    // Read by the gateway.
    /// SHA-256 of the secret -> TokenRecord.
    package let tokens: Table
    /// organization, agent, schema (4 bytes), environment -> DeploymentRecord.
    package let deployments: Table
    /// content hash -> canonical form of a version.
    package let contents: Table
    /// owner (empty: the platform), provider, key id -> ProviderKeyRecord.
    package let providerKeys: Table
    /// organization (empty: the base price), provider, model -> PriceSchedule.
    package let prices: Table
    /// organization, agent -> JSON. The gateway only asks whether there is one.
    package let agents: Table
    // Read by the control plane alone.
    /// organization, agent, token id -> SHA-256 of the secret.
    package let tokenIDs: Table
    /// key id -> key in `providerKeys`.
    package let providerKeyIDs: Table
    /// organization -> JSON.
    package let organizations: Table
    /// organization, environment -> JSON.
    package let environments: Table
    /// organization, agent, number (4 bytes) -> JSON.
    package let schemas: Table
    /// organization, agent, number (4 bytes) -> JSON.
    package let versions: Table
    /// organization, agent, content hash (hexadecimal) or `label:` and label -> a version's number (4 bytes);
    /// organization, agent, `shape:` and a hash of both schemas' shapes -> a schema's number (4 bytes).
    package let versionHashes: Table
    /// organization, agent, schema (4 bytes), environment, revision (8 bytes) -> JSON.
    package let deploymentHistory: Table
    /// SHA-256 of an admin token's secret -> JSON.
    package let adminTokens: Table
    /// sequence (8 bytes) -> JSON.
    package let audit: Table
    /// scope, idempotency key -> JSON of the answer given.
    package let idempotency: Table
    /// version (8 bytes) -> PriceRecord. None is ever changed or deleted: entries of the books name them.
    package let priceVersions: Table
    /// provider of the ledger, or nothing for all -> JSON.
    package let reconciliations: Table

    init(_ environment: Environment) throws(StorageError) {
        let names = [
            Format.table, "tokens", "deployments", "contents", "provider_keys", "prices", "agents", "token_ids",
            "provider_key_ids", "organizations", "environments", "schemas", "versions", "version_hashes",
            "deployment_history", "admin_tokens", "audit", "idempotency",
            "price_versions", "reconciliations",
        ]
        let tables = try Format.open(names, format: Self.format, in: environment)
        meta = tables[0]
        tokens = tables[1]
        deployments = tables[2]
        contents = tables[3]
        providerKeys = tables[4]
        prices = tables[5]
        agents = tables[6]
        tokenIDs = tables[7]
        providerKeyIDs = tables[8]
        organizations = tables[9]
        environments = tables[10]
        schemas = tables[11]
        versions = tables[12]
        versionHashes = tables[13]
        deploymentHistory = tables[14]
        adminTokens = tables[15]
        audit = tables[16]
        idempotency = tables[17]
        priceVersions = tables[18]
        reconciliations = tables[19]
    }
}
