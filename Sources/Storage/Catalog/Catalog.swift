/// What is deployed, and who may ask: the environment that both planes meet in. The admin plane writes it, one
/// transaction a change; the gateway reads it in place on every run.
///
/// Tables the gateway reads hold binary records (`TokenRecord` and its neighbours). Tables only the control plane
/// reads hold JSON.
package final class Catalog: Sendable {
    package let environment: Environment
    package let writer: Writer
    package let tables: CatalogTables

    package init(folder: String, settings: Environment.Settings = .init()) throws(StorageError) {
        environment = try Environment(folder: folder, settings: settings)
        tables = try CatalogTables(environment)
        writer = Writer(environment, name: "tollgate.catalog", maximumBatch: 1)
        try tables.claimFormat(in: environment)
    }

    package func close() async { await writer.close() }
}

/// The tables of the catalog. Keys are named in parts as `Key` joins them.
package struct CatalogTables: Sendable {
    /// The number of the layout of all tables; a store of another number is not opened.
    package static let format: UInt64 = 1

    /// `format` -> 8 bytes.
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
    /// provider, model -> PriceRecord.
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
    /// organization, agent, `shape:` and a hash of both schemas -> a schema's number (4 bytes).
    package let versionHashes: Table
    /// organization, agent, schema (4 bytes), environment, revision (8 bytes) -> JSON.
    package let deploymentHistory: Table
    /// SHA-256 of an admin token's secret -> JSON.
    package let adminTokens: Table
    /// sequence (8 bytes) -> JSON.
    package let audit: Table
    /// scope, idempotency key -> JSON of the answer given.
    package let idempotency: Table

    init(_ environment: Environment) throws(StorageError) {
        let tables = try environment.tables([
            "meta", "tokens", "deployments", "contents", "provider_keys", "prices", "agents", "token_ids",
            "provider_key_ids", "organizations", "environments", "schemas", "versions", "version_hashes",
            "deployment_history", "admin_tokens", "audit", "idempotency",
        ])
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
    }

    func claimFormat(in environment: Environment) throws(StorageError) {
        try Format.claim(Self.format, table: meta, in: environment)
    }
}

/// The number a store's layout has. A new store takes ours; one of another number is refused untouched.
enum Format {
    static func claim(_ format: UInt64, table: Table, in environment: Environment) throws(StorageError) {
        let key = Key("format")
        let found = try environment.read { transaction throws(StorageError) in try transaction.value(table, key) }
        if let found {
            guard found == Key(format).bytes else { throw StorageError(.unavailable, "open store: of another format") }
            return
        }
        let transaction = try WriteTransaction(environment)
        try transaction.put(table, key, Key(format).bytes)
        try transaction.commit()
    }
}
