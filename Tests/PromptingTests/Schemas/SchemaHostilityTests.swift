import JSON
import Testing

@testable import Prompting

/// Schemas and values that could cost much where little is counted.
@Suite struct SchemaHostilityTests {
    private static func list(_ count: Int, _ text: (Int) -> String) -> String {
        "[" + (0..<count).map(text).joined(separator: ",") + "]"
    }

    private static func letters(_ count: Int) -> String { String(repeating: "a", count: count) }

    static let cases: [(name: String, schema: String, value: String)] = [
        (
            "dependentRequired beside empty objects",
            #"{"items":{"dependentRequired":{"# + (0..<2_200).map { "\"\($0)\":[]" }.joined(separator: ",") + "}}}",
            list(2_000) { _ in "{}" }
        ),
        ("allOf of true", #"{"items":{"allOf":"# + list(4_800) { _ in "true" } + "}}", list(3_000) { _ in "1" }),
        ("required", #"{"items":{"required":"# + list(3_000) { "\"\($0)\"" } + "}}", list(2_000) { _ in "{}" }),
        (
            "hashes of a long string",
            #"{"not":{"anyOf":"# + list(800) { _ in #"{"enum":[1,2,3,4,5,6,7,8,9]}"# } + "}}",
            "\"" + letters(100_000) + "\""
        ),
        (
            "a long number in the schema",
            #"{"items":{"not":{"const":1."# + String(repeating: "1", count: 25_000) + "}}}",
            list(2_000) { _ in "1.5" }
        ),
        (
            "a long number in the value", #"{"not":{"anyOf":"# + list(1_300) { _ in #"{"type":"integer"}"# } + "}}",
            "1." + String(repeating: "1", count: 100_000)
        ),
        (
            "uniqueItems of long strings", #"{"allOf":"# + list(1_000) { _ in #"{"uniqueItems":true}"# } + "}",
            list(10) { "\"\($0)" + letters(10_000) + "\"" }
        ),
        (
            "propertyNames that allow all", #"{"allOf":"# + list(1_000) { _ in #"{"propertyNames":true}"# } + "}",
            "{" + (0..<10_000).map { "\"\($0)\":1" }.joined(separator: ",") + "}"
        ),
        (
            "prefixItems that allow all",
            ##"{"$defs":{"p":{"prefixItems":"## + list(2_000) { _ in "true" } + ##"}},"allOf":"##
                + list(500) { _ in ##"{"$ref":"#/$defs/p"}"## } + "}",
            list(2_000) { _ in "1" }
        ),
        (
            "a pattern whose automaton does not fit",
            #"{"pattern":""# + (65..<105).map { "a[ab]{999}\\\\x\(String($0, radix: 16))" }.joined(separator: "|")
                + "\"}",
            "\"" + String(repeating: "ab", count: 100_000) + "\""
        ),
    ]

    /// With a budget far below the work there would be. Only the names are arguments: what is large is not printed.
    @Test(arguments: cases.map(\.name)) func paysForWhatItDoes(_ name: String) throws {
        let hostile = try #require(Self.cases.first { $0.name == name })
        let schema = try JSONSchema(compiling: Array(hostile.schema.utf8))
        let tape = JSONTape(try JSONDocument(hostile.value).root)
        let found = schema.faults(of: tape, steps: 100_000)
        #expect(found.map(\.rule) == ["limit"])
    }

    /// One that is long and escaped is decoded once, and then told by its length.
    @Test func anEscapedStringInTheSchemaIsNotPaidForTwice() throws {
        let schema = #"{"items":{"not":{"const":"\u0041"# + Self.letters(25_000) + "\"}}}"
        let tape = JSONTape(try JSONDocument(Self.list(2_000) { _ in "\"aa\"" }).root)
        #expect(try JSONSchema(compiling: Array(schema.utf8)).faults(of: tape, steps: 100_000).isEmpty)
    }

    /// A name that is long to decode is decoded once, not for each that it could be.
    @Test func manyOptionalNamesAreNotPaidForTwice() throws {
        let properties = (0..<1_500).map { "\"\($0)\":true" }.joined(separator: ",")
        let schema = try JSONSchema(compiling: Array(("{\"properties\":{" + properties + "}}").utf8))
        let value = #"{"\u0041"# + Self.letters(200_000) + "\":1}"
        #expect(schema.faults(of: JSONTape(try JSONDocument(value).root), steps: 100_000).isEmpty)
    }

    @Test func longAddressesAreRefused() throws {
        let root = "http://x/" + String(repeating: "a/", count: 2_000)
        let fault = #expect(throws: SchemaFault.self) {
            try JSONSchema(compiling: Array("{\"$id\":\"\(root)\"}".utf8))
        }
        #expect(fault?.pointer == "/$id")
    }

    @Test func pointersOfAllFaultsTogetherAreBounded() throws {
        let schema = try JSONSchema(compiling: Array(#"{"additionalProperties":{"items":false}}"#.utf8))
        let value = "{\"" + Self.letters(100_000) + "\":[1,2,3],\"b\":[1]}"
        let found = schema.faults(of: JSONTape(try JSONDocument(value).root))
        #expect(found.map(\.rule) == ["items"])
    }

    /// RE2 keeps what it found while matching.
    @Test func patternsAreCountedAsMemory() throws {
        let one = try JSONSchema(compiling: Array(#"{"pattern":"^[a-z]+$"}"#.utf8)).byteCost
        #expect(one > 16 << 10 && one < 64 << 10)
        let large = try JSONSchema(compiling: Array(#"{"pattern":"a[ab]{999}c"}"#.utf8)).byteCost
        #expect(large > 2 << 20)
    }

    @Test func aNameThatStandsTwiceIsNoSecondOne() throws {
        for schema in [#"{"const":{"a":1,"b":1}}"#, #"{"enum":[{"b":1,"a":1}]}"#] {
            let schema = try JSONSchema(compiling: Array(schema.utf8))
            #expect(!schema.accepts(JSONTape(try JSONDocument(#"{"a":1,"a":1}"#).root)))
            #expect(schema.accepts(JSONTape(try JSONDocument(#"{"a":1,"b":1}"#).root)))
            #expect(schema.accepts(JSONTape(try JSONDocument(#"{"b":1,"a":1}"#).root)))
        }
    }

    @Test func escapedNamesAreFound() throws {
        for count in [1, 20] {
            let properties = (0..<count).map { "\"n\($0)é\":{\"type\":\"string\"}" }.joined(separator: ",")
            let schema = try JSONSchema(
                compiling: Array(("{\"properties\":{" + properties + "},\"required\":[\"n0é\"]}").utf8))
            #expect(schema.accepts(JSONTape(try JSONDocument(#"{"\u006e0\u00e9":"\u0061"}"#).root)))
            #expect(!schema.accepts(JSONTape(try JSONDocument(#"{"\u006e0\u00e9":1}"#).root)))
        }
    }
}
