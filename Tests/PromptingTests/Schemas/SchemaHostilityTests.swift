import JSON
import Testing

@testable import Prompting

/// Schemas and values that cost much where little is counted: each ends soon, if need be by giving up.
@Suite struct SchemaHostilityTests {
    private static func list(_ count: Int, _ text: (Int) -> String) -> String {
        "[" + (0..<count).map(text).joined(separator: ",") + "]"
    }

    private static func letters(_ count: Int) -> String { String(repeating: "a", count: count) }

    static let cases: [(name: String, schema: String, value: String)] = [
        (
            "dependentRequired beside empty objects",
            #"{"items":{"dependentRequired":{"# + (0..<22_000).map { "\"\($0)\":[]" }.joined(separator: ",") + "}}}",
            list(20_000) { _ in "{}" }
        ),
        ("allOf of true", #"{"items":{"allOf":"# + list(48_000) { _ in "true" } + "}}", list(30_000) { _ in "1" }),
        ("required", #"{"items":{"required":"# + list(30_000) { "\"\($0)\"" } + "}}", list(20_000) { _ in "{}" }),
        (
            "hashes of a long string",
            #"{"not":{"anyOf":"# + list(8_000) { _ in #"{"enum":[1,2,3,4,5,6,7,8,9]}"# } + "}}",
            "\"" + letters(1_000_000) + "\""
        ),
        (
            "a long number in the schema",
            #"{"items":{"not":{"const":1."# + String(repeating: "1", count: 250_000) + "}}}",
            list(20_000) { _ in "1.5" }
        ),
        (
            "a long number in the value", #"{"not":{"anyOf":"# + list(13_000) { _ in #"{"type":"integer"}"# } + "}}",
            "1." + String(repeating: "1", count: 1_000_000)
        ),
        (
            "an escaped string in the schema", #"{"items":{"not":{"const":"\u0041"# + letters(250_000) + "\"}}}",
            list(20_000) { _ in "\"" + letters(50_000 / 20_000) + "\"" }
        ),
        (
            "uniqueItems of long strings", #"{"allOf":"# + list(10_000) { _ in #"{"uniqueItems":true}"# } + "}",
            list(10) { "\"\($0)" + letters(100_000) + "\"" }
        ),
        (
            "propertyNames that allow all", #"{"allOf":"# + list(10_000) { _ in #"{"propertyNames":true}"# } + "}",
            "{" + (0..<100_000).map { "\"\($0)\":1" }.joined(separator: ",") + "}"
        ),
        (
            "prefixItems that allow all",
            ##"{"$defs":{"p":{"prefixItems":"## + list(20_000) { _ in "true" } + ##"}},"allOf":"##
                + list(5_000) { _ in ##"{"$ref":"#/$defs/p"}"## } + "}",
            list(20_000) { _ in "1" }
        ),
        (
            "a pattern whose automaton does not fit",
            #"{"pattern":""# + (65..<105).map { "a[ab]{999}\\\\x\(String($0, radix: 16))" }.joined(separator: "|")
                + "\"}",
            "\"" + String(repeating: "ab", count: 100_000) + "\""
        ),
    ]

    @Test(arguments: cases) func endsSoon(_ name: String, _ schema: String, _ value: String) throws {
        let schema = try JSONSchema(compiling: Array(schema.utf8))
        let tape = JSONTape(try JSONDocument(value).root)
        let took = ContinuousClock().measure { _ = schema.accepts(tape) }
        #expect(took < .seconds(20), "\(name)")
    }

    @Test func manyOptionalNamesAreNotPaidForTwice() throws {
        let properties = (0..<15_000).map { "\"\($0)\":true" }.joined(separator: ",")
        let schema = try JSONSchema(compiling: Array(("{\"properties\":{" + properties + "}}").utf8))
        let value = #"{"\u0041"# + Self.letters(200_000) + "\":1}"
        let tape = JSONTape(try JSONDocument(value).root)
        let took = ContinuousClock().measure { #expect(schema.accepts(tape)) }
        #expect(took < .seconds(5))
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
