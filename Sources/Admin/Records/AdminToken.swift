import JSON

/// Who may use the admin port, and for what. The secret itself is nowhere: the record stands under its SHA-256.
package struct AdminToken: JSONRecord, Hashable {
    package var id: String
    package var role: Role
    /// The one organization it is of; nil: all.
    package var organization: String?
    package var note: String?
    package var created: Origin

    package init(id: String, role: Role, organization: String?, note: String?, created: Origin) {
        self.id = id
        self.role = role
        self.organization = organization
        self.note = note
        self.created = created
    }

    package init(_ fields: Fields) throws(ControlFault) {
        id = try fields.string("id")
        role = try fields.role("role")
        organization = try fields.optionalSlug("organization")
        note = try fields.optionalString("note")
        created = try Origin(fields)
    }

    package func write(to object: inout JSONWriter) {
        object.member("id", id)
        object.member("role", role.rawValue)
        object.member("organization", organization)
        object.member("note", note)
        created.write(to: &object)
    }

    var isPlatformOwner: Bool { role == .owner && organization == nil }
}

extension Fields {
    func role(_ name: String) throws(ControlFault) -> Role {
        guard let role = Role(rawValue: try string(name)) else {
            throw .invalid("\(name) must be one of owner, deployer, billing, viewer", at: "/\(name)")
        }
        return role
    }
}
