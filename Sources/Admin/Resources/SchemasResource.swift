import JSON
import Prompting

enum SchemasResource {
    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.schemas(try call.agent(), try call.page()))
    }

    /// 200 with the number that is there where the shape is the same; it takes over the words of this one.
    static func create(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let fields = try call.fields(["input", "output"])
        let created = try await call.store.createSchema(
            try call.agent(), input: try fields.jsonSchema("input"), output: try fields.jsonSchema("output"),
            by: try call.change())
        return Reply(created)
    }

    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.schema(try call.agent(), try call.schema()))
    }

    /// What callers of one schema would meet with another.
    static func compatibility(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let agent = try call.agent()
        let from = try await call.store.schema(agent, try call.schemaNumber("from"))
        let to = try await call.store.schema(agent, try call.schemaNumber("to"))
        let report: SchemaCompatibility
        do throws(JSONFault) {
            report = try SchemaCompatibility(
                from: SchemaCompatibility.Pair(input: from.input, output: from.output),
                to: SchemaCompatibility.Pair(input: to.input, output: to.output))
        } catch {
            throw ControlFault(.internalError, "a stored schema cannot be read: \(error.reason.rawValue)")
        }
        return Reply { object in
            object.member("from", from.number)
            object.member("to", to.number)
            object.member("compatible", report.isCompatible)
            object.key("breaks")
            object.array(report.breaks) { array, each in
                array.object { object in
                    object.member("affects", each.affected.rawValue)
                    // The one that refuses what the other lets through.
                    object.member("schema", each.affected == .sending ? to.number : from.number)
                    object.member("pointer", each.pointer)
                    object.member("rule", each.rule)
                    object.member("message", each.message)
                    object.member("certain", each.isCertain)
                }
            }
        }
    }
}

extension AdminCall {
    /// A number of a schema in the query.
    fileprivate func schemaNumber(_ name: String) throws(ControlFault) -> UInt32 {
        guard let number = query[name].flatMap({ UInt32($0) }), number > 0 else {
            throw .invalid("\(name) must be the number of a schema")
        }
        return number
    }
}

extension Fields {
    /// A JSON Schema that a validator can be made of, its members in the order in which they were written.
    func jsonSchema(_ name: String) throws(ControlFault) -> [UInt8] {
        guard let value = try optionalObject(name) else { return AgentSchema.anything }
        let text: [UInt8]
        do throws(JSONFault) { text = try orderedJSON(value) } catch {
            throw .invalid("\(name): \(error.reason.rawValue)", at: "/\(name)")
        }
        guard text.count <= AgentSchema.maximumBytes else {
            throw .invalid("\(name) has at most \(AgentSchema.maximumBytes) bytes", at: "/\(name)")
        }
        do throws(SchemaFault) { _ = try JSONSchema(compiling: text) } catch {
            throw .invalid("\(name) is not a JSON Schema: \(error.message)", at: "/\(name)\(error.pointer)")
        }
        return text
    }
}
