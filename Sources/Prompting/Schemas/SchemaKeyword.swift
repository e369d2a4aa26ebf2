/// The keywords that are acted upon or checked, of both drafts.
enum SchemaKeyword: String, Sendable, CaseIterable {
    case id = "$id"
    case schema = "$schema"
    case ref = "$ref"
    case anchor = "$anchor"
    case dynamicRef = "$dynamicRef"
    case dynamicAnchor = "$dynamicAnchor"
    case vocabulary = "$vocabulary"
    case comment = "$comment"
    case defs = "$defs"
    case definitions
    case type
    case const
    case `enum`
    case allOf, anyOf, oneOf
    case not
    case `if`
    case then
    case `else`
    case multipleOf, maximum, exclusiveMaximum, minimum, exclusiveMinimum
    case maxLength, minLength, pattern, format
    case contentEncoding, contentMediaType, contentSchema
    case properties, patternProperties, additionalProperties, propertyNames
    case required, minProperties, maxProperties
    case dependentRequired, dependentSchemas, dependencies
    case prefixItems, items, additionalItems
    case contains, minContains, maxContains
    case minItems, maxItems, uniqueItems
    case unevaluatedItems, unevaluatedProperties
    case title, description
    case deprecated, readOnly, writeOnly
    case examples

    /// What its value must be.
    enum Form {
        case any, string, boolean, number, positiveNumber, count, array, strings, schema, schemas, schemaMap
        case schemaOrSchemas, type, stringsMap, dependencies, object
    }

    func form(in draft: JSONSchema.Draft) -> Form {
        switch self {
        case .const, .vocabulary: .any
        case .id, .schema, .ref, .anchor, .dynamicRef, .dynamicAnchor, .comment, .title, .description, .pattern,
            .format, .contentEncoding, .contentMediaType:
            .string
        case .uniqueItems, .deprecated, .readOnly, .writeOnly: .boolean
        case .maximum, .exclusiveMaximum, .minimum, .exclusiveMinimum: .number
        case .multipleOf: .positiveNumber
        case .maxLength, .minLength, .minProperties, .maxProperties, .minItems, .maxItems, .minContains, .maxContains:
            .count
        case .enum, .examples: .array
        case .required: .strings
        case .type: .type
        case .allOf, .anyOf, .oneOf, .prefixItems: .schemas
        case .not, .if, .then, .else, .additionalProperties, .propertyNames, .contains, .unevaluatedItems,
            .unevaluatedProperties, .contentSchema, .additionalItems:
            .schema
        case .items: draft == .draft7 ? .schemaOrSchemas : .schema
        case .properties, .patternProperties, .dependentSchemas, .defs, .definitions: .schemaMap
        case .dependentRequired: .stringsMap
        case .dependencies: .dependencies
        }
    }

    /// Whether a draft, with the vocabularies its metaschema asks for, knows it.
    func isKnown(in dialect: SchemaDialect) -> Bool {
        switch self {
        case .id, .schema, .ref, .comment, .definitions: true
        case .anchor, .dynamicRef, .dynamicAnchor, .vocabulary, .defs: dialect.draft == .draft202012
        case .type, .const, .enum, .multipleOf, .maximum, .exclusiveMaximum, .minimum, .exclusiveMinimum, .maxLength,
            .minLength, .pattern, .maxItems, .minItems, .uniqueItems, .maxProperties, .minProperties, .required:
            dialect.hasValidation
        case .maxContains, .minContains, .dependentRequired: dialect.draft == .draft202012 && dialect.hasValidation
        case .allOf, .anyOf, .oneOf, .not, .if, .then, .else, .properties, .patternProperties, .additionalProperties,
            .propertyNames, .items, .contains, .dependencies:
            dialect.hasApplicator
        case .additionalItems: dialect.draft == .draft7
        case .prefixItems, .dependentSchemas: dialect.draft == .draft202012 && dialect.hasApplicator
        case .unevaluatedItems, .unevaluatedProperties: dialect.draft == .draft202012 && dialect.hasUnevaluated
        case .contentSchema, .deprecated: dialect.draft == .draft202012
        case .format, .contentEncoding, .contentMediaType, .title, .description, .readOnly, .writeOnly, .examples: true
        }
    }
}
