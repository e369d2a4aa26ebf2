import Domain
import JSON

/// Who made a thing, and when.
package struct Origin: Hashable, Sendable {
    package var at: Timestamp
    /// The id of an admin token.
    package var by: String

    package init(at: Timestamp, by: String) {
        self.at = at
        self.by = by
    }

    init(_ fields: Fields) throws(ControlFault) {
        at = try fields.time("created_at")
        by = try fields.string("created_by")
    }

    func write(to object: inout JSONWriter) {
        object.member("created_at", at)
        object.member("created_by", by)
    }
}

/// Who pays; owns agents, customer keys and a credit balance.
package struct Organization: JSONRecord, Hashable {
    package var slug: String
    package var name: String
    package var created: Origin

    package init(slug: String, name: String, created: Origin) {
        self.slug = slug
        self.name = name
        self.created = created
    }

    package init(_ fields: Fields) throws(ControlFault) {
        slug = try fields.slug("slug")
        name = try fields.string("name")
        created = try Origin(fields)
    }

    package func write(to object: inout JSONWriter) {
        object.member("slug", slug)
        object.member("name", name)
        created.write(to: &object)
    }
}

/// An environment of an organization.
package struct OrganizationEnvironment: JSONRecord, Hashable {
    /// What every organization begins with.
    package static let initial = ["production", "staging", "development"]

    package var slug: String
    package var isProtected: Bool
    package var created: Origin

    package init(slug: String, isProtected: Bool = false, created: Origin) {
        self.slug = slug
        self.isProtected = isProtected
        self.created = created
    }

    package init(_ fields: Fields) throws(ControlFault) {
        slug = try fields.slug("slug")
        isProtected = try fields.bool("protected")
        created = try Origin(fields)
    }

    package func write(to object: inout JSONWriter) {
        object.member("slug", slug)
        object.member("protected", isProtected)
        created.write(to: &object)
    }
}
