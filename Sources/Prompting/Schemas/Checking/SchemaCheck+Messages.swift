import JSON

extension SchemaCheck {
    /// What a note says to people. Places and rules come from the schema; of the value only its names are said.
    func violation(_ note: Note) -> SchemaViolation {
        let schema = schemas[note.schema]
        var schemaPointer = program.documents[Int(schema.document)].pointer(to: Int(schema.node))
        if let keyword = note.keyword { schemaPointer += "/" + keyword.rawValue }
        return SchemaViolation(
            pointer: tape.pointer(to: note.node), rule: note.keyword?.rawValue ?? "false",
            schemaPointer: schemaPointer, message: message(note), missing: missing(note))
    }

    private func missing(_ note: Note) -> String? {
        switch note.keyword {
        case .required, .dependentRequired, .dependencies: name(note.detail)
        case _: nil
        }
    }

    private func message(_ note: Note) -> String {
        guard let keyword = note.keyword else { return "no value is allowed here" }
        switch keyword {
        case .type: return "must be " + types(schemas[note.schema].types)
        case .required, .dependentRequired: return "must have the member \(name(note.detail))"
        case .dependencies: return "must have the member \(name(note.detail))"
        case .additionalProperties: return "is a member that the schema does not have"
        case .unevaluatedProperties: return "is a member that no part of the schema has"
        case .items, .additionalItems: return "is an element more than the schema has"
        case .unevaluatedItems: return "is an element that no part of the schema has"
        case .propertyNames: return "has a name that is not allowed"
        case .const: return "must be the value that the schema says"
        case .enum: return "must be one of the values that the schema lists"
        case .anyOf: return "must fit at least one of the schemas"
        case .oneOf: return "must fit exactly one of the schemas"
        case .not: return "must not fit the schema"
        case .uniqueItems: return "must not have two elements alike"
        case .pattern: return "must match the pattern \(text(note, .pattern))"
        case .format: return "must be of the format \(text(note, .format))"
        case .minimum: return "must be at least \(text(note, keyword))"
        case .exclusiveMinimum: return "must be more than \(text(note, keyword))"
        case .maximum: return "must be at most \(text(note, keyword))"
        case .exclusiveMaximum: return "must be less than \(text(note, keyword))"
        case .multipleOf: return "must be a multiple of \(text(note, keyword))"
        case .minLength: return "must have at least \(counted(note, "character"))"
        case .maxLength: return "must have at most \(counted(note, "character"))"
        case .minItems: return "must have at least \(counted(note, "element"))"
        case .maxItems: return "must have at most \(counted(note, "element"))"
        case .minProperties: return "must have at least \(counted(note, "member"))"
        case .maxProperties: return "must have at most \(counted(note, "member"))"
        case .contains: return "must have an element that fits the schema"
        case .minContains: return "must have at least \(rules[note.detail].b) elements that fit the schema"
        case .maxContains: return "must have at most \(rules[note.detail].value) elements that fit the schema"
        case .id, .schema, .ref, .anchor, .dynamicRef, .dynamicAnchor, .vocabulary, .comment, .defs, .definitions,
            .allOf, .if, .then, .else, .contentEncoding, .contentMediaType, .contentSchema, .properties,
            .patternProperties, .dependentSchemas, .prefixItems, .title, .description, .deprecated,
            .readOnly, .writeOnly, .examples:
            return "must be as the schema says"
        }
    }

    private func name(_ number: Int) -> String {
        let range = nameRanges[number]
        return String(decoding: names[Int(range.start)..<Int(range.start + range.count)], as: UTF8.self)
    }

    private func types(_ mask: UInt8) -> String {
        var names: [String] = []
        if mask & 1 != 0 { names.append("an object") }
        if mask & 2 != 0 { names.append("an array") }
        if mask & 4 != 0 { names.append("a string") }
        if mask & CompiledSchema.numberType != 0 {
            names.append("a number")
        } else if mask & CompiledSchema.integerType != 0 {
            names.append("an integer")
        }
        if mask & 16 != 0 { names.append("a boolean") }
        if mask & 32 != 0 { names.append("null") }
        guard let last = names.popLast() else { return "no value at all" }
        return names.isEmpty ? last : names.joined(separator: ", ") + " or " + last
    }

    private func counted(_ note: Note, _ thing: String) -> String {
        let count = rules[note.detail].value
        return "\(count) \(thing)\(count == 1 ? "" : "s")"
    }

    /// The keyword's value as the schema's text has it, at most 100 bytes of it.
    private func text(_ note: Note, _ keyword: SchemaKeyword) -> String {
        let schema = schemas[note.schema]
        let tape = program.documents[Int(schema.document)].tape
        guard let value = tape.member(keyword.rawValue, of: Int(schema.node)) else { return "" }
        let text = tape.kind(value) == .string ? tape.string(value) : tape.value(value).rawText
        guard text.utf8.count > 100 else { return text }
        return String(
            decoding: Array(text.unicodeScalars.prefix(99)).reduce(into: [UInt8]()) {
                $0 += Array(String($1).utf8)
            }, as: UTF8.self) + "…"
    }
}

extension JSONValue {
    fileprivate var rawText: String { String(decoding: raw, as: UTF8.self) }
}
