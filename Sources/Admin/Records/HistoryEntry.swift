import Domain
import JSON

/// One revision of a deployment: what was done, by whom, when and why.
package struct HistoryEntry: JSONRecord, Hashable {
    package enum Action: String, Sendable, CaseIterable { case deploy, rollback, undeploy, pause, resume }

    package var revision: UInt64
    package var action: Action
    /// What was live before; nil where nothing was.
    package var from: VersionReference?
    /// What is live since; nil after an undeploy.
    package var to: VersionReference?
    package var at: Timestamp
    package var by: String
    package var reason: String?

    init(
        revision: UInt64, action: Action, from: VersionReference?, to: VersionReference?, at: Timestamp, by: String,
        reason: String?
    ) {
        self.revision = revision
        self.action = action
        self.from = from
        self.to = to
        self.at = at
        self.by = by
        self.reason = reason
    }

    package init(_ fields: Fields) throws(ControlFault) {
        revision = try fields.integer("revision")
        guard let action = Action(rawValue: try fields.string("action")) else { throw .invalid("action") }
        self.action = action
        from = try Self.reference(fields, "from")
        to = try Self.reference(fields, "to")
        at = try fields.time("at")
        by = try fields.string("by")
        reason = try fields.optionalString("reason")
    }

    private static func reference(_ fields: Fields, _ name: String) throws(ControlFault) -> VersionReference? {
        guard let value = try fields.optionalObject(name) else { return nil }
        return try VersionReference(try Fields(value))
    }

    package func write(to object: inout JSONWriter) {
        object.member("revision", revision)
        object.member("action", action.rawValue)
        for (name, version) in [("from", from), ("to", to)] {
            object.key(name)
            if let version { object.object { version.write(to: &$0) } } else { object.null() }
        }
        object.member("at", at)
        object.member("by", by)
        object.member("reason", reason)
    }

    /// Whether this revision put a version live.
    var isDeploy: Bool {
        switch action {
        case .deploy, .rollback: true
        case .undeploy, .pause, .resume: false
        }
    }
}
