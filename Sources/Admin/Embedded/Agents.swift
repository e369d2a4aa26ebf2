import Domain
import Storage

extension EmbeddedControlStore {
    package func createAgent(
        _ path: AgentPath, name: String, by change: Change
    ) async throws(ControlFault) -> Created<Agent> {
        let tables = tables
        return try await create(change) { transaction in
            let agent = Agent(slug: path.agent, name: name, created: change.origin)
            try transaction.insert(agent, tables, path)
            let event = AuditEvent("agent.create", path.target, organization: path.organization)
            try transaction.audit(tables, change, event)
            return Created(agent)
        }
    }

    package func agent(_ path: AgentPath) throws(ControlFault) -> Agent {
        let found: Agent? = try read { try $0.record(tables.agents, path.key) }
        guard let found else { throw .notFound("agent") }
        return found
    }

    package func agents(_ organization: String, _ page: PageRequest) throws(ControlFault) -> Page<Agent> {
        try read { transaction in
            try transaction.requireOrganization(tables, organization)
            return try transaction.page(tables.agents, prefix: Key(organization), page) { $0.slug }
        }
    }

    package func createSchema(
        _ agent: AgentPath, input: [UInt8], output: [UInt8], by change: Change
    ) async throws(ControlFault) -> Created<AgentSchema> {
        let tables = tables
        let draft = AgentSchema(number: 1, input: input, output: output, created: change.origin)
        return try await create(change) { transaction in
            let before = try transaction.schema(ofShape: draft.shape, tables, agent)
            let schema = try transaction.insert(draft, tables, agent)
            guard schema.value != before else { return schema }
            let event = AuditEvent(
                before == nil ? "schema.create" : "schema.describe", agent.target + "/schemas/\(schema.value.number)",
                organization: agent.organization)
            try transaction.audit(tables, change, event)
            return schema
        }
    }

    package func schema(_ agent: AgentPath, _ number: UInt32) throws(ControlFault) -> AgentSchema {
        try read { try $0.schema(tables, agent, number) }
    }

    package func schemas(_ agent: AgentPath, _ page: PageRequest) throws(ControlFault) -> Page<AgentSchema> {
        try read { transaction in
            try transaction.requireAgent(tables, agent)
            return try transaction.newestFirst(tables.schemas, prefix: agent.key, page) { $0.number }
        }
    }
}

extension Transaction where Self: ~Copyable {
    /// - Parameter number: the newest one where nil.
    func schema(_ tables: CatalogTables, _ agent: AgentPath, _ number: UInt32?) throws -> AgentSchema {
        try requireAgent(tables, agent)
        let schema: AgentSchema? =
            if let number { try record(tables.schemas, agent.key.appending(number)) } else {
                try newest(tables.schemas, prefix: agent.key)
            }
        guard let schema else { throw ControlFault.notFound("schema") }
        return schema
    }
}

extension WriteTransaction {
    /// With schema 1, which asks for nothing.
    func insert(_ agent: Agent, _ tables: CatalogTables, _ path: AgentPath) throws {
        try requireOrganization(tables, path.organization)
        guard try !contains(tables.agents, path.key) else {
            throw ControlFault(.alreadyExists, "there is an agent \(path.agent)", at: "/slug")
        }
        try put(tables.agents, path.key, agent.json)
        try put(AgentSchema(number: 1, created: agent.created), tables, path)
    }

    /// The agent's schema of this shape, with the words of this one; made under the next number where there is none.
    func insert(_ draft: AgentSchema, _ tables: CatalogTables, _ agent: AgentPath) throws -> Created<AgentSchema> {
        var schema = draft
        if let same = try self.schema(ofShape: draft.shape, tables, agent) {
            schema.number = same.number
            schema.created = same.created
            if schema != same { try put(schema, tables, agent) }
            return Created(schema, isNew: false)
        }
        let newest: AgentSchema? = try newest(tables.schemas, prefix: agent.key)
        schema.number = (newest?.number ?? 0) + 1
        try put(schema, tables, agent)
        return Created(schema)
    }

    func schema(ofShape shape: Digest, _ tables: CatalogTables, _ agent: AgentPath) throws -> AgentSchema? {
        try requireAgent(tables, agent)
        try indexShapes(tables, agent)
        guard let number = try value(tables.versionHashes, agent.shapeKey(shape)) else { return nil }
        let schema: AgentSchema? = try record(tables.schemas, Key(bytes: agent.key.bytes + number))
        guard let schema else { throw StorageError(.corrupt, "read schema: it is gone") }
        return schema
    }

    /// Writes a schema and its place in the index of shapes.
    fileprivate func put(_ schema: AgentSchema, _ tables: CatalogTables, _ agent: AgentPath) throws {
        try put(tables.schemas, agent.key.appending(schema.number), schema.json)
        try put(tables.versionHashes, agent.shapeKey(schema.shape), Key().appending(schema.number).bytes)
    }

    /// Makes up for an agent from before there was the index, or from when it was of whole texts, once: its first
    /// shape is not there. Of several schemas that have one shape now the first is the shape's.
    fileprivate func indexShapes(_ tables: CatalogTables, _ agent: AgentPath) throws {
        let first: AgentSchema? = try record(tables.schemas, agent.key.appending(UInt32(1)))
        guard let first, try !contains(tables.versionHashes, agent.shapeKey(first.shape)) else { return }
        for entry in try entries(tables.schemas, prefix: agent.key, limit: .max).reversed() {
            try put(try AgentSchema(stored: entry.value), tables, agent)
        }
    }
}

extension AgentPath {
    /// Shapes stand in the index of hashes, as labels do; see `labelKey`.
    func shapeKey(_ shape: Digest) -> Key { key.appending("shape:" + shape.description) }
}
