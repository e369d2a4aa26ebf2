import Domain

/// A deployment token as the gateway reads it. The secret itself is nowhere: the key is its SHA-256.
package struct TokenRecord: Hashable, Sendable {
    package enum State: UInt8, Sendable { case active = 1, suspended, revoked }

    package var id: String
    package var organization: String
    package var agent: String
    package var environment: String
    /// The schema it was pinned to when it was created.
    package var schema: UInt32
    package var state: State
    /// Milliseconds since 1970; 0: never.
    package var expiresAt: Int64
    /// Whether `GET /v1/deployment` shows it the prompt.
    package var mayReadPrompt: Bool
    package var createdAt: Int64
    package var createdBy: String
    package var note: String

    package init(
        id: String, organization: String, agent: String, environment: String, schema: UInt32, state: State = .active,
        expiresAt: Int64 = 0, mayReadPrompt: Bool = false, createdAt: Int64, createdBy: String, note: String = ""
    ) {
        self.id = id
        self.organization = organization
        self.agent = agent
        self.environment = environment
        self.schema = schema
        self.state = state
        self.expiresAt = expiresAt
        self.mayReadPrompt = mayReadPrompt
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.note = note
    }

    fileprivate static let layout: UInt8 = 1

    package var encoded: [UInt8] {
        var record = RecordWriter(layout: Self.layout)
        record.put(state.rawValue)
        record.put(mayReadPrompt)
        record.put(schema)
        record.put(expiresAt)
        record.put(createdAt)
        for text in [id, organization, agent, environment, createdBy, note] { record.put(text) }
        return record.bytes
    }

    package init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: Self.layout, bytes)
        let scope = try TokenScope(&record, bytes)
        state = scope.state
        mayReadPrompt = scope.mayReadPrompt
        schema = scope.schema
        expiresAt = scope.expiresAt
        createdAt = scope.createdAt
        id = scope.id
        organization = scope.organization
        agent = scope.agent
        environment = scope.environment
        createdBy = try record.string(bytes)
        note = try record.string(bytes)
    }
}

/// What of a token a run needs: the record without what only people want to know.
package struct TokenScope: Hashable, Sendable {
    package var id: String
    package var organization: String
    package var agent: String
    package var environment: String
    /// The schema it was pinned to when it was created.
    package var schema: UInt32
    package var state: TokenRecord.State
    /// Milliseconds since 1970; 0: never.
    package var expiresAt: Int64
    package var mayReadPrompt: Bool
    fileprivate var createdAt: Int64

    /// - Parameter bytes: of a `TokenRecord`.
    package init(_ bytes: RawSpan) throws(StorageError) {
        var record = try RecordReader(layout: TokenRecord.layout, bytes)
        self = try Self(&record, bytes)
    }

    fileprivate init(_ record: inout RecordReader, _ bytes: RawSpan) throws(StorageError) {
        guard let state = TokenRecord.State(rawValue: try record.integer(bytes)) else {
            throw StorageError(.corrupt, "read token: state")
        }
        self.state = state
        mayReadPrompt = try record.bool(bytes)
        schema = try record.integer(bytes)
        expiresAt = try record.integer(bytes)
        createdAt = try record.integer(bytes)
        id = try record.string(bytes)
        organization = try record.string(bytes)
        agent = try record.string(bytes)
        environment = try record.string(bytes)
    }
}

extension Reader {
    /// The token of this hash as of now.
    package func token(_ tables: CatalogTables, secretHash: Digest) throws(StorageError) -> TokenScope? {
        try read { snapshot throws(StorageError) in
            try unsafe secretHash.withBytes { key throws(StorageError) in
                try unsafe snapshot.withValue(tables.tokens, key) { bytes throws(StorageError) in try TokenScope(bytes)
                }
            }
        }
    }
}

extension Transaction where Self: ~Copyable {
    package func token(_ tables: CatalogTables, secretHash: Digest) throws(StorageError) -> TokenRecord? {
        try unsafe secretHash.withBytes { key throws(StorageError) in
            try unsafe withValue(tables.tokens, key) { bytes throws(StorageError) in try TokenRecord(bytes) }
        }
    }
}
