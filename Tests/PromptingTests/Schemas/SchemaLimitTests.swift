import Foundation
import Generators
import JSON
import Testing

@testable import Prompting

/// No schema and value together take long, much memory, or the stack.
@Suite struct SchemaLimitTests {
    private func tape(_ text: String) throws -> JSONTape { JSONTape(try JSONDocument(text).root) }

    private func nested(_ depth: Int, _ open: String = "[", _ close: String = "]", _ core: String = "") -> String {
        String(repeating: open, count: depth) + core + String(repeating: close, count: depth)
    }

    /// Each level tries the next twice: without a bound, two to the power of the depth.
    @Test(arguments: ["anyOf", "oneOf", "allOf"])
    func branchesUponBranches(_ keyword: String) throws {
        let schema = try JSONSchema(
            compiling: Array(
                ##"{"\##(keyword)": [{"items": {"$ref": "#"}, "minItems": 1}, {"items": {"$ref": "#"}, "minItems": 1}]}"##
                    .utf8))
        let value = try tape(nested(100))
        #expect(!schema.faults(of: value).isEmpty)
    }

    @Test func givingUpIsSaid() throws {
        let schema = try JSONSchema(
            compiling: Array(
                ##"{"oneOf": [{"items": {"$ref": "#"}}, {"items": {"$ref": "#"}, "contains": false}]}"##.utf8))
        let found = schema.faults(of: try tape(nested(100)))
        #expect(found.map(\.rule) == ["limit"])
        #expect(found.first?.isLimit == true)
    }

    /// Nothing a `not` says counts when the check was given up.
    @Test func givingUpIsNeverAcceptance() throws {
        let schema = try JSONSchema(
            compiling: Array(
                ##"""
                {"not": {"$ref": "#/$defs/a"},
                 "$defs": {"a": {"oneOf": [{"items": {"$ref": "#/$defs/a"}}, {"items": {"$ref": "#/$defs/a"}, "contains": false}]}}}
                """##.utf8))
        #expect(!schema.accepts(try tape(nested(100))))
    }

    @Test func dynamicCirclesEnd() throws {
        let schema = try JSONSchema(
            compiling: Array(##"{"$dynamicAnchor": "a", "allOf": [{"$dynamicRef": "#a"}]}"##.utf8))
        #expect(schema.faults(of: try tape("1")).first?.isLimit == true)
    }

    /// The deepest check takes less than 512 KiB, the smallest stack that a thread of ours has; not optimized, and the
    /// more with sanitizers, its frames are several times as large.
    @Test func depthFitsASmallStack() async throws {
        let schemas = [
            ##"{"$dynamicAnchor": "a", "allOf": [{"$dynamicRef": "#a"}]}"##,
            ##"{"properties": {"a": {"allOf": [{"anyOf": [{"oneOf": [{"$ref": "#"}]}]}]}}, "unevaluatedProperties": false}"##,
            ##"{"items": {"allOf": [{"anyOf": [{"if": {"$ref": "#"}, "then": {"$ref": "#"}}]}]}, "unevaluatedItems": false}"##,
            ##"{"not": {"not": {"contains": {"$ref": "#"}}}}"##,
        ].map { Array($0.utf8) }
        let values = [nested(127), nested(127, #"{"a":"#, "}", "1")].map { Array($0.utf8) }
        #if DEBUG
            let stackBytes = max(4 << 20, SmallStack.bytes)
        #else
            let stackBytes = SmallStack.bytes
        #endif
        try await OwnThread.run(stackBytes: stackBytes) {
            for schema in schemas {
                for value in values {
                    guard let schema = try? JSONSchema(compiling: schema), let document = try? JSONDocument(value)
                    else {
                        continue
                    }
                    _ = schema.faults(of: JSONTape(document.root))
                }
            }
        }
    }

    @Test func largeUniqueArraysAreNotCompared() throws {
        let schema = try JSONSchema(compiling: Array(#"{"uniqueItems": true}"#.utf8))
        let numbers = (0..<100_000).map { "{\"n\":\($0)}" }
        let value = try tape("[" + numbers.joined(separator: ",") + "]")
        #expect(schema.accepts(value))
        #expect(!schema.accepts(try tape("[" + (numbers + ["{\"n\":7.0}"]).joined(separator: ",") + "]")))
    }

    /// A pattern that makes others run for ever.
    @Test func patternsTakeLinearTime() throws {
        let schema = try JSONSchema(compiling: Array(#"{"pattern": "^(([a-z])+.)+[A-Z]([a-z])+$"}"#.utf8))
        let value = try tape("\"" + String(repeating: "a", count: 100_000) + "\"")
        #expect(!schema.accepts(value))
    }

    @Test func largeEnumerationsAndObjects() throws {
        let names = (0..<3000).map { "\"name\($0)\"" }
        let schema = try JSONSchema(
            compiling: Array(
                (#"{"enum": ["# + names.joined(separator: ",") + #"], "x": 1}"#).utf8))
        #expect(schema.accepts(try tape("\"name2999\"")))
        #expect(!schema.accepts(try tape("\"name3000\"")))
        let object = "{" + names.map { $0 + ":1" }.joined(separator: ",") + "}"
        let properties = names.map { $0 + #":{"type":"integer"}"# }.joined(separator: ",")
        let members = try JSONSchema(
            compiling: Array(
                (#"{"additionalProperties": false, "properties": {"# + properties + #"}, "required": ["#
                    + names.joined(separator: ",") + "]}").utf8))
        #expect(members.faults(of: try tape(object)).isEmpty)
        #expect(
            members.faults(of: try tape("{" + names.dropFirst().map { $0 + ":1" }.joined(separator: ",") + "}")).map(
                \.rule) == ["required"])
        // All that is missing beyond the 64th.
        #expect(members.faults(of: try tape("{}"), atMost: 5000).count > 32)
    }

    @Test func memoryIsSaid() throws {
        let small = try JSONSchema(compiling: Array("{}".utf8)).byteCost
        let text =
            #"{"properties": {"# + (0..<500).map { #""n\#($0)": {"type": "string"}"# }.joined(separator: ",") + "}}"
        let large = try JSONSchema(compiling: Array(text.utf8)).byteCost
        #expect(small > 100 && small < 4096)
        #expect(large > text.utf8.count && large < 20 * text.utf8.count)
    }
}
