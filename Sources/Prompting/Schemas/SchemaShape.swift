import JSON

/// What of a JSON Schema says which values are valid: two schemas of one shape have one number.
///
/// The schema's canonical JSON without its annotations (`title`, `description`, `default`, `examples`, `$comment`,
/// `deprecated`, `readOnly`, `writeOnly` and what begins with `x-`), with the members of `required`, `enum`, `type` and
/// the like sorted, each once. `format` and `$schema` are part of it, and so is a keyword that nobody knows. Shapes are
/// told apart rather than merged: `{"const": 1}` and `{"enum": [1]}`, or `1` and `1.0`, are two.
package struct SchemaShape: Hashable, Sendable {
    /// Canonical JSON.
    package let text: [UInt8]

    /// Throws `duplicateKey` where an object names a member twice.
    package init(of schema: JSONValue) throws(JSONFault) {
        // A definition may stand anywhere, under an annotation or in an `enum` too; then all of them are kept as they are.
        text = try ShapeWriter(keepsText: try Self.leadsAside(schema)).schema(schema)
    }

    /// The depth of a checked document bounds the recursion.
    private static func leadsAside(_ value: JSONValue) throws(JSONFault) -> Bool {
        switch value.kind {
        case .array:
            for element in value.elements() where try leadsAside(element) { return true }
        case .object:
            for member in try value.members() {
                if case .reference = KeywordContent(Text(member.name)), let reference = member.value.decodedBytes,
                    SchemaReference(Text(reference)).leadsAside
                {
                    return true
                }
                if try leadsAside(member.value) { return true }
            }
        case .string, .number, .bool, .null: break
        }
        return false
    }
}

/// Writes the shape of each value by what it stands under.
private struct ShapeWriter {
    let keepsText: Bool

    func schema(_ value: JSONValue) throws(JSONFault) -> [UInt8] {
        try object(value) { (name, value) throws(JSONFault) in
            switch KeywordContent(name) {
            case .annotation: keepsText ? try canonicalJSON(value) : nil
            case .schema: try schema(value)
            case .schemas: try schemas(value)
            case .schemaOrSchemas: value.kind == .array ? try schemas(value) : try schema(value)
            case .namedSchemas: try object(value) { (_, value) throws(JSONFault) in try schema(value) }
            case .namedSchemasOrNames:
                try object(value) { (_, value) throws(JSONFault) in
                    value.kind == .array ? try set(value) : try schema(value)
                }
            case .set: try set(value)
            case .type: try type(value)
            case .namedSets: try object(value) { (_, value) throws(JSONFault) in try set(value) }
            case .reference, .other: try canonicalJSON(value)
            }
        }
    }

    private func schemas(_ value: JSONValue) throws(JSONFault) -> [UInt8] {
        guard value.kind == .array else { return try canonicalJSON(value) }
        var elements: [[UInt8]] = []
        for element in value.elements() { elements.append(try schema(element)) }
        return array(elements)
    }

    private func set(_ value: JSONValue) throws(JSONFault) -> [UInt8] {
        guard value.kind == .array, !keepsText else { return try canonicalJSON(value) }
        var elements: Set<[UInt8]> = []
        for element in value.elements() { elements.insert(try canonicalJSON(element)) }
        return array(elements.sorted { $0.lexicographicallyPrecedes($1) })
    }

    /// `["string"]` is `"string"`.
    private func type(_ value: JSONValue) throws(JSONFault) -> [UInt8] {
        let elements = value.elements()
        return elements.count == 1 ? try canonicalJSON(elements[0]) : try set(value)
    }

    /// Members in the order of their names' bytes; those that `write` answers nil for are left out.
    private func object(
        _ value: JSONValue, _ write: (Text, JSONValue) throws(JSONFault) -> [UInt8]?
    ) throws(JSONFault) -> [UInt8] {
        guard value.kind == .object else { return try canonicalJSON(value) }
        let members = try value.members().map { (name: Text($0.name), value: $0.value) }
            .sorted { $0.name.bytes.lexicographicallyPrecedes($1.name.bytes) }
        var writer = JSONWriter()
        writer.beginObject()
        for index in members.indices {
            if index > 0, members[index].name == members[index - 1].name {
                throw JSONFault(.duplicateKey, at: members[index].value.range.lowerBound)
            }
            guard let text = try write(members[index].name, members[index].value) else { continue }
            writer.key(members[index].name.string)
            writer.raw(text)
        }
        writer.endObject()
        return writer.bytes
    }

    private func array(_ elements: [[UInt8]]) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for element in elements { writer.raw(element) }
        writer.endArray()
        return writer.bytes
    }
}
