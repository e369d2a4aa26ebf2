import JSON

enum AgentsResource {
    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.agents(try call.organization(), try call.page()))
    }

    static func create(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["slug", "name"])
        let slug = try fields.slug("slug")
        let created = try await call.store.createAgent(
            AgentPath(try call.organization(), slug), name: try fields.name() ?? slug, by: try call.change())
        return Reply(created)
    }

    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.agent(try call.agent()))
    }
}
