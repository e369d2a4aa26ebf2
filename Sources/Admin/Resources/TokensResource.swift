import Domain
import JSON
import Security
import Storage

enum TokensResource {
    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.tokens(try call.agent(), try call.page())) { $0.token($1) }
    }

    static func create(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["environment", "schema", "expires_at", "note", "may_read_prompt"])
        let environment = try fields.environment("environment")
        let secret = newSecret(prefix: "tg_\(environment)_")
        let token = NewToken(
            id: newIdentifier(prefix: "tok_"), secretHash: sha256(secret), environment: environment,
            schema: try fields.optionalInteger("schema", minimum: 1), expiresAt: try fields.optionalTime("expires_at"),
            note: try fields.remark("note") ?? "", mayReadPrompt: try fields.bool("may_read_prompt"))
        let record = try await call.store.createToken(try call.agent(), token, by: try call.change())
        return Reply(201) { object in
            object.token(record)
            object.member("secret", secret)
        }
    }

    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let record = try await call.store.token(try call.agent(), try call.id("token"))
        return Reply { $0.token(record) }
    }

    static func suspend(_ call: AdminCall) async throws(ControlFault) -> Reply { try await set(call, .suspended) }
    static func activate(_ call: AdminCall) async throws(ControlFault) -> Reply { try await set(call, .active) }
    static func revoke(_ call: AdminCall) async throws(ControlFault) -> Reply { try await set(call, .revoked) }

    private static func set(_ call: AdminCall, _ state: TokenRecord.State) async throws(ControlFault) -> Reply {
        _ = try call.fields()
        let record = try await call.store.setToken(
            try call.agent(), try call.id("token"), to: state, by: try call.change())
        return Reply { $0.token(record) }
    }
}

extension JSONWriter {
    fileprivate mutating func token(_ token: TokenRecord) {
        member("id", token.id)
        member("organization", token.organization)
        member("agent", token.agent)
        member("environment", token.environment)
        member("schema", token.schema)
        member("state", token.state.name)
        member("expires_at", token.expiresAt == 0 ? nil : Timestamp(milliseconds: token.expiresAt))
        member("may_read_prompt", token.mayReadPrompt)
        member("note", orNull: token.note)
        member("created_at", Timestamp(milliseconds: token.createdAt))
        member("created_by", token.createdBy)
    }
}

extension TokenRecord.State {
    fileprivate var name: String {
        switch self {
        case .active: "active"
        case .suspended: "suspended"
        case .revoked: "revoked"
        }
    }
}
