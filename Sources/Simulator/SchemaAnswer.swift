import JSON

/// What the simulator says where it is asked for JSON: the smallest value that fits most schemas people write, or one
/// that fits none with an object at its root.
enum SchemaAnswer {
    /// JSON, but never the object that structured output is about.
    static let misfit = #"["not","what","was","asked","for"]"#

    /// Objects within objects; deeper ones are left empty.
    private static let maximumDepth = 8

    /// Some object, where any will do.
    static let object = #"{"answer":"every toll is paid"}"#

    static func value(of schema: JSONValue) -> String { value(of: schema, in: schema, depth: 0) }

    private static func value(of schema: JSONValue, in root: JSONValue, depth: Int) -> String {
        guard schema.kind == .object, depth <= maximumDepth else { return "{}" }
        if let fixed = schema.member("const") ?? schema.member("enum")?.elements().first { return text(fixed) }
        if let reference = schema.member("$ref")?.string, let target = resolve(reference, in: root) {
            return value(of: target, in: root, depth: depth + 1)
        }
        for name in ["anyOf", "oneOf", "allOf"] {
            if let first = schema.member(name)?.elements().first { return value(of: first, in: root, depth: depth + 1) }
        }
        let type = schema.member("type")
        let name =
            type?.string ?? type?.elements().first?.string ?? (schema.member("properties") == nil ? "" : "object")
        // Gemini's own schemas write types in capitals.
        switch name.lowercased() {
        case "object": return object(schema, in: root, depth: depth)
        case "array":
            let count = min(max(schema.member("minItems")?.int ?? 1, 0), 100)
            let element = schema.member("items").map { value(of: $0, in: root, depth: depth + 1) } ?? "1"
            return "[" + Array(repeating: element, count: Int(count)).joined(separator: ",") + "]"
        case "integer", "number":
            if let least = schema.member("minimum") { return text(least) }
            return schema.member("maximum").map(text) ?? "7"
        case "boolean": return "true"
        case "null": return "null"
        case _: return string(schema)
        }
    }

    private static func object(_ schema: JSONValue, in root: JSONValue, depth: Int) -> String {
        let members = (try? schema.member("properties")?.members()) ?? []
        let said = members.map { JSONText.string($0.name) + ":" + value(of: $0.value, in: root, depth: depth + 1) }
        return "{" + said.joined(separator: ",") + "}"
    }

    private static func string(_ schema: JSONValue) -> String {
        let formats = [
            "date": "2026-11-21", "date-time": "2026-11-21T10:00:00Z", "email": "ada@example.org",
            "uuid": "00000000-0000-4000-8000-000000000000", "uri": "https://example.org/",
        ]
        if let known = schema.member("format")?.string.flatMap({ formats[$0] }) { return JSONText.string(known) }
        let least = Int(min(max(schema.member("minLength")?.int ?? 0, 0), 1_000))
        let most = Int(min(max(schema.member("maxLength")?.int ?? 1_000, 0), 1_000))
        let text = "toll" + String(repeating: "l", count: max(0, least - 4))
        return JSONText.string(String(text.prefix(most)))
    }

    /// `#`, `#/$defs/name`, `#/definitions/name`.
    private static func resolve(_ reference: String, in root: JSONValue) -> JSONValue? {
        guard reference.hasPrefix("#") else { return nil }
        return reference.dropFirst().split(separator: "/").reduce(root as JSONValue?) { $0?.member(String($1)) }
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.raw, as: UTF8.self) }
}
