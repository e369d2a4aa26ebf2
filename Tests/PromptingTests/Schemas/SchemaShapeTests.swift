import JSON
import Testing

@testable import Prompting

@Suite struct SchemaShapeTests {
    static func shape(_ schema: String) throws -> String {
        String(decoding: try SchemaShape(of: try JSONDocument(schema).root).text, as: UTF8.self)
    }

    static let shapes: [(schema: String, shape: String)] = [
        ("{}", "{}"),
        ("true", "true"),
        (
            #"{"type":"object","title":"T","description":"d","default":{},"examples":[1],"$comment":"c"}"#,
            #"{"type":"object"}"#
        ),
        (
            #"{"deprecated":true,"readOnly":true,"writeOnly":false,"x-order":[1],"type":"string"}"#,
            #"{"type":"string"}"#
        ),
        // Only where a schema stands is `title` an annotation.
        (
            #"{"properties":{"title":{"type":"string","title":"t"},"x-a":{"default":1}},"required":["title"]}"#,
            #"{"properties":{"title":{"type":"string"},"x-a":{}},"required":["title"]}"#
        ),
        (#"{"enum":[{"title":"a"},{"default":1}]}"#, #"{"enum":[{"default":1},{"title":"a"}]}"#),
        (#"{"const":{"title":"a","description":"b"}}"#, #"{"const":{"description":"b","title":"a"}}"#),
        (
            #"{"$defs":{"title":{"title":"t"}},"definitions":{"examples":{"examples":[]}}}"#,
            #"{"$defs":{"title":{}},"definitions":{"examples":{}}}"#
        ),
        (
            #"{"patternProperties":{"default":{"default":1}},"dependentSchemas":{"title":{"title":""}}}"#,
            #"{"dependentSchemas":{"title":{}},"patternProperties":{"default":{}}}"#
        ),
        // Schemas within schemas.
        (
            #"{"allOf":[{"title":"a"}],"anyOf":[{"title":"a"},true],"oneOf":[],"not":{"title":"a"}}"#,
            #"{"allOf":[{}],"anyOf":[{},true],"not":{},"oneOf":[]}"#
        ),
        (
            #"{"if":{"title":""},"then":{"title":""},"else":{"title":""},"contains":{"title":""}}"#,
            #"{"contains":{},"else":{},"if":{},"then":{}}"#
        ),
        (
            #"{"items":{"title":""},"prefixItems":[{"title":""}],"additionalItems":{"title":""}}"#,
            #"{"additionalItems":{},"items":{},"prefixItems":[{}]}"#
        ),
        (#"{"items":[{"title":""},{"title":""}]}"#, #"{"items":[{},{}]}"#),
        (
            #"{"propertyNames":{"title":""},"additionalProperties":{"title":""},"contentSchema":{"title":""}}"#,
            #"{"additionalProperties":{},"contentSchema":{},"propertyNames":{}}"#
        ),
        (
            #"{"unevaluatedItems":{"title":""},"unevaluatedProperties":{"title":""}}"#,
            #"{"unevaluatedItems":{},"unevaluatedProperties":{}}"#
        ),
        (#"{"dependencies":{"a":["z","b","b"],"b":{"title":""}}}"#, #"{"dependencies":{"a":["b","z"],"b":{}}}"#),
        // What has no order.
        (
            #"{"required":["b","a","b"],"type":["string","null"],"enum":["b","a"]}"#,
            #"{"enum":["a","b"],"required":["a","b"],"type":["null","string"]}"#
        ),
        (
            #"{"type":["string"],"dependentRequired":{"a":["c","b"]}}"#,
            #"{"dependentRequired":{"a":["b","c"]},"type":"string"}"#
        ),
        // What has one.
        (
            #"{"prefixItems":[{"type":"string"},{"type":"null"}]}"#,
            #"{"prefixItems":[{"type":"string"},{"type":"null"}]}"#
        ),
        (#"{"const":["b","a"]}"#, #"{"const":["b","a"]}"#),
        // Part of the shape.
        (
            #"{"format":"date","$schema":"http://json-schema.org/draft-07/schema#","$id":"a","frobnicate":{"title":"t"}}"#,
            #"{"$id":"a","$schema":"http://json-schema.org/draft-07/schema#","format":"date","frobnicate":{"title":"t"}}"#
        ),
        // A definition under an annotation is none: all of them stay.
        (
            ##"{"title":"t","x-a":{"b":{"type":"string"}},"$ref":"#/x-a/b"}"##,
            ##"{"$ref":"#/x-a/b","title":"t","x-a":{"b":{"type":"string"}}}"##
        ),
        (
            ##"{"examples":[{"type":"string"}],"items":{"$ref":"#/%65xamples/0"}}"##,
            ##"{"examples":[{"type":"string"}],"items":{"$ref":"#/%65xamples/0"}}"##
        ),
        (
            ##"{"properties":{"title":{"title":"t"},"b":{"$ref":"#/properties/title"}}}"##,
            ##"{"properties":{"b":{"$ref":"#/properties/title"},"title":{}}}"##
        ),
        (##"{"items":[{"title":"t"}],"not":{"$ref":"#/items/0"}}"##, ##"{"items":[{}],"not":{"$ref":"#/items/0"}}"##),
        (#"{"title":"t","not":{"$ref":"other.json"}}"#, #"{"not":{"$ref":"other.json"}}"#),
    ]

    @Test(arguments: shapes)
    func shapeOf(_ expected: (schema: String, shape: String)) throws {
        #expect(try Self.shape(expected.schema) == expected.shape)
    }

    static let apart: [(String, String)] = [
        (#"{"type":"string"}"#, #"{"type":"integer"}"#),
        (#"{"format":"date"}"#, #"{"format":"time"}"#),
        (#"{"$schema":"http://json-schema.org/draft-07/schema#"}"#, "{}"),
        (#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, #"{"anyOf":[{"type":"null"},{"type":"string"}]}"#),
        (#"{"properties":{"title":{}}}"#, #"{"properties":{}}"#),
        (#"{"const":{"title":1}}"#, #"{"const":{}}"#),
        (#"{"minimum":1}"#, #"{"minimum":1.0}"#),
        (##"{"x-a":{"type":"string"},"$ref":"#/x-a"}"##, ##"{"x-a":{"type":"null"},"$ref":"#/x-a"}"##),
    ]

    @Test(arguments: apart)
    func tellsApart(_ pair: (String, String)) throws {
        #expect(try Self.shape(pair.0) != Self.shape(pair.1))
    }

    @Test func refusesAMemberThatStandsTwice() {
        #expect(throws: JSONFault.self) { try Self.shape(#"{"properties":{"a":{},"a":{}}}"#) }
    }

    @Test func aShapeIsItsOwnShape() throws {
        for (schema, _) in Self.shapes {
            let shape = try Self.shape(schema)
            #expect(try Self.shape(shape) == shape)
        }
    }

    /// A reference can lead into a list whose order says nothing otherwise.
    @Test func anEnumThatIsReferredIntoKeepsItsOrder() throws {
        func schema(_ one: String, _ other: String) -> String {
            ##"{"$defs":{"e":{"enum":[{"type":"\##(one)"},{"type":"\##(other)"}]}},"$ref":"#/$defs/e/enum/0"}"##
        }
        #expect(try Self.shape(schema("string", "number")) != Self.shape(schema("number", "string")))
    }
}
