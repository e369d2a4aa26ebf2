import Security

enum AuditResource {
    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.audit(call.caller.organization, try call.page()))
    }
}

enum AdminTokensResource {
    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.adminTokens(try call.page()))
    }

    static func create(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["role", "organization", "note"])
        let made = try await call.store.createAdminToken(
            try fields.role("role"), organization: try fields.optionalSlug("organization"),
            note: try fields.remark("note"), by: try call.change())
        return Reply(201) { object in
            made.token.write(to: &object)
            object.member("secret", made.secret)
        }
    }

    static func delete(_ call: AdminCall) async throws(ControlFault) -> Reply {
        try await call.store.deleteAdminToken(try call.id("admin token"), by: try call.change())
        return Reply(204)
    }
}
