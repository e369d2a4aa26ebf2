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

enum SchemasResource {
    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.schemas(try call.agent(), try call.page()))
    }

    static func create(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["input", "output"])
        let created = try await call.store.createSchema(
            try call.agent(), input: try fields.shape("input"), output: try fields.shape("output"),
            by: try call.change())
        return Reply(created)
    }

    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.schema(try call.agent(), try call.schema()))
    }
}

extension Fields {
    /// A JSON Schema in canonical form, so that the same shape is the same bytes.
    func shape(_ name: String) throws(ControlFault) -> [UInt8] {
        guard let value = try optionalObject(name) else { return AgentSchema.anything }
        let shape: [UInt8]
        do throws(JSONFault) { shape = try canonicalJSON(value) } catch {
            throw .invalid("\(name): \(error.reason.rawValue)", at: "/\(name)")
        }
        guard shape.count <= AgentSchema.maximumBytes else {
            throw .invalid("\(name) has at most \(AgentSchema.maximumBytes) bytes", at: "/\(name)")
        }
        return shape
    }
}
