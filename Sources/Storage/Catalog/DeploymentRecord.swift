import Domain

/// That in this environment this version is current for this agent and schema. Kept after an undeploy, so that the
/// revision goes on growing.
package struct DeploymentRecord: Hashable, Sendable {
    package enum State: UInt8, Sendable { case active = 1, paused, undeployed }

    package var state: State
    /// 1 for the first deploy; grows by one with every change.
    package var revision: UInt64
    package var versionNumber: UInt32
    package var versionHash: Digest
    /// Milliseconds since 1970 at which this revision began.
    package var changedAt: Int64
    package var changedBy: String

    package init(
        state: State, revision: UInt64, versionNumber: UInt32, versionHash: Digest, changedAt: Int64, changedBy: String
    ) {
        self.state = state
        self.revision = revision
        self.versionNumber = versionNumber
        self.versionHash = versionHash
        self.changedAt = changedAt
        self.changedBy = changedBy
    }

    private static let layout: UInt8 = 1

    package var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout)
        record.put(state.rawValue)
        record.put(revision)
        record.put(versionNumber)
        record.put(versionHash)
        record.put(changedAt)
        record.put(changedBy)
        return record.bytes
    }

    package init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        guard let state = State(rawValue: try record.integer(bytes)) else {
            throw StorageError(.corrupt, "read deployment: state")
        }
        self.state = state
        revision = try record.integer(bytes)
        versionNumber = try record.integer(bytes)
        versionHash = try record.digest(bytes)
        changedAt = try record.integer(bytes)
        changedBy = try record.string(bytes)
    }

    package static func key(organization: String, agent: String, schema: UInt32, environment: String) -> Key {
        Key(organization, agent).appending(schema).appending(environment)
    }
}

extension Transaction where Self: ~Copyable {
    package func deployment(
        _ tables: CatalogTables, organization: String, agent: String, schema: UInt32, environment: String
    ) throws(StorageError) -> DeploymentRecord? {
        let key = DeploymentRecord.key(
            organization: organization, agent: agent, schema: schema, environment: environment)
        return try withValue(tables.deployments, key) { bytes throws(StorageError) in try DeploymentRecord(bytes) }
    }
}
