import Domain
import JSON
import Storage

// What is kept of an answer about a record of the gateway's, to answer the same request again as it was answered.

extension DeploymentRecord: JSONRecord {
    package init(_ fields: Fields) throws(ControlFault) {
        guard let state = State(name: try fields.string("state")) else { throw .invalid("state is none") }
        let version = try VersionReference(try fields.object("version"))
        self.init(
            state: state, revision: try fields.integer("revision"), versionNumber: version.number,
            versionHash: version.hash, changedAt: try fields.time("changed_at").milliseconds,
            changedBy: try fields.string("changed_by"))
    }

    package func write(to object: inout JSONWriter) {
        object.member("state", state.name)
        object.member("revision", revision)
        object.member("version") { version.write(to: &$0) }
        object.member("changed_at", Timestamp(milliseconds: changedAt))
        object.member("changed_by", changedBy)
    }
}

extension DeploymentRecord.State {
    var name: String {
        switch self {
        case .active: "active"
        case .paused: "paused"
        case .undeployed: "undeployed"
        }
    }

    fileprivate init?(name: String) {
        guard let state = [Self.active, .paused, .undeployed].first(where: { $0.name == name }) else { return nil }
        self = state
    }
}

/// A change of a token touches its state alone.
struct KeptTokenState: JSONRecord {
    var state: TokenRecord.State

    init(_ token: TokenRecord) { state = token.state }

    init(_ fields: Fields) throws(ControlFault) {
        guard let state = TokenRecord.State(rawValue: try fields.integer("state")) else {
            throw .invalid("state is none")
        }
        self.state = state
    }

    func write(to object: inout JSONWriter) { object.member("state", state.rawValue) }
}

/// What a change of a provider key can touch, besides the sealed secret, which is kept in one place.
struct KeptKeyState: JSONRecord {
    var state: ProviderKeyRecord.State
    var isExempt: Bool
    var rotatedAt: Int64

    init(_ key: ProviderKeyRecord) {
        state = key.state
        isExempt = key.isExempt
        rotatedAt = key.rotatedAt
    }

    init(_ fields: Fields) throws(ControlFault) {
        guard let state = ProviderKeyRecord.State(rawValue: try fields.integer("state")) else {
            throw .invalid("state is none")
        }
        self.state = state
        isExempt = try fields.bool("exempt")
        rotatedAt = try fields.integer("rotated_at")
    }

    func write(to object: inout JSONWriter) {
        object.member("state", state.rawValue)
        object.member("exempt", isExempt)
        object.member("rotated_at", rotatedAt)
    }
}
