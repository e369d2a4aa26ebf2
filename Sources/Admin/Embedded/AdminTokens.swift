import Domain
import Security
import Storage

extension EmbeddedControlStore {
    package func createAdminToken(
        _ token: AdminToken, secretHash: Digest, by change: Change
    ) async throws(ControlFault) {
        let tables = tables
        try await write { transaction in
            _ = try transaction.keptAnswer(tables, change)
            if let organization = token.organization { try transaction.requireOrganization(tables, organization) }
            try transaction.put(tables.adminTokens, Key(secretHash), token.json)
            let event = AuditEvent(
                "admin_token.create", token.target, organization: token.organization, ["role": token.role.rawValue])
            try transaction.audit(tables, change, event)
            try transaction.keep(tables, change, answer: nil, isNew: true)
        }
    }

    package func adminToken(secretHash: Digest) throws(ControlFault) -> AdminToken? {
        try read { try $0.record(tables.adminTokens, Key(secretHash)) }
    }

    package func adminTokens(_ page: PageRequest) throws(ControlFault) -> Page<AdminToken> {
        // Few, and kept under the hash of their secrets, which is no cursor to hand out: sorted here.
        let all = try read { try $0.adminTokens(tables) }.map(\.token).sorted { $0.id < $1.id }
        return Page(all.filter { $0.id > page.cursor ?? "" }, limit: page.limit) { $0.id }
    }

    package func deleteAdminToken(_ id: String, by change: Change) async throws(ControlFault) {
        let tables = tables
        try await write { transaction in
            if try transaction.keptAnswer(tables, change) != nil { return }
            let all = try transaction.adminTokens(tables)
            guard let (key, token) = all.first(where: { $0.token.id == id }) else {
                throw ControlFault.notFound("admin token")
            }
            let owners = all.filter(\.token.isPlatformOwner)
            guard !token.isPlatformOwner || owners.count > 1 else {
                throw ControlFault.invalid("this is the last owner of all; create another one first")
            }
            try transaction.delete(tables.adminTokens, key)
            try transaction.audit(
                tables, change, AuditEvent("admin_token.delete", token.target, organization: token.organization))
            try transaction.keep(tables, change, answer: Array("{}".utf8), isNew: false)
        }
    }
}

extension ControlStore {
    /// Makes an admin token; the secret is answered here and is nowhere else.
    /// - Parameter secret: where the caller has put it away already.
    package func createAdminToken(
        _ role: Role, organization: String? = nil, note: String? = nil, secret: String = AdminToken.newSecret(),
        by change: Change
    ) async throws(ControlFault) -> (token: AdminToken, secret: String) {
        let token = AdminToken(
            id: newIdentifier(prefix: "adm_"), role: role, organization: organization, note: note,
            created: change.origin)
        try await createAdminToken(token, secretHash: sha256(secret), by: change)
        return (token, secret)
    }
}

extension AdminToken {
    package static func newSecret() -> String { Security.newSecret(prefix: "tga_") }

    fileprivate var target: String { "/api/v1/admin-tokens/\(id)" }
}

extension Transaction where Self: ~Copyable {
    fileprivate func adminTokens(_ tables: CatalogTables) throws -> [(key: Key, token: AdminToken)] {
        try entries(tables.adminTokens, prefix: Key(), limit: .max).map {
            (Key(bytes: $0.key), try AdminToken(stored: $0.value))
        }
    }
}
