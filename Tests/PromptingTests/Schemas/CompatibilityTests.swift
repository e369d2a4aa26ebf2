import JSON
import Testing

@testable import Prompting

/// What `SchemaCompatibility` says of changes, each with an instance that shows it where one is broken.
@Suite struct CompatibilityTests {
    /// - Returns: whether the second accepts all that the first does, as far as can be told.
    static func findings(_ wide: String, _ narrow: String, _ universe: SchemaTypes = .all) throws -> [SchemaFinding] {
        try SchemaCompatibility.findings(
            accepted: JSONDocument(wide).root, by: JSONDocument(narrow).root, universe: universe)
    }

    struct Broken: Sendable {
        var wide: String
        var narrow: String
        var rule: String
        var place: String
        /// Accepted by the first, refused by the second.
        var witness: String
        var isCertain = true
    }

    static let broken: [Broken] = [
        Broken(wide: "{}", narrow: #"{"type":"string"}"#, rule: "type", place: "/type", witness: "1"),
        Broken(wide: "true", narrow: "false", rule: "false", place: "", witness: "1"),
        Broken(
            wide: #"{"type":["string","null"]}"#, narrow: #"{"type":"string"}"#, rule: "type", place: "/type",
            witness: "null"),
        Broken(
            wide: #"{"type":"number"}"#, narrow: #"{"type":"integer"}"#, rule: "type", place: "/type", witness: "1.5"),
        Broken(
            wide: #"{"enum":["a","b"]}"#, narrow: #"{"enum":["a"]}"#, rule: "enum", place: "/enum", witness: #""b""#),
        Broken(wide: #"{"type":"string"}"#, narrow: #"{"enum":["a"]}"#, rule: "enum", place: "/enum", witness: #""b""#),
        Broken(
            wide: #"{"type":"boolean"}"#, narrow: #"{"const":true}"#, rule: "const", place: "/const", witness: "false"),
        Broken(
            wide: #"{"type":"integer"}"#, narrow: #"{"type":"integer","minimum":0}"#, rule: "minimum",
            place: "/minimum", witness: "-1"),
        Broken(
            wide: #"{"type":"number","maximum":5}"#, narrow: #"{"exclusiveMaximum":5}"#, rule: "exclusiveMaximum",
            place: "/exclusiveMaximum", witness: "5"),
        Broken(
            wide: #"{"type":"integer"}"#, narrow: #"{"multipleOf":2}"#, rule: "multipleOf", place: "/multipleOf",
            witness: "3"),
        Broken(
            wide: #"{"type":"integer","multipleOf":3}"#, narrow: #"{"multipleOf":2}"#, rule: "multipleOf",
            place: "/multipleOf", witness: "3", isCertain: false),
        Broken(
            wide: #"{"type":"string","maxLength":5}"#, narrow: #"{"maxLength":4}"#, rule: "maxLength",
            place: "/maxLength", witness: #""abcde""#),
        Broken(
            wide: #"{"type":"string"}"#, narrow: #"{"minLength":1}"#, rule: "minLength", place: "/minLength",
            witness: #""""#),
        Broken(
            wide: #"{"type":"string"}"#, narrow: #"{"pattern":"^a"}"#, rule: "pattern", place: "/pattern",
            witness: #""b""#, isCertain: false),
        Broken(
            wide: #"{"type":"string","pattern":"^a"}"#, narrow: #"{"pattern":"^ab"}"#, rule: "pattern",
            place: "/pattern", witness: #""ac""#, isCertain: false),
        Broken(
            wide: #"{"enum":["ab","b"]}"#, narrow: #"{"pattern":"^a"}"#, rule: "pattern", place: "/pattern",
            witness: #""b""#, isCertain: false),
        Broken(
            wide: #"{"type":"array"}"#, narrow: #"{"minItems":1}"#, rule: "minItems", place: "/minItems", witness: "[]"),
        Broken(
            wide: #"{"type":"array"}"#, narrow: #"{"uniqueItems":true}"#, rule: "uniqueItems", place: "/uniqueItems",
            witness: "[1,1]"),
        Broken(
            wide: #"{"type":"array","items":{"type":["string","null"]}}"#, narrow: #"{"items":{"type":"string"}}"#,
            rule: "type", place: "/items/type", witness: "[null]"),
        Broken(
            wide: #"{"type":"array"}"#, narrow: #"{"prefixItems":[{"type":"string"}]}"#, rule: "type",
            place: "/prefixItems/0/type", witness: "[1]"),
        Broken(
            wide: #"{"type":"array","prefixItems":[{"type":"string"}]}"#,
            narrow: #"{"prefixItems":[{"type":"string"}],"items":false}"#, rule: "items", place: "/items",
            witness: #"["a",1]"#),
        Broken(
            wide: #"{"type":"array"}"#, narrow: #"{"contains":{"type":"string"}}"#, rule: "contains",
            place: "/contains", witness: "[]", isCertain: false),
        Broken(
            wide: #"{"type":"object"}"#, narrow: #"{"required":["a"]}"#, rule: "required", place: "/required",
            witness: "{}"),
        Broken(
            wide: #"{"type":"object","properties":{"a":{},"b":{}},"additionalProperties":false}"#,
            narrow: #"{"properties":{"a":{}},"additionalProperties":false}"#, rule: "additionalProperties",
            place: "/additionalProperties", witness: #"{"b":1}"#),
        Broken(
            wide: #"{"type":"object","properties":{"a":{}}}"#,
            narrow: #"{"properties":{"a":{}},"additionalProperties":false}"#, rule: "additionalProperties",
            place: "/additionalProperties", witness: #"{"z":1}"#),
        Broken(
            wide: #"{"type":"object"}"#, narrow: #"{"additionalProperties":{"type":"string"}}"#, rule: "type",
            place: "/additionalProperties/type", witness: #"{"z":1}"#),
        Broken(
            wide: #"{"type":"object","properties":{"a":{"type":"string"}}}"#,
            narrow: #"{"properties":{"a":{"type":"integer"}}}"#, rule: "type", place: "/properties/a/type",
            witness: #"{"a":"s"}"#),
        Broken(
            wide: #"{"type":"object"}"#, narrow: #"{"properties":{"a/b":{"type":"integer"}}}"#, rule: "type",
            place: "/properties/a~1b/type", witness: #"{"a/b":"s"}"#),
        Broken(
            wide: #"{"type":"object"}"#, narrow: #"{"maxProperties":1}"#, rule: "maxProperties",
            place: "/maxProperties", witness: #"{"a":1,"b":1}"#),
        Broken(
            wide: #"{"type":"object"}"#, narrow: #"{"patternProperties":{"^a":{"type":"string"}}}"#, rule: "type",
            place: "/patternProperties/^a/type", witness: #"{"ab":1}"#, isCertain: false),
        Broken(
            wide: #"{"type":"object"}"#, narrow: #"{"propertyNames":{"maxLength":2}}"#, rule: "maxLength",
            place: "/propertyNames/maxLength", witness: #"{"abc":1}"#, isCertain: false),
        Broken(
            wide: #"{"type":"object"}"#, narrow: #"{"dependentRequired":{"a":["b"]}}"#, rule: "dependentRequired",
            place: "/dependentRequired", witness: #"{"a":1}"#, isCertain: false),
        Broken(
            wide: #"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, narrow: #"{"type":"string"}"#, rule: "type",
            place: "/type", witness: "null"),
        Broken(
            wide: #"{"type":["string","integer"]}"#, narrow: #"{"anyOf":[{"type":"string"},{"type":"null"}]}"#,
            rule: "anyOf", place: "/anyOf", witness: "1"),
        Broken(
            wide: #"{"anyOf":[{"type":"object","properties":{"a":{}}},{"type":"null"}]}"#,
            narrow: #"{"anyOf":[{"type":"object","required":["a"]},{"type":"null"}]}"#, rule: "required",
            place: "/anyOf/0/required", witness: "{}"),
        Broken(
            wide: #"{"type":"string"}"#, narrow: #"{"not":{"const":"a"}}"#, rule: "not", place: "/not",
            witness: #""a""#, isCertain: false),
        Broken(
            wide: #"{"type":"integer"}"#, narrow: #"{"if":{"minimum":5},"then":{"maximum":9}}"#, rule: "then",
            place: "/then", witness: "10", isCertain: false),
        Broken(
            wide: #"{"type":"integer"}"#, narrow: #"{"allOf":[{"minimum":1},{"maximum":9}]}"#, rule: "minimum",
            place: "/allOf/0/minimum", witness: "0"),
        Broken(
            wide: #"{"type":"object"}"#, narrow: ##"{"$ref":"#/$defs/a","$defs":{"a":{"required":["b"]}}}"##,
            rule: "required", place: "/$defs/a/required", witness: "{}"),
        Broken(
            wide:
                ##"{"$ref":"#/$defs/a","$defs":{"a":{"properties":{"next":{"$ref":"#/$defs/a"},"n":{"type":"integer"}}}}}"##,
            narrow:
                ##"{"$ref":"#/$defs/a","$defs":{"a":{"properties":{"next":{"$ref":"#/$defs/a"},"n":{"type":"integer","minimum":0}}}}}"##,
            rule: "minimum", place: "/$defs/a/properties/n/minimum", witness: #"{"next":{"n":-1}}"#),
        Broken(
            wide:
                #"{"$schema":"http://json-schema.org/draft-07/schema#","type":"array","items":[{"type":"string"}],"additionalItems":{"type":"null"}}"#,
            narrow: #"{"type":"array","items":{"type":"string"}}"#, rule: "type", place: "/items/type",
            witness: #"["a",null]"#),
        Broken(
            wide: #"{"type":"array"}"#, narrow: #"{"unevaluatedItems":false,"prefixItems":[true]}"#,
            rule: "unevaluatedItems",
            place: "/unevaluatedItems", witness: "[1,2]"),
        Broken(
            wide: #"{"type":"object"}"#, narrow: #"{"unevaluatedProperties":false,"anyOf":[{"properties":{"a":{}}}]}"#,
            rule: "unevaluated", place: "", witness: #"{"b":1}"#, isCertain: false),
    ]

    @Test(arguments: broken)
    func breaks(_ change: Broken) throws {
        let found = try Self.findings(change.wide, change.narrow)
        let finding = try #require(
            found.first { $0.rule == change.rule && $0.place == change.place }, "\(change.narrow): \(found)")
        #expect(finding.isCertain == change.isCertain, "\(finding)")
        #expect(try Self.accepts(change.wide, change.witness), "\(change.wide) \(change.witness)")
        #expect(try !Self.accepts(change.narrow, change.witness), "\(change.narrow) \(change.witness)")
    }

    static func accepts(_ schema: String, _ value: String) throws -> Bool {
        try JSONSchema(compiling: Array(schema.utf8)).accepts(JSONTape(JSONDocument(value).root))
    }

    static let compatible: [(wide: String, narrow: String)] = [
        (#"{"type":"string"}"#, "{}"),
        ("false", #"{"type":"string"}"#),
        (#"{"type":"string","title":"a"}"#, #"{"title":"b","type":"string"}"#),
        (#"{"type":"integer"}"#, #"{"type":"number"}"#),
        (#"{"type":"string"}"#, #"{"type":["null","string"]}"#),
        (#"{"const":1}"#, #"{"enum":[2,1.0]}"#),
        (#"{"const":5}"#, #"{"type":"integer","minimum":5,"multipleOf":2.5}"#),
        (#"{"enum":["ab","abc"]}"#, #"{"type":"string","minLength":2,"maxLength":3,"pattern":"^a"}"#),
        (#"{"type":["null","boolean"]}"#, #"{"enum":[null,true,false]}"#),
        (#"{"type":"integer","exclusiveMinimum":0}"#, #"{"minimum":1}"#),
        (#"{"type":"integer","multipleOf":6}"#, #"{"multipleOf":2}"#),
        (#"{"type":"integer"}"#, #"{"multipleOf":0.5}"#),
        (#"{"type":"string","minLength":3}"#, #"{"minLength":2,"minimum":7}"#),
        (#"{"type":"string","pattern":"^a","format":"date"}"#, #"{"pattern":"^a","format":"date"}"#),
        (#"{"type":"array","items":{"type":"string"}}"#, #"{"items":{"type":["string","null"]}}"#),
        (
            #"{"type":"array","items":{"type":"string"},"maxItems":2}"#,
            #"{"prefixItems":[{"type":"string"},{"type":"string"}],"items":false}"#
        ),
        (
            #"{"type":"array","prefixItems":[{"type":"string"}],"items":false}"#,
            #"{"items":{"type":"string"},"maxItems":1,"uniqueItems":true}"#
        ),
        (#"{"type":"object","required":["a"]}"#, #"{"type":"object","properties":{"b":{}}}"#),
        (
            #"{"type":"object","properties":{"a":{}},"additionalProperties":false}"#,
            #"{"properties":{"b":{"type":"string"}},"maxProperties":1}"#
        ),
        (
            #"{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}"#,
            #"{"additionalProperties":{"type":"string"},"propertyNames":{"maxLength":1}}"#
        ),
        (
            #"{"type":"object","properties":{"abc":{"type":"string"}},"additionalProperties":false}"#,
            #"{"patternProperties":{"^a":{"type":"string"}},"additionalProperties":false}"#
        ),
        (
            #"{"type":"object","patternProperties":{"^a":{"type":"string"}},"additionalProperties":false}"#,
            #"{"additionalProperties":{"type":"string"}}"#
        ),
        (
            #"{"type":"object","patternProperties":{"^a":{"type":"string"}},"additionalProperties":false}"#,
            #"{"patternProperties":{"^a":{"type":["null","string"]}},"additionalProperties":false}"#
        ),
        (#"{"anyOf":[{"type":"string"},{"type":"null"}]}"#, #"{"type":["null","string","integer"]}"#),
        (#"{"type":["null","string"]}"#, #"{"anyOf":[{"type":"string"},{"type":"null"}]}"#),
        (
            #"{"anyOf":[{"type":"string"},{"type":"null"}]}"#,
            #"{"oneOf":[{"type":"null"},{"type":"string"},{"type":"array"}]}"#
        ),
        (#"{"enum":["a",1]}"#, #"{"anyOf":[{"const":1},{"enum":["a","b"]}]}"#),
        (
            #"{"type":"object","properties":{"kind":{"const":"a"},"n":{"type":"integer"}},"required":["kind","n"]}"#,
            #"{"oneOf":[{"properties":{"kind":{"const":"a"},"n":{"type":"number"}},"required":["kind"]},{"properties":{"kind":{"const":"b"}},"required":["kind"]}]}"#
        ),
        (#"{"not":{"type":"string"},"type":["string","null"]}"#, #"{"not":{"type":"string"}}"#),
        (#"{"type":"integer"}"#, #"{"not":{"type":"string"}}"#),
        (#"{"type":"integer","minimum":3}"#, #"{"if":{"type":"integer"},"then":{"minimum":1},"else":false}"#),
        (#"{"allOf":[{"minimum":1},{"type":"integer"}]}"#, #"{"type":"integer","minimum":0}"#),
        (
            #"{"allOf":[{"properties":{"a":{"minimum":1}}},{"properties":{"a":{"type":"integer"}}}],"type":"object"}"#,
            #"{"properties":{"a":{"type":"integer","minimum":0}}}"#
        ),
        (##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"integer"}}}"##, #"{"type":"number"}"#),
        (
            ##"{"$defs":{"a":{"properties":{"next":{"$ref":"#/$defs/a"},"n":{"minimum":1}}}},"$ref":"#/$defs/a"}"##,
            ##"{"$defs":{"b":{"properties":{"next":{"$ref":"#/$defs/b"},"n":{"minimum":0}}}},"$ref":"#/$defs/b"}"##
        ),
        (
            #"{"const":{"a":[1,2],"b":null}}"#,
            #"{"type":"object","properties":{"a":{"items":{"maximum":2}}},"required":["a","b"],"additionalProperties":{"type":"null"}}"#
        ),
        (
            #"{"$schema":"http://json-schema.org/draft-07/schema#","type":"array","items":[{"type":"string"}],"additionalItems":false}"#,
            #"{"items":{"type":"string"},"maxItems":1}"#
        ),
        (#"{"contentEncoding":"base64","type":"string"}"#, #"{"contentMediaType":"text/plain","type":"string"}"#),
    ]

    @Test(arguments: compatible)
    func isCompatible(_ change: (wide: String, narrow: String)) throws {
        #expect(try Self.findings(change.wide, change.narrow) == [])
    }

    /// What cannot be decided is no promise.
    static let undecided: [(wide: String, narrow: String)] = [
        ("{}", ##"{"$ref":"other.json"}"##),
        (#"{"type":"string"}"#, ##"{"$ref":"#/$defs/none"}"##),
        (#"{"$schema":"https://json-schema.org/draft/2019-09/schema"}"#, #"{"type":"string"}"#),
        (#"{"type":"string"}"#, #"{"type":"string","format":"email"}"#),
        (#"{"type":"string"}"#, ##"{"$dynamicRef":"#a"}"##),
    ]

    @Test(arguments: undecided)
    func isPossible(_ change: (wide: String, narrow: String)) throws {
        let found = try Self.findings(change.wide, change.narrow)
        #expect(!found.isEmpty && found.allSatisfy { !$0.isCertain || $0.rule == "type" }, "\(found)")
    }

    @Test func saysForWhom() throws {
        let old = try SchemaCompatibility.Pair(
            input: Array(#"{"type":"object","properties":{"a":{"type":"string"}}}"#.utf8),
            output: Array(#"{"type":"object","properties":{"b":{"type":"string"}},"required":["b"]}"#.utf8))
        let new = try SchemaCompatibility.Pair(
            input: Array(#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}"#.utf8),
            output: Array(#"{"type":"object","properties":{"b":{"type":["string","null"]}}}"#.utf8))
        let there = try SchemaCompatibility(from: old, to: new)
        #expect(
            there.breaks.map { "\($0.affected.rawValue) \($0.pointer) \($0.message)" } == [
                "callers_sending_input /input/required the property a: was optional, is required",
                "callers_reading_output /output/required the property b: was required, is optional",
                "callers_reading_output /output/properties/b/type type: was string, is string, null",
            ])
        #expect(there.breaks.allSatisfy { $0.isCertain })
        #expect(try SchemaCompatibility(from: new, to: old).isCompatible)
        #expect(try SchemaCompatibility(from: old, to: old).isCompatible)
    }

    @Test func anInputIsAnObjectAnyway() throws {
        let any = try SchemaCompatibility.Pair(input: Array("{}".utf8), output: Array("{}".utf8))
        let object = try SchemaCompatibility.Pair(input: Array(#"{"type":"object"}"#.utf8), output: Array("{}".utf8))
        #expect(try SchemaCompatibility(from: any, to: object).isCompatible)
    }

    /// `minContains` is of 2020-12.
    @Test func draft7KnowsNoLeastOfContains() throws {
        let draft = ##""$schema":"http://json-schema.org/draft-07/schema#""##
        let found = try Self.findings(
            "{\(draft),\"type\":\"array\"}",
            "{\(draft),\"type\":\"array\",\"contains\":{\"type\":\"string\"},\"minContains\":0}")
        #expect(found.map(\.rule) == ["contains"])
    }

    /// The same reference is two where what it is relative to differs.
    @Test func referencesBelowIdentifiersAreNotTakenForOne() throws {
        func part(_ id: String, _ type: String) -> String {
            ##"{"properties":{"p":{"$id":"http://\##(id)/","properties":{"q":{"$ref":"y"}},"$defs":{"y":{"$id":"y","type":"\##(type)"}}}}}"##
        }
        let narrow = "{\"if\":\(part("a", "string")),\"then\":\(part("b", "number"))}"
        #expect(try !Self.findings("{}", narrow).isEmpty)
    }
}
