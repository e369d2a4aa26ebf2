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

    fileprivate static let layout: UInt8 = 1

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
        let pointer = try DeploymentPointer(&record, bytes)
        state = pointer.state
        revision = pointer.revision
        versionNumber = pointer.versionNumber
        versionHash = pointer.versionHash
        changedAt = pointer.changedAt
        changedBy = try record.string(bytes)
    }

    package static func key(organization: String, agent: String, schema: UInt32, environment: String) -> Key {
        Key(organization, agent).appending(schema).appending(environment)
    }
}

/// What of a deployment a run needs: the record without what only people want to know.
package struct DeploymentPointer: Hashable, Sendable {
    package var state: DeploymentRecord.State
    package var revision: UInt64
    package var versionNumber: UInt32
    package var versionHash: Digest
    /// Milliseconds since 1970 at which this revision began.
    package var changedAt: Int64

    /// - Parameter bytes: of a `DeploymentRecord`.
    package init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: DeploymentRecord.layout, bytes)
        self = try Self(&record, bytes)
    }

    fileprivate init(_ record: inout RecordReader, _ bytes: RawSpan) throws(StorageError) {
        guard let state = DeploymentRecord.State(rawValue: try record.integer(bytes)) else {
            throw StorageError(.corrupt, "read deployment: state")
        }
        self.state = state
        revision = try record.integer(bytes)
        versionNumber = try record.integer(bytes)
        versionHash = try record.digest(bytes)
        changedAt = try record.integer(bytes)
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

    /// What is deployed for a token.
    func deployment(
        _ tables: CatalogTables, for token: TokenScope, schema: UInt32
    ) throws(StorageError) -> DeploymentPointer? {
        typealias Parts = Key.PartsWriter
        let count = Parts.size(token.organization) + Parts.size(token.agent) + 4 + Parts.size(token.environment)
        return try unsafe Key.withParts(count: count) { key in
            key.append(token.organization)
            key.append(token.agent)
            key.append(schema)
            key.append(token.environment)
        } _: { key throws(StorageError) in
            try unsafe withValue(tables.deployments, key) { bytes throws(StorageError) in try DeploymentPointer(bytes) }
        }
    }
}

extension Reader {
    /// What is deployed for a token as of now.
    package func deployment(
        _ tables: CatalogTables, for token: TokenScope, schema: UInt32
    ) throws(StorageError) -> DeploymentPointer? {
        try read { snapshot throws(StorageError) in try snapshot.deployment(tables, for: token, schema: schema) }
    }
}
