import Domain
import Storage

extension EmbeddedControlStore {
    package func move(
        _ path: DeploymentPath, _ move: Move, by change: Change
    ) async throws(ControlFault) -> Deployment {
        let tables = tables
        let mode = mode
        return try await amend(
            change, keeping: \.record, repeated: { _, record in Deployment(path: path, record: record) }
        ) { transaction in
            let (deployment, event) = try transaction.carryOut(move, tables, path, mode: mode, change)
            if let event { try transaction.audit(tables, change, event) }
            return deployment
        }
    }

    package func deployment(_ path: DeploymentPath) throws(ControlFault) -> Deployment {
        try read { transaction in
            _ = try transaction.schema(tables, path.agent, path.schema)
            guard let record = try transaction.deployment(tables, path) else { throw ControlFault.notDeployed }
            return Deployment(path: path, record: record)
        }
    }

    package func deployments(_ agent: AgentPath, _ page: PageRequest) throws(ControlFault) -> Page<Deployment> {
        let prefix = agent.key
        var from: Key?
        if let cursor = page.cursor {
            let parts = cursor.split(separator: "/").map(String.init)
            guard parts.count == 2, let schema = UInt32(parts[0]) else {
                throw .invalid("the cursor is not one of this list")
            }
            from = prefix.appending(schema).appending(parts[1]).following
        }
        return try read { transaction in
            try transaction.requireAgent(tables, agent)
            let found = try transaction.entries(tables.deployments, prefix: prefix, from: from, limit: page.limit + 1)
            let deployments = try found.map { entry in
                let tail = entry.key.dropFirst(prefix.bytes.count)
                let schema = tail.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
                let environment = String(decoding: tail.dropFirst(4).dropLast(), as: UTF8.self)
                return Deployment(
                    path: DeploymentPath(agent, schema: schema, environment: environment),
                    record: try DeploymentRecord(entry.value.span.bytes))
            }
            return Page(deployments, limit: page.limit) { "\($0.path.schema)/\($0.path.environment)" }
        }
    }

    package func history(_ path: DeploymentPath, _ page: PageRequest) throws(ControlFault) -> Page<HistoryEntry> {
        try read { transaction in
            _ = try transaction.schema(tables, path.agent, path.schema)
            return try transaction.newestFirst(tables.deploymentHistory, prefix: path.key, page) { $0.revision }
        }
    }

    package func deployment(_ path: DeploymentPath, asOf time: Timestamp) throws(ControlFault) -> Deployment {
        try read { transaction in
            guard let newest = try transaction.deployment(tables, path) else { throw ControlFault.notDeployed }
            // Revisions have no gaps, and their times never fall: the last one not after the time, by halving.
            var (low, high) = (UInt64(0), newest.revision)
            while low < high {
                let middle = low + (high - low + 1) / 2
                let entry = try transaction.revision(tables, path, middle)
                if entry.at.milliseconds <= time.milliseconds { low = middle } else { high = middle - 1 }
            }
            guard low > 0 else { throw ControlFault.notDeployed }
            let entry = try transaction.revision(tables, path, low)
            guard let version = entry.to ?? entry.from else { throw ControlFault.notDeployed }
            let record = DeploymentRecord(
                state: entry.state, revision: entry.revision, versionNumber: version.number,
                versionHash: version.hash, changedAt: entry.at.milliseconds, changedBy: entry.by)
            return Deployment(path: path, record: record)
        }
    }
}

extension ControlFault {
    static let notDeployed = Self(.notDeployed, "nothing is deployed here")
}

extension DeploymentPath {
    var key: Key {
        DeploymentRecord.key(
            organization: agent.organization, agent: agent.agent, schema: schema, environment: environment)
    }
}

extension HistoryEntry {
    fileprivate var state: DeploymentRecord.State {
        switch action {
        case .deploy, .rollback, .resume: .active
        case .pause: .paused
        case .undeploy: .undeployed
        }
    }
}

extension Transaction where Self: ~Copyable {
    func deployment(_ tables: CatalogTables, _ path: DeploymentPath) throws -> DeploymentRecord? {
        try deployment(
            tables, organization: path.agent.organization, agent: path.agent.agent, schema: path.schema,
            environment: path.environment)
    }

    func revision(_ tables: CatalogTables, _ path: DeploymentPath, _ revision: UInt64) throws -> HistoryEntry {
        guard let entry: HistoryEntry = try record(tables.deploymentHistory, path.key.appending(revision)) else {
            throw ControlFault.notFound("revision")
        }
        return entry
    }
}
