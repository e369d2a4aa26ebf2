import Domain
import Storage

extension EmbeddedControlStore {
    package func createAgent(
        _ path: AgentPath, name: String, by change: Change
    ) async throws(ControlFault) -> Created<Agent> {
        let tables = tables
        return try await create(change) { transaction in
            try transaction.requireOrganization(tables, path.organization)
            guard try !transaction.contains(tables.agents, path.key) else {
                throw ControlFault(.alreadyExists, "there is an agent \(path.agent)", at: "/slug")
            }
            let agent = Agent(slug: path.agent, name: name, created: change.origin)
            try transaction.put(tables.agents, path.key, agent.json)
            let schema = AgentSchema(number: 1, created: change.origin)
            try transaction.put(tables.schemas, path.key.appending(schema.number), schema.json)
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
        return try await create(change) { transaction in
            try transaction.requireAgent(tables, agent)
            var schema = AgentSchema(number: 1, input: input, output: output, created: change.origin)
            let all = try transaction.entries(tables.schemas, prefix: agent.key, limit: .max)
            for entry in all {
                let other = try AgentSchema(stored: entry.value)
                if other.hasShape(of: schema) { return Created(other, isNew: false) }
                schema.number = other.number + 1
            }
            try transaction.put(tables.schemas, agent.key.appending(schema.number), schema.json)
            let event = AuditEvent(
                "schema.create", agent.target + "/schemas/\(schema.number)", organization: agent.organization)
            try transaction.audit(tables, change, event)
            return Created(schema)
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
