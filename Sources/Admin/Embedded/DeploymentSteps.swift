import Domain
import Storage

/// One revision to be: what a move comes to, given what is deployed.
struct DeploymentStep {
    var action: HistoryEntry.Action
    var state: DeploymentRecord.State
    var version: VersionReference
}

extension DeploymentRecord {
    var version: VersionReference { VersionReference(number: versionNumber, hash: versionHash) }
    var isLive: Bool { state != .undeployed }
}

extension WriteTransaction {
    /// Revisions looked at for the version before: everybody else's changes wait meanwhile.
    static var rollbackScan: Int { 1_000 }

    /// Checks a move and makes it, all but its audit entry.
    /// - Returns: what is there now, and the event to audit; nil where nothing was to change.
    func carryOut(
        _ move: Move, _ tables: CatalogTables, _ path: DeploymentPath, mode: ServiceMode, _ change: Change
    ) throws -> (Deployment, AuditEvent?) {
        _ = try schema(tables, path.agent, path.schema)
        try requireEnvironment(tables, path.agent.organization, path.environment)
        let current = try deployment(tables, path)
        if let expected = move.expectedRevision, expected != current?.revision ?? 0 {
            throw ControlFault.revisionConflict(actual: current?.revision ?? 0)
        }
        guard let step = try step(tables, path, move.action, from: current, mode: mode, change) else {
            guard let current else { throw ControlFault.notDeployed }
            return (Deployment(path: path, record: current), nil)
        }
        let deployment = try take(step, tables, path, from: current, reason: move.reason, change)
        let event = AuditEvent(
            "deployment.\(step.action.rawValue)", path.target, organization: path.agent.organization,
            ["revision": String(deployment.record.revision), "version": String(step.version.number)])
        return (deployment, event)
    }

    /// Decides; nil where nothing is to change.
    private func step(
        _ tables: CatalogTables, _ path: DeploymentPath, _ action: Move.Action, from current: DeploymentRecord?,
        mode: ServiceMode, _ change: Change
    ) throws -> DeploymentStep? {
        switch action {
        case .deploy(let name):
            let version = try version(tables, path.agent, name)
            try requireDeployable(version, tables, path, mode: mode, at: change.at)
            return DeploymentStep(action: .deploy, state: .active, version: version.reference)
        case .rollback(let revision):
            guard let current else { throw ControlFault.notDeployed }
            let target = try rollbackTarget(tables, path, from: current, toRevision: revision)
            let version = try version(tables, path.agent, .number(target.number))
            try requireDeployable(version, tables, path, mode: mode, at: change.at)
            return DeploymentStep(action: .rollback, state: .active, version: target)
        case .undeploy:
            guard let current, current.isLive else { throw ControlFault.notDeployed }
            return DeploymentStep(action: .undeploy, state: .undeployed, version: current.version)
        case .pause:
            guard let current, current.isLive else { throw ControlFault.notDeployed }
            guard current.state != .paused else { return nil }
            return DeploymentStep(action: .pause, state: .paused, version: current.version)
        case .resume:
            guard let current, current.isLive else { throw ControlFault.notDeployed }
            guard current.state != .active else { return nil }
            return DeploymentStep(action: .resume, state: .active, version: current.version)
        }
    }

    /// Writes the revision and its history.
    private func take(
        _ step: DeploymentStep, _ tables: CatalogTables, _ path: DeploymentPath, from current: DeploymentRecord?,
        reason: String?, _ change: Change
    ) throws -> Deployment {
        // A clock set back must not put revisions out of order.
        let at = max(change.at.milliseconds, current?.changedAt ?? 0)
        let record = DeploymentRecord(
            state: step.state, revision: (current?.revision ?? 0) + 1, versionNumber: step.version.number,
            versionHash: step.version.hash, changedAt: at, changedBy: change.actor)
        let entry = HistoryEntry(
            revision: record.revision, action: step.action, from: current.flatMap { $0.isLive ? $0.version : nil },
            to: record.isLive ? record.version : nil, at: Timestamp(milliseconds: at), by: change.actor,
            reason: reason)
        try put(tables.deployments, path.key, record.encoded)
        try put(tables.deploymentHistory, path.key.appending(record.revision), entry.json)
        return Deployment(path: path, record: record)
    }

    private func rollbackTarget(
        _ tables: CatalogTables, _ path: DeploymentPath, from current: DeploymentRecord, toRevision revision: UInt64?
    ) throws -> VersionReference {
        if let revision {
            guard let version = try self.revision(tables, path, revision).to else {
                throw ControlFault.invalid("nothing was live at that revision", at: "/to_revision")
            }
            return version
        }
        guard current.isLive else { return current.version }
        let newest = try entries(
            tables.deploymentHistory, prefix: path.key, backwards: true, limit: Self.rollbackScan)
        for entry in newest {
            let entry = try HistoryEntry(stored: entry.value)
            if entry.isDeploy, let version = entry.to, version != current.version { return version }
        }
        guard newest.count < Self.rollbackScan else {
            throw ControlFault.invalid(
                "no other version was live in the last \(Self.rollbackScan) revisions; name one of them",
                at: "/to_revision")
        }
        throw ControlFault.invalid("no other version was live here before")
    }

    private func requireDeployable(
        _ version: Version, _ tables: CatalogTables, _ path: DeploymentPath, mode: ServiceMode, at time: Timestamp
    ) throws {
        guard version.schema == path.schema else {
            throw ControlFault.invalid(
                "version \(version.reference.number) is of schema \(version.schema), not \(path.schema)", at: "/version"
            )
        }
        let keys = try keyStanding(
            tables, organization: path.agent.organization, provider: version.provider, mode: mode)
        guard keys != .exempt else { return }
        try requireChargeable(version, tables, organization: path.agent.organization, at: time)
    }
}
