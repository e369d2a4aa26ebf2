import Domain
import JSON
import Prompting
import Security
import Storage

extension EmbeddedControlStore {
    package func createVersion(
        _ agent: AgentPath, _ version: NewVersion, by change: Change
    ) async throws(ControlFault) -> Created<Version> {
        // A schema's shape never changes, so what is made of it here is right in the transaction too.
        let tables = tables
        let schema = try read { try $0.schema(tables, agent, version.schema) }
        let draft = try version.draft(for: schema, change)
        return try await create(change) { transaction in
            if let existing = try transaction.existing(draft, tables, agent) {
                return Created(
                    try transaction.label(existing, as: draft.version.label, tables, agent, change), isNew: false)
            }
            let version = try transaction.insert(draft, tables, agent)
            let event = AuditEvent(
                "version.create", agent.target + "/versions/\(version.reference.number)",
                organization: agent.organization,
                ["hash": version.reference.hash.description, "schema": String(version.schema)])
            try transaction.audit(tables, change, event)
            return Created(version)
        }
    }

    package func version(_ agent: AgentPath, _ name: VersionName) throws(ControlFault) -> Version {
        try read { try $0.version(tables, agent, name) }
    }

    package func versions(_ agent: AgentPath, _ page: PageRequest) throws(ControlFault) -> Page<Version> {
        try read { transaction in
            try transaction.requireAgent(tables, agent)
            return try transaction.newestFirst(tables.versions, prefix: agent.key, page) { $0.reference.number }
        }
    }

    package func content(_ hash: Digest) throws(ControlFault) -> [UInt8] {
        let content = try read { try $0.value(tables.contents, Key(hash)) }
        guard let content else { throw .notFound("version") }
        return content
    }
}

/// A version that is checked whole, but has no number yet.
struct VersionDraft: Sendable {
    var version: Version
    /// The canonical form.
    var content: [UInt8]
}

extension NewVersion {
    func draft(for schema: AgentSchema, _ change: Change) throws(ControlFault) -> VersionDraft {
        let content = try canonical(for: schema)
        let plan: Plan
        do throws(VersionFault) { plan = try Plan(decoding: content) } catch { throw ControlFault(error) }
        let version = Version(
            reference: VersionReference(number: 1, hash: sha256(content)), schema: schema.number,
            provider: plan.provider, model: plan.model, maximumOutputTokens: plan.maxOutputTokens, label: label,
            notes: notes, created: change.origin)
        return VersionDraft(version: version, content: content)
    }

    /// The canonical form of this version for a schema: the bytes that its hash is of.
    func canonical(for schema: AgentSchema) throws(ControlFault) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.object { object in
            for field in content {
                object.key(field.name)
                object.value(field.value)
            }
            object.member("schema") { object in
                object.member("number", schema.number)
                if schema.input != AgentSchema.anything { object.member("input", raw: schema.input) }
                if schema.output != AgentSchema.anything { object.member("output", raw: schema.output) }
            }
        }
        let document: JSONDocument
        do throws(JSONFault) { document = try JSONDocument(writer.bytes) } catch {
            throw .invalid("the version is not JSON: \(error.reason.rawValue)")
        }
        do throws(VersionFault) { return try VersionDocument.canonical(from: document) } catch {
            throw ControlFault(error)
        }
    }
}

extension ControlFault {
    init(_ fault: VersionFault) {
        self.init(.invalidRequest, fault.message, at: fault.pointer)
        line = fault.line
        column = fault.column
    }
}

extension Transaction where Self: ~Copyable {
    func version(_ tables: CatalogTables, _ agent: AgentPath, _ name: VersionName) throws -> Version {
        try requireAgent(tables, agent)
        let found: Version? =
            switch name {
            case .number(let number): try record(tables.versions, agent.key.appending(number))
            case .text(let text): try version(tables, agent, named: text)
            }
        guard let found else { throw ControlFault.notFound("version") }
        return found
    }

    func version(_ tables: CatalogTables, _ agent: AgentPath, hash: Digest) throws -> Version? {
        try version(tables, agent, indexed: agent.key.appending(hash.description))
    }

    /// A label, a number or the beginning of a hash, in this order: a label can be a commit's hash.
    private func version(_ tables: CatalogTables, _ agent: AgentPath, named text: String) throws -> Version? {
        if let found = try version(tables, agent, indexed: agent.labelKey(text)) { return found }
        if let number = UInt32(text), let found: Version = try record(tables.versions, agent.key.appending(number)) {
            return found
        }
        let digits = text.lowercased()
        let hexadecimal = digits.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        guard hexadecimal, (VersionName.minimumHashDigits...64).contains(digits.utf8.count) else { return nil }
        let prefix = Key(bytes: agent.key.bytes + Array(digits.utf8))
        let found = try entries(tables.versionHashes, prefix: prefix, limit: 2)
        guard found.count < 2 else { throw ControlFault.invalid("more than one version has a hash that begins so") }
        return try found.first.flatMap { try version(tables, agent, indexed: Key(bytes: $0.key)) }
    }

    fileprivate func version(_ tables: CatalogTables, _ agent: AgentPath, indexed key: Key) throws -> Version? {
        guard let number = try value(tables.versionHashes, key) else { return nil }
        return try record(tables.versions, Key(bytes: agent.key.bytes + number))
    }
}

extension WriteTransaction {
    /// The agent's version of this content, if there is one. Refuses a label that another version has.
    func existing(_ draft: VersionDraft, _ tables: CatalogTables, _ agent: AgentPath) throws -> Version? {
        try requireAgent(tables, agent)
        let hash = draft.version.reference.hash
        if let label = draft.version.label { try requireFree(label, tables, agent, for: hash) }
        return try version(tables, agent, hash: hash)
    }

    /// Puts a version that is not there under the next number.
    func insert(_ draft: VersionDraft, _ tables: CatalogTables, _ agent: AgentPath) throws -> Version {
        var version = draft.version
        let newest: Version? = try newest(tables.versions, prefix: agent.key)
        version.reference.number = (newest?.reference.number ?? 0) + 1
        try put(tables.contents, Key(version.reference.hash), draft.content)
        try put(version, tables, agent)
        return version
    }

    /// Whether this names one of the agent's versions, as its newest label or an older one.
    func hasLabel(_ label: String, _ tables: CatalogTables, _ agent: AgentPath) throws -> Bool {
        try contains(tables.versionHashes, agent.labelKey(label))
    }

    func setLabel(_ label: String, of version: Version, _ tables: CatalogTables, _ agent: AgentPath) throws -> Version {
        var version = version
        version.label = label
        try put(version, tables, agent)
        return version
    }

    fileprivate func requireFree(
        _ label: String, _ tables: CatalogTables, _ agent: AgentPath, for hash: Digest
    ) throws {
        guard let other = try version(tables, agent, indexed: agent.labelKey(label)) else { return }
        guard other.reference.hash == hash else {
            throw ControlFault(.alreadyExists, "version \(other.reference.number) has this label", at: "/label")
        }
    }

    fileprivate func put(_ version: Version, _ tables: CatalogTables, _ agent: AgentPath) throws {
        let number = Key().appending(version.reference.number).bytes
        try put(tables.versions, Key(bytes: agent.key.bytes + number), version.json)
        try put(tables.versionHashes, agent.key.appending(version.reference.hash.description), number)
        if let label = version.label { try put(tables.versionHashes, agent.labelKey(label), number) }
    }

    fileprivate func label(
        _ version: Version, as label: String?, _ tables: CatalogTables, _ agent: AgentPath, _ change: Change
    ) throws -> Version {
        guard let label, label != version.label else { return version }
        let version = try setLabel(label, of: version, tables, agent)
        let event = AuditEvent(
            "version.label", agent.target + "/versions/\(version.reference.number)", organization: agent.organization,
            ["label": label])
        try audit(tables, change, event)
        return version
    }
}

extension AgentPath {
    /// Labels stand in the index of hashes; the colon is no digit, so the two never meet.
    fileprivate func labelKey(_ label: String) -> Key { key.appending("label:" + label) }
}
