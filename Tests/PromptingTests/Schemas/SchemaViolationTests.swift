import JSON
import Testing

@testable import Prompting

/// What is said of a value that a schema does not accept.
@Suite struct SchemaViolationTests {
    private func violations(_ schema: String, _ value: String, atMost: Int = 32) throws -> [SchemaViolation] {
        let schema = try JSONSchema(compiling: Array(schema.utf8), assertsFormats: true)
        let tape = JSONTape(try JSONDocument(value).root)
        let found = schema.faults(of: tape, atMost: atMost)
        #expect(schema.accepts(tape) == found.isEmpty)
        return found
    }

    @Test(arguments: [
        (#"{"type": "string"}"#, "1", "", "type", "/type", "must be a string"),
        (#"{"type": ["integer", "null"]}"#, "1.5", "", "type", "/type", "must be an integer or null"),
        (#"{"required": ["a/b"]}"#, "{}", "", "required", "/required", "must have the member a/b"),
        (
            #"{"properties": {"a/b": {"items": {"minimum": 3}}}}"#, #"{"a/b": [3, 2]}"#, "/a~1b/1", "minimum",
            "/properties/a~1b/items/minimum", "must be at least 3"
        ),
        (#"{"exclusiveMinimum": 0.5}"#, "0.5", "", "exclusiveMinimum", "/exclusiveMinimum", "must be more than 0.5"),
        (#"{"maximum": 3}"#, "3.01", "", "maximum", "/maximum", "must be at most 3"),
        (#"{"exclusiveMaximum": 3}"#, "3", "", "exclusiveMaximum", "/exclusiveMaximum", "must be less than 3"),
        (#"{"multipleOf": 0.01}"#, "0.015", "", "multipleOf", "/multipleOf", "must be a multiple of 0.01"),
        (#"{"minLength": 1}"#, #""""#, "", "minLength", "/minLength", "must have at least 1 character"),
        (#"{"maxLength": 2}"#, #""äöü""#, "", "maxLength", "/maxLength", "must have at most 2 characters"),
        (#"{"pattern": "^a"}"#, #""b""#, "", "pattern", "/pattern", "must match the pattern ^a"),
        (#"{"format": "date"}"#, #""x""#, "", "format", "/format", "must be of the format date"),
        (#"{"enum": ["a", "b"]}"#, #""c""#, "", "enum", "/enum", "must be one of the values that the schema lists"),
        (#"{"const": 1}"#, "2", "", "const", "/const", "must be the value that the schema says"),
        (#"{"minItems": 2}"#, "[1]", "", "minItems", "/minItems", "must have at least 2 elements"),
        (#"{"maxProperties": 0}"#, #"{"a":1}"#, "", "maxProperties", "/maxProperties", "must have at most 0 members"),
        (#"{"uniqueItems": true}"#, "[1, 1.0]", "", "uniqueItems", "/uniqueItems", "must not have two elements alike"),
        (
            #"{"properties": {"a": true}, "additionalProperties": false}"#, #"{"a": 1, "b": 2}"#, "/b",
            "additionalProperties", "/additionalProperties", "is a member that the schema does not have"
        ),
        (
            #"{"prefixItems": [true], "items": false}"#, "[1, 2]", "/1", "items", "/items",
            "is an element more than the schema has"
        ),
        (#"{"not": {"type": "null"}}"#, "null", "", "not", "/not", "must not fit the schema"),
        (#"{"anyOf": [{"minimum": 3}, false]}"#, "1", "", "anyOf", "/anyOf", "must fit at least one of the schemas"),
        (#"{"oneOf": [true, true]}"#, "1", "", "oneOf", "/oneOf", "must fit exactly one of the schemas"),
        (
            #"{"contains": {"const": 1}}"#, "[2]", "", "contains", "/contains",
            "must have an element that fits the schema"
        ),
        (
            #"{"contains": {"const": 1}, "maxContains": 1}"#, "[1, 1]", "", "maxContains", "/maxContains",
            "must have at most 1 elements that fit the schema"
        ),
        (
            #"{"dependentRequired": {"a": ["b"]}}"#, #"{"a": 1}"#, "", "dependentRequired", "/dependentRequired",
            "must have the member b"
        ),
        (
            #"{"propertyNames": {"maxLength": 1}}"#, #"{"ab": 1}"#, "/ab", "propertyNames", "/propertyNames",
            "has a name that is not allowed"
        ),
        (
            #"{"allOf": [{"properties": {"a": true}}], "unevaluatedProperties": false}"#, #"{"a": 1, "b": 1}"#, "/b",
            "unevaluatedProperties", "/unevaluatedProperties", "is a member that no part of the schema has"
        ),
        (#"{"properties": {"a": false}}"#, #"{"a": 1}"#, "/a", "false", "", "no value is allowed here"),
        (
            ##"{"items": {"$ref": "#/$defs/n"}, "$defs": {"n": {"type": "number"}}}"##, #"[1, "x"]"#, "/1", "type",
            "/$defs/n/type", "must be a number"
        ),
        (
            #"{"if": {"type": "string"}, "then": {"minLength": 2}}"#, #""x""#, "", "minLength", "/then/minLength",
            "must have at least 2 characters"
        ),
    ])
    func isSaid(
        _ schema: String, _ value: String, _ pointer: String, _ rule: String, _ schemaPointer: String, _ message: String
    ) throws {
        let found = try violations(schema, value)
        #expect(found.count == 1)
        let violation = try #require(found.first)
        #expect(violation.pointer == pointer)
        #expect(violation.rule == rule)
        #expect(violation.message == message)
        if rule != "false" { #expect(violation.schemaPointer == schemaPointer) }
    }

    @Test func allAreFoundInTheOrderOfTheText() throws {
        let schema = """
            {"required": ["id", "name"], "properties": {"tags": {"items": {"type": "string"}}, "age": {"minimum": 0}},
             "additionalProperties": false}
            """
        let found = try violations(schema, #"{"age": -1, "tags": ["a", 1, 2], "more": 1}"#)
        #expect(found.map(\.pointer) == ["", "", "/age", "/tags/1", "/tags/2", "/more"])
        #expect(found.map(\.rule) == ["required", "required", "minimum", "type", "type", "additionalProperties"])
    }

    @Test func atMostSoMany() throws {
        let value = "[" + [String](repeating: "1", count: 5000).joined(separator: ",") + "]"
        #expect(try violations(#"{"items": {"type": "null"}}"#, value).count == 32)
        #expect(try violations(#"{"items": {"type": "null"}}"#, value, atMost: 3).map(\.pointer) == ["/0", "/1", "/2"])
    }

    @Test func oneRuleReachedTwiceIsSaidOnce() throws {
        let schema = ##"{"allOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {"type": "null"}}}"##
        #expect(try violations(schema, "1").count == 1)
    }

    /// No message holds anything of the value.
    @Test func valuesStayUnsaid() throws {
        let secret = "hunter2"
        for schema in [
            #"{"type": "null"}"#, #"{"const": 1}"#, #"{"enum": ["a"]}"#, #"{"maxLength": 1}"#, #"{"pattern": "^x$"}"#,
            #"{"format": "email"}"#, #"{"not": {}}"#, #"{"anyOf": [false]}"#,
        ] {
            for violation in try violations(schema, "\"\(secret)\"") {
                #expect(!"\(violation)".contains(secret))
            }
        }
    }

    /// A member that stands twice: each is checked, so that whoever reads the first and whoever reads the last is right.
    @Test func repeatedMembersAreAllChecked() throws {
        let schema = #"{"properties": {"a": {"type": "string"}}}"#
        #expect(try violations(schema, #"{"a": "x", "a": 1}"#).count == 1)
        #expect(try violations(schema, #"{"a": 1, "a": "x"}"#).count == 1)
    }
}
