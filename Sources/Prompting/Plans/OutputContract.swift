import Domain
import JSON

/// What the agent's output schema asks of a version's answers, and what becomes of one that is otherwise.
package struct OutputContract: Sendable {
    package let schema: JSONSchema
    package let onInvalid: InvalidOutputRule
    /// The schema as OpenAI's `response_format` has it; nil where no provider could take it as such: its root is not
    /// plainly an object.
    package let responseFormat: Parameter?

    /// Whether the schema is within what strict structured output takes.
    package let isStrict: Bool
    /// What a provider that knows JSON only is sent.
    package static let jsonObject = Parameter(name: "response_format", json: Array(#"{"type":"json_object"}"#.utf8))

    /// - Parameter text: a JSON Schema.
    init(_ text: [UInt8], onInvalid: InvalidOutputRule, at place: JSONPointer) throws(VersionFault) {
        schema = try Plan.compiled(text, at: place)
        self.onInvalid = onInvalid
        let format = StructuredOutput.responseFormat(text)
        responseFormat = format.map { Parameter(name: "response_format", json: $0.json) }
        isStrict = format?.isStrict == true
    }

    /// Memory it holds, in bytes, roughly.
    var byteCost: Int { schema.byteCost + (responseFormat?.json.count ?? 0) + 128 }

    /// What is wrong with an answer's text; nothing where it is what was asked for.
    ///
    /// - Parameter steps: the most that the check may take, where that is less than any check may.
    package func faults(of text: [UInt8], steps: Int = .max) -> (value: JSONValue?, faults: [DataFault]) {
        let document: JSONDocument
        do throws(JSONFault) { document = try JSONDocument(text) } catch {
            return (nil, [DataFault(pointer: "", rule: "json", message: "not JSON: \(error.reason.rawValue)")])
        }
        // Of such a member the check reads the first, and most who get the answer the last.
        guard (try? canonicalJSON(document.root)) != nil else {
            return (nil, [DataFault(pointer: "", rule: "json", message: "an object names a member twice")])
        }
        return (document.root, schema.faults(of: JSONTape(document.root), steps: steps).map(DataFault.init))
    }
}

/// A JSON Schema as providers take it to shape an answer.
enum StructuredOutput {
    /// Objects within objects, beyond which OpenAI takes no schema strictly.
    private static let maximumDepth = 10

    /// The value of `response_format`; nil where the root is not plainly an object, which no provider takes.
    static func responseFormat(_ schema: [UInt8]) -> (json: [UInt8], isStrict: Bool)? {
        guard let root = try? JSONDocument(schema).root, root.member("type")?.isString("object") == true else {
            return nil
        }
        var writer = JSONWriter(capacity: schema.count + 96)
        writer.beginObject()
        writer.key("type")
        writer.string("json_schema")
        writer.key("json_schema")
        writer.beginObject()
        writer.key("name")
        writer.string("output")
        writer.key("schema")
        writer.raw(schema)
        let isStrict = isStrict(root, depth: 0) && root.member("anyOf") == nil
        if isStrict {
            writer.key("strict")
            writer.bool(true)
        }
        writer.endObject()
        writer.endObject()
        return (writer.bytes, isStrict)
    }

    /// Whether a schema is within what strict structured output takes everywhere (OpenAI's guide "Structured model
    /// outputs", "Supported schemas"; Azure takes no more than this): every object closed and all its members
    /// required, every value of a known type, and no keyword that a provider would refuse the request for.
    private static func isStrict(_ schema: JSONValue, depth: Int) -> Bool {
        guard depth <= maximumDepth, schema.kind == .object, let members = try? schema.members() else { return false }
        var properties: Set<String> = []
        var required: Set<String> = []
        var isClosed = false
        for member in members {
            switch member.name {
            case "type", "enum", "const", "title", "description", "$schema": break
            // Beside a reference nothing may stand, not even a description.
            case "$ref": return members.count == 1 && member.value.string?.hasPrefix("#") == true
            case "additionalProperties": isClosed = member.value.bool == false
            case "required": required = Set(member.value.elements().compactMap(\.string))
            case "items": guard isStrict(member.value, depth: depth + 1) else { return false }
            case "anyOf":
                guard member.value.elements().allSatisfy({ isStrict($0, depth: depth + 1) }) else { return false }
            case "properties", "$defs", "definitions":
                guard let schemas = try? member.value.members(),
                    schemas.allSatisfy({ isStrict($0.value, depth: depth + 1) })
                else { return false }
                if member.name == "properties" { properties = Set(schemas.map(\.name)) }
            case _: return false
            }
        }
        let types = schema.member("type").map { $0.kind == .array ? $0.elements() : [$0] } ?? []
        guard !types.isEmpty || schema.member("anyOf") != nil else { return false }
        if types.contains(where: { $0.isString("array") }), schema.member("items") == nil { return false }
        guard types.contains(where: { $0.isString("object") }) || !properties.isEmpty else { return true }
        return isClosed && properties == required
    }
}
