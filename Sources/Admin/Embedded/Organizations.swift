import Storage

extension EmbeddedControlStore {
    package func createOrganization(
        slug: String, name: String, by change: Change
    ) async throws(ControlFault) -> Created<Organization> {
        let tables = tables
        return try await create(change) { transaction in
            let organization = Organization(slug: slug, name: name, created: change.origin)
            try transaction.insert(organization, tables)
            let event = AuditEvent("organization.create", AgentPath.target(slug), organization: slug)
            try transaction.audit(tables, change, event)
            return Created(organization)
        }
    }

    package func organization(_ slug: String) throws(ControlFault) -> Organization {
        let found: Organization? = try read { try $0.record(tables.organizations, Key(slug)) }
        guard let found else { throw .notFound("organization") }
        return found
    }

    package func organizations(_ page: PageRequest) throws(ControlFault) -> Page<Organization> {
        try read { try $0.page(tables.organizations, prefix: Key(), page) { $0.slug } }
    }

    package func createEnvironment(
        _ organization: String, slug: String, isProtected: Bool, by change: Change
    ) async throws(ControlFault) -> Created<OrganizationEnvironment> {
        let tables = tables
        return try await create(change) { transaction in
            let environment = OrganizationEnvironment(slug: slug, isProtected: isProtected, created: change.origin)
            try transaction.insert(environment, tables, organization)
            let target = AgentPath.target(organization) + "/environments/\(slug)"
            let event = AuditEvent(
                "environment.create", target, organization: organization, ["protected": String(isProtected)])
            try transaction.audit(tables, change, event)
            return Created(environment)
        }
    }

    package func environment(
        _ organization: String, _ slug: String
    ) throws(ControlFault) -> OrganizationEnvironment {
        let found: OrganizationEnvironment? = try read { try $0.record(tables.environments, Key(organization, slug)) }
        guard let found else { throw .notFound("environment") }
        return found
    }

    package func environments(
        _ organization: String, _ page: PageRequest
    ) throws(ControlFault) -> Page<OrganizationEnvironment> {
        try read { transaction in
            try transaction.requireOrganization(tables, organization)
            return try transaction.page(tables.environments, prefix: Key(organization), page) { $0.slug }
        }
    }
}

extension Transaction where Self: ~Copyable {
    func requireOrganization(_ tables: CatalogTables, _ slug: String) throws {
        guard try contains(tables.organizations, Key(slug)) else { throw ControlFault.notFound("organization") }
    }

    func requireEnvironment(_ tables: CatalogTables, _ organization: String, _ slug: String) throws {
        guard try contains(tables.environments, Key(organization, slug)) else {
            throw ControlFault.notFound("environment")
        }
    }

    func requireAgent(_ tables: CatalogTables, _ path: AgentPath) throws {
        guard try contains(tables.agents, path.key) else { throw ControlFault.notFound("agent") }
    }
}

extension WriteTransaction {
    /// With the environments that every organization begins with.
    func insert(_ organization: Organization, _ tables: CatalogTables) throws {
        let slug = organization.slug
        guard try !contains(tables.organizations, Key(slug)) else {
            throw ControlFault(.alreadyExists, "there is an organization \(slug)", at: "/slug")
        }
        try put(tables.organizations, Key(slug), organization.json)
        for name in OrganizationEnvironment.initial {
            let environment = OrganizationEnvironment(slug: name, created: organization.created)
            try put(tables.environments, Key(slug, name), environment.json)
        }
    }

    func insert(_ environment: OrganizationEnvironment, _ tables: CatalogTables, _ organization: String) throws {
        try requireOrganization(tables, organization)
        let key = Key(organization, environment.slug)
        guard try !contains(tables.environments, key) else {
            throw ControlFault(.alreadyExists, "there is an environment \(environment.slug)", at: "/slug")
        }
        try put(tables.environments, key, environment.json)
    }
}

extension AgentPath {
    var key: Key { Key(organization, agent) }
}
