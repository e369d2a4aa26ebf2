import Domain
import JSON
import Testing

@testable import Prompting

@Suite struct OutputContractTests {
    private static func contract(_ schema: String) throws -> OutputContract {
        let plan = try PlanTests.plan(
            #"{"provider":"p","model":"m","messages":[],"schema":{"number":1,"output":\#(schema)}}"#)
        return try #require(plan.output)
    }

    private static func format(_ schema: String) throws -> String? {
        try contract(schema).responseFormat.map { String(decoding: $0.json, as: UTF8.self) }
    }

    @Test func saysWhatIsWrongWithAnAnswer() throws {
        let contract = try Self.contract(#"{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}"#)
        let good = contract.faults(of: Array(" {\"a\": \"b\"}\n".utf8))
        #expect(good.faults.isEmpty && good.value.map { Array($0.raw) } == Array(#"{"a": "b"}"#.utf8))
        #expect(contract.faults(of: Array(#"{"a":1}"#.utf8)).faults.map(\.pointer) == ["/a"])
        #expect(contract.faults(of: Array("{}".utf8)).faults.map(\.rule) == ["required"])
        // The check would see the string, a client the number.
        #expect(contract.faults(of: Array(#"{"a":"b","a":1}"#.utf8)).faults.map(\.rule) == ["json"])
        for text in ["", "Sure! {\"a\":\"b\"}", "```json\n{\"a\":\"b\"}\n```", "{\"a\":\"b\"", "NaN"] {
            #expect(contract.faults(of: Array(text.utf8)).faults.map(\.rule) == ["json"])
        }
    }

    private static let closed =
        #"{"additionalProperties":false,"properties":{"a":{"type":"string"}},"required":["a"],"type":"object"}"#

    /// Strict only where every provider that knows the word takes it so.
    @Test(arguments: [
        (closed, true),
        (#"{"additionalProperties":false,"properties":{},"required":[],"type":"object"}"#, true),
        (
            ##"{"$defs":{"n":\##(closed)},"additionalProperties":false,"description":"d","properties":"##
                + ##"{"a":{"items":{"$ref":"#/$defs/n"},"type":"array"},"##
                + ##""b":{"anyOf":[{"type":"null"},{"enum":["x"],"type":"string"}]}},"required":["a","b"],"type":"object"}"##,
            true
        ),
        (#"{"type":"object"}"#, false),
        // OpenAI refuses a schema without a type, an array without items, and words beside a reference.
        (#"{"additionalProperties":false,"properties":{"a":{}},"required":["a"],"type":"object"}"#, false),
        (#"{"additionalProperties":false,"properties":{"a":{"enum":["x"]}},"required":["a"],"type":"object"}"#, false),
        (
            #"{"additionalProperties":false,"properties":{"a":{"type":"array"}},"required":["a"],"type":"object"}"#,
            false
        ),
        (
            ##"{"$defs":{"n":\##(closed)},"additionalProperties":false,"properties":"##
                + ##"{"a":{"$ref":"#/$defs/n","description":"d"}},"required":["a"],"type":"object"}"##,
            false
        ),
        (#"{"additionalProperties":false,"properties":{"a":{}},"type":"object"}"#, false),
        (#"{"additionalProperties":true,"properties":{"a":{}},"required":["a"],"type":"object"}"#, false),
        (#"{"additionalProperties":false,"properties":{"a":{"minLength":1}},"required":["a"],"type":"object"}"#, false),
        (
            #"{"additionalProperties":false,"properties":{"a":{"items":{"type":"object"}}},"required":["a"],"#
                + #""type":"object"}"#,
            false
        ),
        (
            #"{"additionalProperties":false,"anyOf":[{"type":"object"}],"properties":{},"type":"object"}"#, false
        ),
    ])
    func isSentToProviders(_ schema: String, _ isStrict: Bool) throws {
        let expected =
            #"{"type":"json_schema","json_schema":{"name":"output","schema":\#(schema)"#
            + (isStrict ? #","strict":true}}"# : "}}")
        #expect(try Self.format(schema) == expected)
    }

    /// No provider takes a root that is not an object.
    @Test(arguments: ["true", "{}", #"{"type":"array"}"#, #"{"type":["object","null"]}"#])
    func isNotSentWhereItsRootIsNoObject(_ schema: String) throws { #expect(try Self.format(schema) == nil) }

    @Test func leadsIntoASchemaThatIsNone() {
        let document = #"{"provider":"p","model":"m","messages":[],"schema":{"number":1,"output":{"type":1}}}"#
        let fault = #expect(throws: VersionFault.self) { try PlanTests.plan(document) }
        #expect(fault?.pointer.hasPrefix("/schema/output") == true)
    }
}
