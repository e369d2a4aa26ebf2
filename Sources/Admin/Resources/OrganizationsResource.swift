import Domain

enum OrganizationsResource {
    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let page = try call.page()
        guard let own = call.caller.organization else { return Reply(try await call.store.organizations(page)) }
        return Reply(Page(items: [try await call.store.organization(own)], nextCursor: nil))
    }

    static func create(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["slug", "name"])
        let slug = try fields.slug("slug")
        let name = try fields.name() ?? slug
        return Reply(try await call.store.createOrganization(slug: slug, name: name, by: try call.change()))
    }

    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.organization(try call.organization()))
    }
}

enum EnvironmentsResource {
    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.environments(try call.organization(), try call.page()))
    }

    static func create(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["slug", "protected"])
        // Nothing would be the safer for it: better none than one that is believed.
        guard try !fields.bool("protected") else {
            throw .invalid("approvals do not exist yet, so no environment can be protected", at: "/protected")
        }
        let created = try await call.store.createEnvironment(
            try call.organization(), slug: try fields.environment("slug"), isProtected: false, by: try call.change())
        return Reply(created)
    }

    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.environment(try call.organization(), try call.environment()))
    }
}

extension Fields {
    /// A name for people; nil where there is none.
    func name() throws(ControlFault) -> String? {
        let name = try optionalString("name", maximumBytes: 200)
        return name?.isEmpty == true ? nil : name
    }

    /// A reason, note or the like; nil where there is none.
    func remark(_ name: String) throws(ControlFault) -> String? {
        let text = try optionalString(name)
        return text?.isEmpty == true ? nil : text
    }

    func environment(_ name: String) throws(ControlFault) -> String { Slug.environment(try slug(name)) }
}
