import Domain
import Storage

extension EmbeddedControlStore {
    package func importLines(_ lines: [ImportLine], by change: Change) async throws(ControlFault) -> ImportReport {
        let tables = tables
        let mode = mode
        let drafts = try drafts(lines, change)
        let outcome: Created<ImportReport> = try await create(change) { transaction in
            var report = ImportReport()
            var audit = ImportAudit()
            for line in lines {
                do {
                    let isNew = try transaction.take(line, drafts[line.number], tables, mode: mode, change)
                    report.count(line.entry.kind, isNew: isNew)
                    if isNew { audit.note(line.entry) }
                } catch { throw ControlFault(any: error).within(line) }
            }
            // Nothing of what was there already is a change.
            guard report.importedCount > 0 else { return Created(report, isNew: false) }
            for event in audit.events { try transaction.audit(tables, change, event) }
            return Created(report)
        }
        return outcome.value
    }

    /// Checks the lines' versions before the transaction that all other changes wait for: all but those of a schema
    /// that comes with them.
    private func drafts(_ lines: [ImportLine], _ change: Change) throws(ControlFault) -> [Int: VersionDraft] {
        var drafts: [Int: VersionDraft] = [:]
        for line in lines {
            guard case .version(let agent, _, let version) = line.entry else { continue }
            let schema: AgentSchema? = try read { transaction in
                try version.schema.flatMap { try transaction.record(tables.schemas, agent.key.appending($0)) }
            }
            guard let schema = schema ?? version.schemaOfNewAgent(change) else { continue }
            do throws(ControlFault) { drafts[line.number] = try version.draft(for: schema, change) } catch {
                throw error.within(line)
            }
        }
        return drafts
    }
}

extension NewVersion {
    /// What schema 1 of an agent that is not there yet will be; nil for the others.
    fileprivate func schemaOfNewAgent(_ change: Change) -> AgentSchema? {
        schema == 1 ? AgentSchema(number: 1, created: change.origin) : nil
    }
}

extension ControlFault {
    /// This fault, as one of a line.
    func within(_ line: ImportLine) -> ControlFault { within(line.entry.kind, of: line.number) }

    func within(_ kind: ImportKind, of line: Int) -> ControlFault {
        var fault = self
        fault.inputLine = line
        fault.pointer = "/\(kind.rawValue)" + (pointer ?? "")
        return fault
    }
}

extension WriteTransaction {
    /// - Returns: false where what the line says is there already.
    fileprivate func take(
        _ line: ImportLine, _ draft: VersionDraft?, _ tables: CatalogTables, mode: ServiceMode, _ change: Change
    ) throws -> Bool {
        switch line.entry {
        case .organization(let slug, let name):
            if let found: Organization = try record(tables.organizations, Key(slug)) {
                return try found.name.isThere(as: name, "organization")
            }
            try insert(Organization(slug: slug, name: name ?? slug, created: change.origin), tables)
        case .environment(let organization, let slug):
            guard try !contains(tables.environments, Key(organization, slug)) else { return false }
            let environment = OrganizationEnvironment(slug: slug, created: change.origin)
            try insert(environment, tables, organization)
        case .agent(let path, let name):
            if let found: Agent = try record(tables.agents, path.key) {
                return try found.name.isThere(as: name, "agent")
            }
            try insert(Agent(slug: path.agent, name: name ?? path.agent, created: change.origin), tables, path)
        case .schema(let agent, let number, let input, let output):
            let draft = AgentSchema(number: 1, input: input, output: output, created: change.origin)
            let schema = try insert(draft, tables, agent)
            try schema.value.number.requireSame(as: number, "schema")
            return schema.isNew
        case .version(let agent, let number, let version):
            let draft = try draft ?? version.draft(for: schema(tables, agent, version.schema), change)
            return try take(draft, number: number, tables, agent)
        case .deployment(let path, let version, let revision, let reason):
            if try wasDeployed(version, tables, path, at: revision) { return false }
            let move = Move(.deploy(version), reason: reason, expectedRevision: revision - 1)
            _ = try carryOut(move, tables, path, mode: mode, change)
        case .token(let agent, let token, let isNamed):
            let found = try self.token(tables, secretHash: token.secretHash)
            guard try found?.isThere(as: token, isNamed: isNamed, agent) != true else { return false }
            _ = try insert(token, tables, agent, change)
        }
        return true
    }

    private func take(
        _ draft: VersionDraft, number: UInt32?, _ tables: CatalogTables, _ agent: AgentPath
    ) throws -> Bool {
        guard let found = try existing(draft, tables, agent) else {
            try insert(draft, tables, agent).reference.number.requireSame(as: number, "version")
            return true
        }
        try found.reference.number.requireSame(as: number, "version")
        // A label of it, if an older one, is one already.
        guard let label = draft.version.label, try !hasLabel(label, tables, agent) else { return false }
        _ = try setLabel(label, of: found, tables, agent)
        return true
    }

    /// Whether this revision is there, and deployed this version; refused where it did something else.
    private func wasDeployed(
        _ name: VersionName, _ tables: CatalogTables, _ path: DeploymentPath, at revision: UInt64
    ) throws -> Bool {
        guard let current = try deployment(tables, path), current.revision >= revision else { return false }
        let entry = try self.revision(tables, path, revision)
        guard try entry.to == version(tables, path.agent, name).reference else {
            var fault = ControlFault.revisionConflict(actual: current.revision)
            fault.detail = "revision \(revision) deployed another version, and the current one is \(current.revision)"
            throw fault
        }
        return true
    }
}

extension String {
    /// False, the name being this one or any; refused where it is another. For a thing that is there.
    fileprivate func isThere(as name: String?, _ kind: StaticString) throws(ControlFault) -> Bool {
        guard name == nil || name == self else {
            throw ControlFault(.alreadyExists, "there is an \(kind) of this slug with another name", at: "/name")
        }
        return false
    }
}

extension UInt32 {
    fileprivate func requireSame(as number: UInt32?, _ kind: StaticString) throws(ControlFault) {
        guard number == nil || number == self else {
            throw ControlFault(.alreadyExists, "this \(kind) has the number \(self)", at: "/number")
        }
    }
}

extension TokenRecord {
    /// True; refused where this is another token, or one for something else. Its state does not count: one that was
    /// revoked stays so.
    fileprivate func isThere(
        as token: NewToken, isNamed: Bool, _ agent: AgentPath
    ) throws(ControlFault) -> Bool {
        let isSame =
            organization == agent.organization && self.agent == agent.agent && environment == token.environment
            && schema == token.schema && expiresAt == token.expiresAt?.milliseconds ?? 0
            && mayReadPrompt == token.mayReadPrompt && note == token.note && (!isNamed || id == token.id)
        guard isSame else { throw ControlFault(.alreadyExists, "a token that differs has this secret") }
        return true
    }
}
