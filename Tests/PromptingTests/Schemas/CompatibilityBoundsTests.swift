import Generators
import JSON
import Testing

@testable import Prompting

/// What comparing may cost, whatever the schemas.
@Suite struct CompatibilityBoundsTests {
    /// Nested as deep as a document may be, by keywords that take several calls a level.
    static let deep: [(before: String, after: String)] = [
        (#"{"properties":{"a":"#, "}}"), (#"{"anyOf":[{"type":"null"},"#, "]}"), (#"{"allOf":["#, "]}"),
        (#"{"items":"#, "}"), (#"{"additionalProperties":"#, "}"), (#"{"not":"#, "}"),
        (#"{"oneOf":[{"type":"null"},"#, "]}"), (#"{"if":"#, #","then":{"type":"string"}}"#),
    ]

    /// The least stack that a thread of ours has.
    @Test(arguments: deep) func fitsASmallStack(_ layer: (before: String, after: String)) async throws {
        func schema(_ inner: String) -> String {
            let levels = 120 / layer.before.count { $0 == "{" || $0 == "[" }
            return String(repeating: layer.before, count: levels) + inner
                + String(repeating: layer.after, count: levels)
        }
        let wide = try JSONDocument(schema(#"{"type":"number"}"#)).root
        let narrow = try JSONDocument(schema(#"{"type":"integer"}"#)).root
        let found = try await OwnThread.run(stackBytes: SmallStack.bytes) {
            try SchemaCompatibility.findings(accepted: wide, by: narrow)
        }
        #expect(!found.isEmpty)
    }

    @Test func endsWithManyChoices() throws {
        func schema(_ keyword: String, _ most: Int) -> String {
            let branches = (0..<1_000).map {
                "{\"properties\":{\"p\($0)\":{\"maximum\":\(most)}},\"minProperties\":\($0)}"
            }
            return "{\"\(keyword)\":[\(branches.joined(separator: ","))]}"
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            let found = try CompatibilityTests.findings(schema(keyword, 2), schema(keyword, 1))
            #expect(!found.isEmpty, "\(keyword)")
        }
    }

    @Test func endsWithSchemasThatMultiply() throws {
        // Each definition is either of two next ones, twice.
        let definitions = (0..<40).map { index in
            let next = ##"{"$ref":"#/$defs/d\##(index + 1)"}"##
            return ##""d\##(index)":{"anyOf":[{"properties":{"a":\##(next)}},{"properties":{"b":\##(next)}}]}"##
        }
        func schema(_ last: String) -> String {
            ##"{"$ref":"#/$defs/d0","$defs":{\##(definitions.joined(separator: ",")),"d40":\##(last)}}"##
        }
        let found = try CompatibilityTests.findings(schema(#"{"type":"number"}"#), schema(#"{"type":"integer"}"#))
        #expect(!found.isEmpty)
    }

    @Test func reportsSoManyAndNoMore() throws {
        let required = (0..<300).map { "\"p\($0)\"" }.joined(separator: ",")
        let new = try SchemaCompatibility.Pair(
            input: Array("{\"required\":[\(required)]}".utf8), output: Array("{}".utf8))
        let old = try SchemaCompatibility.Pair(input: Array("{}".utf8), output: Array("{}".utf8))
        #expect(try SchemaCompatibility(from: old, to: new).breaks.count == SchemaCompatibility.maximumBreaks)
    }

    /// Each part is told by the way to it.
    @Test func endsWithLongNames() throws {
        let name = String(repeating: "a", count: 4_000)
        func schema(_ type: String) -> String {
            let leaves = (0..<4_000).map { "\"\($0)\":{\"type\":\"\(type)\"}" }.joined(separator: ",")
            return String(repeating: "{\"properties\":{\"\(name)\":", count: 25) + "{\"properties\":{\(leaves)}}"
                + String(repeating: "}}", count: 25)
        }
        #expect(!(try CompatibilityTests.findings(schema("number"), schema("integer")).isEmpty))
    }

    @Test func endsWithLongEnumerations() async throws {
        func schema(_ last: Int) -> String {
            let values = ((0..<15_000).map(String.init) + [String(last)]).joined(separator: ",")
            let properties = (0..<4_000).map { "\"\($0)\":{\"$ref\":\"#/$defs/e\"}" }.joined(separator: ",")
            return "{\"$defs\":{\"e\":{\"enum\":[\(values)]}},\"properties\":{\(properties)}}"
        }
        let (old, new) = (schema(-1), schema(-2))
        #expect(try await OwnThread.run { try !CompatibilityTests.findings(old, new).isEmpty })
    }
}
