import Domain
import JSON
import Storage

extension EmbeddedControlStore {
    package func createProviderKey(
        _ key: ProviderKeyRecord, by change: Change
    ) async throws(ControlFault) -> Created<ProviderKeyRecord> {
        let tables = tables
        let mode = mode
        return try await write { transaction in
            // The answer kept is the id: the record holds the sealed secret, of which there is to be one copy.
            if let kept = try transaction.keptAnswer(tables, change) {
                let id = try Fields(kept.answer).string("id")
                return Created(try transaction.providerKey(tables, id), isNew: true)
            }
            if !key.isPlatform { try transaction.requireOrganization(tables, key.owner) }
            try transaction.put(tables.providerKeys, key.key, key.encoded)
            try transaction.put(tables.providerKeyIDs, Key(key.id), key.key.bytes)
            try transaction.requireDeploymentsChargeable(tables, key, mode: mode, at: change.at)
            try transaction.audit(
                tables, change, key.event("create", ["provider": key.provider, "exempt": String(key.isExempt)]))
            var answer = JSONWriter()
            answer.object { $0.member("id", key.id) }
            try transaction.keep(tables, change, answer: answer.bytes, isNew: true)
            return Created(key)
        }
    }

    package func providerKey(_ id: String) throws(ControlFault) -> ProviderKeyRecord {
        try read { try $0.providerKey(tables, id) }
    }

    package func providerKeys(
        _ organization: String?, _ page: PageRequest
    ) throws(ControlFault) -> Page<ProviderKeyRecord> {
        try read { transaction in
            // Keys of one owner are together, those of all are found by id: few enough to read either way.
            let found: [ProviderKeyRecord]
            if let organization {
                found = try transaction.entries(tables.providerKeys, prefix: Key(organization), limit: .max)
                    .map { try ProviderKeyRecord($0.value.span.bytes) }.sorted { $0.id < $1.id }
                    .filter { $0.id > page.cursor ?? "" }
            } else {
                let from = page.cursor.map { Key($0).following }
                found = try transaction.entries(tables.providerKeyIDs, prefix: Key(), from: from, limit: page.limit + 1)
                    .compactMap { try transaction.providerKey(tables, at: Key(bytes: $0.value)) }
            }
            return Page(found, limit: page.limit) { $0.id }
        }
    }

    package func rotateProviderKey(
        _ id: String, sealed: [UInt8], by change: Change
    ) async throws(ControlFault) -> ProviderKeyRecord {
        let tables = tables
        return try await amend(id, change) { transaction in
            var key = try transaction.providerKey(tables, id)
            key.sealed = sealed
            key.rotatedAt = change.at.milliseconds
            try transaction.put(tables.providerKeys, key.key, key.encoded)
            try transaction.audit(tables, change, key.event("rotate"))
            return key
        }
    }

    package func setProviderKey(
        _ id: String, to state: ProviderKeyRecord.State, by change: Change
    ) async throws(ControlFault) -> ProviderKeyRecord {
        let tables = tables
        let mode = mode
        return try await amend(id, change) { transaction in
            var key = try transaction.providerKey(tables, id)
            guard key.state != state else { return key }
            key.state = state
            try transaction.put(tables.providerKeys, key.key, key.encoded)
            try transaction.requireDeploymentsChargeable(tables, key, mode: mode, at: change.at)
            try transaction.audit(tables, change, key.event(state == .active ? "enable" : "disable"))
            return key
        }
    }

    package func setProviderKey(
        _ id: String, exempt isExempt: Bool, by change: Change
    ) async throws(ControlFault) -> ProviderKeyRecord {
        let tables = tables
        let mode = mode
        return try await amend(id, change) { transaction in
            var key = try transaction.providerKey(tables, id)
            guard key.isExempt != isExempt else { return key }
            key.isExempt = isExempt
            try transaction.put(tables.providerKeys, key.key, key.encoded)
            try transaction.requireDeploymentsChargeable(tables, key, mode: mode, at: change.at)
            try transaction.audit(tables, change, key.event("exempt", ["exempt": String(isExempt)]))
            return key
        }
    }

    private func amend(
        _ id: String, _ change: Change,
        _ body: @escaping @Sendable (borrowing WriteTransaction) throws -> ProviderKeyRecord
    ) async throws(ControlFault) -> ProviderKeyRecord {
        let tables = tables
        return try await amend(
            change, keeping: { KeptKeyState($0) },
            repeated: { transaction, kept in
                var key = try transaction.providerKey(tables, id)
                key.state = kept.state
                key.isExempt = kept.isExempt
                key.rotatedAt = kept.rotatedAt
                return key
            }, body)
    }
}

extension ProviderKeyRecord {
    fileprivate func event(_ verb: String, _ details: KeyValuePairs<String, String> = [:]) -> AuditEvent {
        AuditEvent(
            "provider_key.\(verb)", "/api/v1/provider-keys/\(id)", organization: isPlatform ? nil : owner, details)
    }
}

extension Transaction where Self: ~Copyable {
    fileprivate func providerKey(_ tables: CatalogTables, _ id: String) throws -> ProviderKeyRecord {
        guard let key = try value(tables.providerKeyIDs, Key(id)),
            let record = try providerKey(tables, at: Key(bytes: key))
        else { throw ControlFault.notFound("provider key") }
        return record
    }

    fileprivate func providerKey(_ tables: CatalogTables, at key: Key) throws -> ProviderKeyRecord? {
        try withValue(tables.providerKeys, key) { bytes throws(StorageError) in try ProviderKeyRecord(bytes) }
    }
}
