import Domain
import JSON

/// One change, written in the change's own transaction. Details are names and numbers: no secret, no prompt text.
package struct AuditEntry: JSONRecord, Hashable {
    /// 1, 2, 3 … without a gap.
    package var sequence: UInt64
    package var at: Timestamp
    package var actor: String
    /// `resource.verb`.
    package var action: String
    /// The path of what was changed.
    package var target: String
    /// Nil where the change is the platform's.
    package var organization: String?
    /// In the order given.
    package var details: [Detail]

    package struct Detail: Hashable, Sendable {
        package var name: String
        package var value: String
    }

    init(
        sequence: UInt64, at: Timestamp, actor: String, action: String, target: String, organization: String?,
        details: [Detail]
    ) {
        self.sequence = sequence
        self.at = at
        self.actor = actor
        self.action = action
        self.target = target
        self.organization = organization
        self.details = details
    }

    package init(_ fields: Fields) throws(ControlFault) {
        sequence = try fields.integer("sequence")
        at = try fields.time("at")
        actor = try fields.string("actor")
        action = try fields.string("action")
        target = try fields.string("target", maximumBytes: 4000)
        organization = try fields.optionalString("organization")
        let members = (try? fields.optionalObject("details")?.members()) ?? []
        details = members.map { Detail(name: $0.name, value: $0.value.string ?? "") }
    }

    package func write(to object: inout JSONWriter) {
        object.member("sequence", sequence)
        object.member("at", at)
        object.member("actor", actor)
        object.member("action", action)
        object.member("target", target)
        object.member("organization", organization)
        object.member("details") { details in
            for detail in self.details { details.member(detail.name, detail.value) }
        }
    }
}
