import Domain
import JSON
import Storage

extension WriteTransaction {
    /// Appends the audit entry of a change: in the change's own transaction.
    func audit(_ tables: CatalogTables, _ change: Change, _ event: AuditEvent) throws {
        let last = try newest(tables.audit, prefix: Key(), as: AuditEntry.self)?.sequence ?? 0
        let entry = AuditEntry(
            sequence: last + 1, at: change.at, actor: change.actor, action: event.action, target: event.target,
            organization: event.organization, details: event.details)
        try append(tables.audit, Key(entry.sequence), entry.json)
    }

    /// What was answered under the change's key; nil where it has none, or a new one. Throws `idempotencyConflict` where it was used for
    /// another request, or where the answer held a secret and so was not kept.
    func keptAnswer(
        _ tables: CatalogTables, _ change: Change
    ) throws -> (answer: [UInt8], wasNew: Bool)? {
        guard let idempotency = change.idempotency, let bytes = try value(tables.idempotency, idempotency.storageKey)
        else { return nil }
        let fields = try Fields(bytes)
        guard try !fields.isExpired(at: change.at) else { return nil }
        guard try fields.digest("fingerprint") == idempotency.fingerprint else {
            throw ControlFault(.idempotencyConflict, "another request was made under this idempotency key")
        }
        guard let answer = try fields.optionalObject("answer") else {
            throw ControlFault(
                .idempotencyConflict, "this request was carried out before; its secret is answered only once")
        }
        return (Array(answer.raw), try fields.bool("new"))
    }

    /// Keeps an answer under the change's key, if it has one.
    /// - Parameter answer: a JSON object; nil where it must not be kept.
    func keep(_ tables: CatalogTables, _ change: Change, answer: [UInt8]?, isNew: Bool) throws {
        guard let idempotency = change.idempotency else { return }
        var writer = JSONWriter()
        writer.object { object in
            object.member("fingerprint", idempotency.fingerprint.description)
            object.member("at", change.at)
            object.member("new", isNew)
            if let answer { object.member("answer", raw: answer) }
        }
        try put(tables.idempotency, idempotency.storageKey, writer.bytes)
        try expire(tables, at: change.at)
    }

    /// Looks at the next few of the kept answers, round and round, and deletes those that are too old: more than are
    /// kept with it, so that they do not pile up.
    private func expire(_ tables: CatalogTables, at now: Timestamp) throws {
        // Under a key that no scope and key make: where to go on.
        let place = Key("")
        let from = try value(tables.idempotency, place).map { Key(bytes: $0) } ?? place.following
        let found = try entries(tables.idempotency, prefix: Key(), from: from, limit: Self.expiryScan)
        for entry in found where try Fields(entry.value).isExpired(at: now) {
            try delete(tables.idempotency, Key(bytes: entry.key))
        }
        let end = found.count < Self.expiryScan ? nil : found.last.map { Key(bytes: $0.key).following }
        try put(tables.idempotency, place, (end ?? place.following).bytes)
    }

    private static var expiryScan: Int { 4 }
}

extension Fields {
    /// Of a kept answer.
    fileprivate func isExpired(at now: Timestamp) throws(ControlFault) -> Bool {
        now.milliseconds - (try time("at").milliseconds) > Idempotency.lifetimeMilliseconds
    }
}

extension Idempotency {
    fileprivate var storageKey: Key { Key(scope, key) }
}

extension EmbeddedControlStore {
    /// Entries looked at for one page, so that a token of a quiet organization does not read the whole log at once.
    private static let auditScan = 5_000

    package func audit(_ organization: String?, _ page: PageRequest) throws(ControlFault) -> Page<AuditEntry> {
        guard let organization else {
            return try read { try $0.newestFirst(tables.audit, prefix: Key(), page) { $0.sequence } }
        }
        let all = try read { transaction in
            let scan = PageRequest(cursor: page.cursor, limit: Self.auditScan)
            return try transaction.newestFirst(tables.audit, prefix: Key(), scan) { (entry: AuditEntry) in
                entry.sequence
            }
        }
        let own = all.items.filter { $0.organization == organization }
        guard own.count <= page.limit else { return Page(own, limit: page.limit) { String($0.sequence) } }
        return Page(items: own, nextCursor: all.nextCursor)
    }
}
