import Domain
import Storage

extension EmbeddedControlStore {
    package func createToken(
        _ agent: AgentPath, _ token: NewToken, by change: Change
    ) async throws(ControlFault) -> TokenRecord {
        let tables = tables
        return try await write { transaction in
            _ = try transaction.keptAnswer(tables, change)
            let record = try transaction.insert(token, tables, agent, change)
            let event = AuditEvent(
                "token.create", agent.target + "/tokens/\(token.id)", organization: agent.organization,
                ["environment": record.environment, "schema": String(record.schema)])
            try transaction.audit(tables, change, event)
            try transaction.keep(tables, change, answer: nil, isNew: true)
            return record
        }
    }

    package func token(_ agent: AgentPath, _ id: String) throws(ControlFault) -> TokenRecord {
        try read { try $0.token(tables, agent, id).record }
    }

    package func tokens(_ agent: AgentPath, _ page: PageRequest) throws(ControlFault) -> Page<TokenRecord> {
        try read { transaction in
            try transaction.requireAgent(tables, agent)
            let from = page.cursor.map { agent.key.appending($0).following }
            let found = try transaction.entries(tables.tokenIDs, prefix: agent.key, from: from, limit: page.limit + 1)
            let tokens = try found.compactMap { entry in
                try transaction.withValue(tables.tokens, Key(bytes: entry.value)) { bytes throws(StorageError) in
                    try TokenRecord(bytes)
                }
            }
            return Page(tokens, limit: page.limit) { $0.id }
        }
    }

    package func setToken(
        _ agent: AgentPath, _ id: String, to state: TokenRecord.State, by change: Change
    ) async throws(ControlFault) -> TokenRecord {
        let tables = tables
        return try await amend(
            change, keeping: { KeptTokenState($0) },
            repeated: { transaction, kept in
                var record = try transaction.token(tables, agent, id).record
                record.state = kept.state
                return record
            }
        ) { transaction in
            var (key, record) = try transaction.token(tables, agent, id)
            guard record.state != state else { return record }
            guard record.state != .revoked else {
                throw ControlFault.invalid("the token is revoked, which is for ever; create another")
            }
            record.state = state
            try transaction.put(tables.tokens, key, record.encoded)
            let event = AuditEvent(
                "token.\(state.verb)", agent.target + "/tokens/\(id)", organization: agent.organization)
            try transaction.audit(tables, change, event)
            return record
        }
    }
}

extension WriteTransaction {
    func insert(
        _ token: NewToken, _ tables: CatalogTables, _ agent: AgentPath, _ change: Change
    ) throws -> TokenRecord {
        let schema = try schema(tables, agent, token.schema)
        try requireEnvironment(tables, agent.organization, token.environment)
        if let expiry = token.expiresAt, expiry.milliseconds <= change.at.milliseconds {
            throw ControlFault.invalid("expires_at must be in the future", at: "/expires_at")
        }
        let (key, idKey) = (Key(token.secretHash), agent.key.appending(token.id))
        guard try !contains(tables.tokens, key) else {
            throw ControlFault(.alreadyExists, "another token has this secret")
        }
        guard try !contains(tables.tokenIDs, idKey) else {
            throw ControlFault(.alreadyExists, "there is a token \(token.id)", at: "/id")
        }
        let record = TokenRecord(
            id: token.id, organization: agent.organization, agent: agent.agent, environment: token.environment,
            schema: schema.number, expiresAt: token.expiresAt?.milliseconds ?? 0,
            mayReadPrompt: token.mayReadPrompt, createdAt: change.at.milliseconds, createdBy: change.actor,
            note: token.note)
        try put(tables.tokens, key, record.encoded)
        try put(tables.tokenIDs, idKey, token.secretHash.bytes)
        return record
    }
}

extension TokenRecord.State {
    fileprivate var verb: String {
        switch self {
        case .active: "activate"
        case .suspended: "suspend"
        case .revoked: "revoke"
        }
    }
}

extension Transaction where Self: ~Copyable {
    /// The record and its key, which is the hash of the secret.
    fileprivate func token(
        _ tables: CatalogTables, _ agent: AgentPath, _ id: String
    ) throws -> (key: Key, record: TokenRecord) {
        try requireAgent(tables, agent)
        guard let hash = try value(tables.tokenIDs, agent.key.appending(id)) else {
            throw ControlFault.notFound("token")
        }
        let key = Key(bytes: hash)
        let record = try withValue(tables.tokens, key) { bytes throws(StorageError) in try TokenRecord(bytes) }
        guard let record else { throw ControlFault.notFound("token") }
        return (key, record)
    }
}
