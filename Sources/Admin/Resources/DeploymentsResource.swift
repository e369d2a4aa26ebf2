import Domain
import JSON
import Storage

enum DeploymentsResource {
    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.deployments(try call.agent(), try call.page())) { $0.deployment($1) }
    }

    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        reply(try await call.store.deployment(try call.deployment()))
    }

    static func deploy(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["version", "reason", "expected_revision"])
        return try await move(call, fields, .deploy(try fields.versionName("version")))
    }

    static func rollback(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["to_revision", "reason", "expected_revision"])
        return try await move(
            call, fields, .rollback(toRevision: try fields.optionalInteger("to_revision", minimum: 1)))
    }

    static func undeploy(_ call: AdminCall) async throws(ControlFault) -> Reply { try await move(call, .undeploy) }
    static func pause(_ call: AdminCall) async throws(ControlFault) -> Reply { try await move(call, .pause) }
    static func resume(_ call: AdminCall) async throws(ControlFault) -> Reply { try await move(call, .resume) }

    static func history(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.history(try call.deployment(), try call.page()))
    }

    static func asOf(_ call: AdminCall) async throws(ControlFault) -> Reply {
        // A plus sign in a query is a blank to some: a zone's offset may come so.
        let text = call.query["time"]?.split(separator: " ").joined(separator: "+") ?? ""
        guard let time = Timestamp(text) else {
            throw .invalid("time must be RFC 3339, or milliseconds since 1970")
        }
        return reply(try await call.store.deployment(try call.deployment(), asOf: time))
    }

    private static func move(_ call: AdminCall, _ action: Move.Action) async throws(ControlFault) -> Reply {
        try await move(call, try call.fields(["reason", "expected_revision"]), action)
    }

    private static func move(
        _ call: AdminCall, _ fields: Fields, _ action: Move.Action
    ) async throws(ControlFault) -> Reply {
        let move = Move(
            action, reason: try fields.remark("reason"), expectedRevision: try call.expectedRevision(fields))
        return reply(try await call.store.move(try call.deployment(), move, by: try call.change()))
    }

    private static func reply(_ deployment: Deployment) -> Reply {
        var reply = Reply { $0.deployment(deployment) }
        reply.entityTag = "\"\(deployment.record.revision)\""
        return reply
    }
}

extension JSONWriter {
    fileprivate mutating func deployment(_ deployment: Deployment) {
        member("agent", deployment.path.agent.agent)
        member("schema", deployment.path.schema)
        member("environment", deployment.path.environment)
        deployment.record.write(to: &self)
    }
}
