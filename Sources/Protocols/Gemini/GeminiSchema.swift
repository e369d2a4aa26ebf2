import JSON

/// Google's own kind of schema (a subset of OpenAPI 3.0: `"type":"OBJECT"`, `nullable`, numbers as strings) as a JSON
/// Schema, which is what every other protocol takes.
enum GeminiSchema {
    static func jsonSchema(_ schema: JSONValue) -> [UInt8] {
        var writer = JSONWriter(capacity: schema.range.count + 64)
        writer.schema(schema)
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func schema(_ schema: JSONValue) {
        guard let members = try? schema.members() else { return value(schema) }
        let isNullable = schema.member("nullable")?.bool == true
        beginObject()
        for member in members where !member.value.isNull {
            let name = GeminiName.camel(member.name)
            switch name {
            // Said with the type. The order of properties is no part of JSON Schema.
            case "nullable", "propertyOrdering": continue
            case "type": type(member.value, isNullable)
            case "properties", "defs":
                key(name == "defs" ? "$defs" : name)
                schemas(member.value)
            case "items", "additionalProperties", "not":
                key(name)
                self.schema(member.value)
            case "anyOf", "oneOf", "allOf", "prefixItems":
                key(name)
                beginArray()
                for one in member.value.elements() { self.schema(one) }
                if isNullable, name == "anyOf" { raw(#"{"type":"null"}"#.utf8) }
                endArray()
            case "enum": choices(member.value, isNullable)
            case "ref":
                key("$ref")
                value(member.value)
            case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties":
                key(name)
                number(member.value)
            case _:
                key(name)
                value(member.value)
            }
        }
        endObject()
    }

    private mutating func schemas(_ schemas: JSONValue) {
        beginObject()
        for member in (try? schemas.members()) ?? [] {
            // A property's name is the application's own.
            key(member.name)
            schema(member.value)
        }
        endObject()
    }

    private mutating func type(_ type: JSONValue, _ isNullable: Bool) {
        guard let name = type.string?.lowercased(), name != "type_unspecified" else { return }
        key("type")
        guard isNullable else { return string(name) }
        beginArray()
        string(name)
        string("null")
        endArray()
    }

    private mutating func choices(_ choices: JSONValue, _ isNullable: Bool) {
        key("enum")
        beginArray()
        for choice in choices.elements() { value(choice) }
        if isNullable { null() }
        endArray()
    }

    /// 64 bit numbers are strings in Google's JSON.
    private mutating func number(_ value: JSONValue) {
        guard let count = value.string.flatMap(Int64.init) else { return self.value(value) }
        int(count)
    }
}
