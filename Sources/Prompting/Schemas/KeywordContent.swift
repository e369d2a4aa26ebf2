/// What stands under a keyword of JSON Schema: where schemas, names and values are to be looked for.
///
/// Told by keyword, so that a property, a value or a definition that happens to be named like one is none. A keyword of
/// either draft counts in both: what the other draft does not know does nothing there.
enum KeywordContent: Sendable {
    /// Says nothing about what is valid.
    case annotation
    case schema
    case schemas
    /// `items`, an array of schemas up to draft-07.
    case schemaOrSchemas
    /// An object with schemas under names of the author's.
    case namedSchemas
    /// `dependencies`: of each name a schema, or names.
    case namedSchemasOrNames
    /// Names or values whose order says nothing.
    case set
    case type
    /// `dependentRequired`
    case namedSets
    case reference
    /// All else, what is unknown included.
    case other

    init(_ name: Text) {
        self = Self.known[name] ?? (name.bytes.starts(with: Self.extensionPrefix) ? .annotation : .other)
    }

    /// `x-…`: a convention of OpenAPI's, which the next draft makes a rule.
    private static let extensionPrefix = Array("x-".utf8)

    private static let known: [Text: KeywordContent] = [
        "title": .annotation, "description": .annotation, "default": .annotation, "examples": .annotation,
        "$comment": .annotation, "deprecated": .annotation, "readOnly": .annotation, "writeOnly": .annotation,
        "not": .schema, "if": .schema, "then": .schema, "else": .schema, "contains": .schema,
        "propertyNames": .schema, "additionalProperties": .schema, "additionalItems": .schema,
        "unevaluatedItems": .schema, "unevaluatedProperties": .schema, "contentSchema": .schema,
        "allOf": .schemas, "anyOf": .schemas, "oneOf": .schemas, "prefixItems": .schemas,
        "items": .schemaOrSchemas,
        "properties": .namedSchemas, "patternProperties": .namedSchemas, "$defs": .namedSchemas,
        "definitions": .namedSchemas, "dependentSchemas": .namedSchemas,
        "dependencies": .namedSchemasOrNames,
        "required": .set, "enum": .set, "type": .type, "dependentRequired": .namedSets,
        "$ref": .reference, "$dynamicRef": .reference,
    ]
}
