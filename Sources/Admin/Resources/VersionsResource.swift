import JSON
import Prompting

enum VersionsResource {
    static func list(_ call: AdminCall) async throws(ControlFault) -> Reply {
        Reply(try await call.store.versions(try call.agent(), try call.page()))
    }

    static func create(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let version = try NewVersion(try call.fields(NewVersion.fields))
        let created = try await call.store.createVersion(try call.agent(), version, by: try call.change())
        return try await reply(created.isNew ? 201 : 200, created.value, call)
    }

    static func get(_ call: AdminCall) async throws(ControlFault) -> Reply {
        let name = call.parameters.get("version") ?? ""
        guard AdminCall.isPlain(name) else { throw .notFound("version") }
        return try await reply(200, try await call.store.version(try call.agent(), .text(name)), call)
    }

    private static func reply(_ status: Int, _ version: Version, _ call: AdminCall) async throws(ControlFault) -> Reply
    {
        let document = try await call.store.content(version.reference.hash)
        // Made before there was something that is asked for now, it is shown without.
        let plan = try? Plan(decoding: document)
        return Reply(status) { object in
            version.write(to: &object)
            object.key("variables")
            object.array(variablesByName(plan?.variables ?? [])) { array, variable in
                array.object { object in
                    object.member("name", variable.name)
                    object.member("required", variable.isRequired)
                    object.key("paths")
                    object.array(variable.paths) { $0.string($1) }
                }
            }
            if let inferred = plan?.inferredInput { object.member("inferred_input_schema", raw: inferred) }
            object.member("document", raw: document)
        }
    }
}

extension NewVersion {
    private static let contentFields = [
        "provider", "model", "messages", "template", "parameters", "overridable", "tools", "max_output_tokens",
        "protocol", "strict_model", "on_invalid_output",
    ]
    static let fields = Set(contentFields + ["schema", "label", "notes"])

    init(_ fields: Fields) throws(ControlFault) {
        self.init(content: Self.contentFields.compactMap { name in fields[name].map { (name, $0) } })
        schema = try fields.optionalInteger("schema", minimum: 1)
        label = try fields.optionalString("label", maximumBytes: Self.maximumLabelBytes)
        notes = try fields.optionalString("notes", maximumBytes: Self.maximumNotesBytes)
        if let label, !VersionName.isLabel(label) {
            throw .invalid("label must be of A-Z, a-z, 0-9, ., _, + and -, and not a number", at: "/label")
        }
    }
}

extension Fields {
    /// A version's number, or as a string its number, label or hash.
    func versionName(_ name: String) throws(ControlFault) -> VersionName {
        if self[name]?.kind == .number { return .number(try integer(name, minimum: 1)) }
        let text = try string(name, maximumBytes: 200)
        guard AdminCall.isPlain(text) else {
            throw .invalid("\(name) is not a version's number, hash or label", at: "/\(name)")
        }
        return .text(text)
    }
}
