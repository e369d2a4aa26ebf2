/// The schemas that say what a schema is, for references to them. They accept what the drafts' own accept, and have their
/// addresses and anchors; annotations, which check nothing, are left out.
enum MetaSchemas {
    static func text(at address: String) -> [UInt8]? {
        if address == SchemaDialect.draft7Address { return Array(draft7.utf8) }
        let prefix = "https://json-schema.org/draft/2020-12/"
        guard address.hasPrefix(prefix) else { return nil }
        return draft202012[String(address.dropFirst(prefix.count))].map { Array($0.utf8) }
    }

    private static let types = #"["array", "boolean", "integer", "null", "number", "object", "string"]"#

    private static let draft7 = """
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "$id": "http://json-schema.org/draft-07/schema#",
            "type": ["object", "boolean"],
            "definitions": {
                "schemas": {"type": "array", "minItems": 1, "items": {"$ref": "#"}},
                "map": {"type": "object", "additionalProperties": {"$ref": "#"}},
                "count": {"type": "integer", "minimum": 0},
                "names": {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
                "type": {"enum": \(types)}
            },
            "properties": {
                "$id": {"type": "string", "format": "uri-reference"},
                "$schema": {"type": "string", "format": "uri"},
                "$ref": {"type": "string", "format": "uri-reference"},
                "$comment": {"type": "string"},
                "title": {"type": "string"}, "description": {"type": "string"},
                "readOnly": {"type": "boolean"}, "writeOnly": {"type": "boolean"},
                "examples": {"type": "array"},
                "multipleOf": {"type": "number", "exclusiveMinimum": 0},
                "maximum": {"type": "number"}, "exclusiveMaximum": {"type": "number"},
                "minimum": {"type": "number"}, "exclusiveMinimum": {"type": "number"},
                "maxLength": {"$ref": "#/definitions/count"}, "minLength": {"$ref": "#/definitions/count"},
                "pattern": {"type": "string", "format": "regex"},
                "items": {"anyOf": [{"$ref": "#"}, {"$ref": "#/definitions/schemas"}]},
                "additionalItems": {"$ref": "#"},
                "maxItems": {"$ref": "#/definitions/count"}, "minItems": {"$ref": "#/definitions/count"},
                "uniqueItems": {"type": "boolean"},
                "contains": {"$ref": "#"},
                "maxProperties": {"$ref": "#/definitions/count"}, "minProperties": {"$ref": "#/definitions/count"},
                "required": {"$ref": "#/definitions/names"},
                "additionalProperties": {"$ref": "#"},
                "definitions": {"$ref": "#/definitions/map"},
                "properties": {"$ref": "#/definitions/map"},
                "patternProperties": {
                    "type": "object", "additionalProperties": {"$ref": "#"}, "propertyNames": {"format": "regex"}
                },
                "dependencies": {
                    "type": "object",
                    "additionalProperties": {"anyOf": [{"$ref": "#"}, {"$ref": "#/definitions/names"}]}
                },
                "propertyNames": {"$ref": "#"},
                "enum": {"type": "array"},
                "type": {
                    "anyOf": [
                        {"$ref": "#/definitions/type"},
                        {"type": "array", "items": {"$ref": "#/definitions/type"}, "minItems": 1, "uniqueItems": true}
                    ]
                },
                "format": {"type": "string"},
                "contentMediaType": {"type": "string"}, "contentEncoding": {"type": "string"},
                "if": {"$ref": "#"}, "then": {"$ref": "#"}, "else": {"$ref": "#"},
                "allOf": {"$ref": "#/definitions/schemas"}, "anyOf": {"$ref": "#/definitions/schemas"},
                "oneOf": {"$ref": "#/definitions/schemas"}, "not": {"$ref": "#"}
            }
        }
        """

    private static let draft202012 = [
        "schema": part(
            "schema",
            """
            "allOf": [
                {"$ref": "meta/core"}, {"$ref": "meta/applicator"}, {"$ref": "meta/unevaluated"},
                {"$ref": "meta/validation"}, {"$ref": "meta/meta-data"}, {"$ref": "meta/format-annotation"},
                {"$ref": "meta/content"}
            ],
            "properties": {
                "definitions": {"type": "object", "additionalProperties": {"$dynamicRef": "#meta"}},
                "dependencies": {
                    "type": "object",
                    "additionalProperties": {
                        "anyOf": [{"$dynamicRef": "#meta"}, {"$ref": "meta/validation#/$defs/stringArray"}]
                    }
                },
                "$recursiveAnchor": {"type": "string", "pattern": "^[A-Za-z_][-A-Za-z0-9._]*$"},
                "$recursiveRef": {"type": "string", "format": "uri-reference"}
            }
            """),
        "meta/core": part(
            "meta/core",
            """
            "properties": {
                "$id": {"type": "string", "format": "uri-reference", "pattern": "^[^#]*#?$"},
                "$schema": {"type": "string", "format": "uri"},
                "$ref": {"type": "string", "format": "uri-reference"},
                "$anchor": {"$ref": "#/$defs/anchorString"},
                "$dynamicRef": {"type": "string", "format": "uri-reference"},
                "$dynamicAnchor": {"$ref": "#/$defs/anchorString"},
                "$vocabulary": {
                    "type": "object", "propertyNames": {"type": "string", "format": "uri"},
                    "additionalProperties": {"type": "boolean"}
                },
                "$comment": {"type": "string"},
                "$defs": {"type": "object", "additionalProperties": {"$dynamicRef": "#meta"}}
            },
            "$defs": {"anchorString": {"type": "string", "pattern": "^[A-Za-z_][-A-Za-z0-9._]*$"}}
            """),
        "meta/applicator": part(
            "meta/applicator",
            """
            "properties": {
                "prefixItems": {"$ref": "#/$defs/schemaArray"},
                "items": {"$dynamicRef": "#meta"}, "contains": {"$dynamicRef": "#meta"},
                "additionalProperties": {"$dynamicRef": "#meta"},
                "properties": {"type": "object", "additionalProperties": {"$dynamicRef": "#meta"}},
                "patternProperties": {
                    "type": "object", "additionalProperties": {"$dynamicRef": "#meta"},
                    "propertyNames": {"format": "regex"}
                },
                "dependentSchemas": {"type": "object", "additionalProperties": {"$dynamicRef": "#meta"}},
                "propertyNames": {"$dynamicRef": "#meta"},
                "if": {"$dynamicRef": "#meta"}, "then": {"$dynamicRef": "#meta"}, "else": {"$dynamicRef": "#meta"},
                "allOf": {"$ref": "#/$defs/schemaArray"}, "anyOf": {"$ref": "#/$defs/schemaArray"},
                "oneOf": {"$ref": "#/$defs/schemaArray"}, "not": {"$dynamicRef": "#meta"}
            },
            "$defs": {"schemaArray": {"type": "array", "minItems": 1, "items": {"$dynamicRef": "#meta"}}}
            """),
        "meta/unevaluated": part(
            "meta/unevaluated",
            """
            "properties": {
                "unevaluatedItems": {"$dynamicRef": "#meta"}, "unevaluatedProperties": {"$dynamicRef": "#meta"}
            }
            """),
        "meta/validation": part(
            "meta/validation",
            """
            "properties": {
                "type": {
                    "anyOf": [
                        {"$ref": "#/$defs/simpleTypes"},
                        {"type": "array", "items": {"$ref": "#/$defs/simpleTypes"}, "minItems": 1, "uniqueItems": true}
                    ]
                },
                "enum": {"type": "array"},
                "multipleOf": {"type": "number", "exclusiveMinimum": 0},
                "maximum": {"type": "number"}, "exclusiveMaximum": {"type": "number"},
                "minimum": {"type": "number"}, "exclusiveMinimum": {"type": "number"},
                "maxLength": {"$ref": "#/$defs/nonNegativeInteger"},
                "minLength": {"$ref": "#/$defs/nonNegativeInteger"},
                "pattern": {"type": "string", "format": "regex"},
                "maxItems": {"$ref": "#/$defs/nonNegativeInteger"},
                "minItems": {"$ref": "#/$defs/nonNegativeInteger"},
                "uniqueItems": {"type": "boolean"},
                "maxContains": {"$ref": "#/$defs/nonNegativeInteger"},
                "minContains": {"$ref": "#/$defs/nonNegativeInteger"},
                "maxProperties": {"$ref": "#/$defs/nonNegativeInteger"},
                "minProperties": {"$ref": "#/$defs/nonNegativeInteger"},
                "required": {"$ref": "#/$defs/stringArray"},
                "dependentRequired": {"type": "object", "additionalProperties": {"$ref": "#/$defs/stringArray"}}
            },
            "$defs": {
                "nonNegativeInteger": {"type": "integer", "minimum": 0},
                "simpleTypes": {"enum": \(types)},
                "stringArray": {"type": "array", "items": {"type": "string"}, "uniqueItems": true}
            }
            """),
        "meta/meta-data": part(
            "meta/meta-data",
            """
            "properties": {
                "title": {"type": "string"}, "description": {"type": "string"}, "deprecated": {"type": "boolean"},
                "readOnly": {"type": "boolean"}, "writeOnly": {"type": "boolean"}, "examples": {"type": "array"}
            }
            """),
        "meta/format-annotation": part("meta/format-annotation", #""properties": {"format": {"type": "string"}}"#),
        "meta/format-assertion": part("meta/format-assertion", #""properties": {"format": {"type": "string"}}"#),
        "meta/content": part(
            "meta/content",
            """
            "properties": {
                "contentEncoding": {"type": "string"}, "contentMediaType": {"type": "string"},
                "contentSchema": {"$dynamicRef": "#meta"}
            }
            """),
    ]

    private static func part(_ name: String, _ body: String) -> String {
        """
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": "https://json-schema.org/draft/2020-12/\(name)",
            "$dynamicAnchor": "meta",
            "type": ["object", "boolean"],
            \(body)
        }
        """
    }
}
