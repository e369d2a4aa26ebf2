import Domain
import Logging
import Prompting
import Storage

/// One loop's way from a token to a plan: its own read transaction on the catalog, its own cache of plans.
///
/// Not Sendable: it belongs to its loop. `Benchmarks/` measures these very functions.
package final class PlanResolver {
    package let tables: CatalogTables
    private let reader: Reader
    private var plans: PlanCache
    private let logger: Logger

    /// - Parameter cacheBytes: for decoded versions.
    package init(_ catalog: Catalog, cacheBytes: Int, logger: Logger) throws(StorageError) {
        tables = catalog.tables
        reader = try Reader(catalog.environment)
        plans = PlanCache(maximumBytes: cacheBytes)
        self.logger = logger
    }

    /// For decoded versions.
    var cacheBytes: Int {
        get { plans.maximumBytes }
        set { plans.maximumBytes = newValue }
    }

    var planFigures: PlanCache.Figures { plans.figures }

    /// Reads the catalog as it is now.
    package func read<R>(
        _ body: (borrowing Reader.Snapshot) throws(StorageError) -> R
    ) throws(GatewayError) -> R {
        try reading { () throws(StorageError) in try reader.read(body) }
    }

    private func reading<R>(_ read: () throws(StorageError) -> R) throws(GatewayError) -> R {
        do throws(StorageError) { return try read() } catch {
            logger.error("catalog read failed", metadata: ["error": "\(error)"])
            throw GatewayError(.internalError, "The catalog could not be read.")
        }
    }

    /// The token of this hash, as it is in the catalog now, if it may be used.
    /// - Parameter now: milliseconds since 1970.
    package func authenticate(_ secretHash: Digest, now: Int64) throws(GatewayError) -> Caller {
        let token = try reading { () throws(StorageError) in try reader.token(tables, secretHash: secretHash) }
        guard let token else { throw GatewayError(.invalidToken, "The deployment token is not known here.") }
        switch token.state {
        case .active: break
        case .suspended: throw GatewayError(.tokenSuspended, "The deployment token is suspended.")
        case .revoked: throw GatewayError(.tokenRevoked, "The deployment token was revoked.")
        }
        guard token.expiresAt == 0 || now < token.expiresAt else {
            throw GatewayError(.tokenExpired, "The deployment token has expired.")
        }
        return token
    }

    /// What is deployed for a token, paused or not.
    package func deployment(for caller: Caller, schema: UInt32) throws(GatewayError) -> DeploymentPointer {
        let record = try reading { () throws(StorageError) in
            try reader.deployment(tables, for: caller, schema: schema)
        }
        guard let record, record.state != .undeployed else {
            throw GatewayError(
                .notDeployed, "Nothing is deployed for \(caller.agent), schema \(schema), in \(caller.environment).")
        }
        return record
    }

    /// The plan of a version, decoded at most once while it stays in the cache.
    package func plan(_ version: DeploymentPointer) throws(GatewayError) -> Plan {
        if let plan = plans[version.versionHash] { return plan }
        let content = try read { snapshot throws(StorageError) in
            try snapshot.value(tables.contents, Key(version.versionHash))
        }
        guard let content else { throw GatewayError(.internalError, "The deployed version's content is missing.") }
        do throws(VersionFault) {
            let plan = try Plan(decoding: content)
            plans.insert(plan, under: version.versionHash)
            return plan
        } catch {
            logger.error("version does not decode", metadata: ["version": "\(version.versionHash)"])
            throw GatewayError(.internalError, "The deployed version cannot be read.")
        }
    }
}
