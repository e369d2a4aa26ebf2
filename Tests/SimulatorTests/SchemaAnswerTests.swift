import JSON
import Testing

@testable import Simulator

@Suite struct SchemaAnswerTests {
    private static func said(_ schema: String) throws -> String? {
        let format = #"{"type":"json_schema","json_schema":{"name":"output","schema":\#(schema)}}"#
        return ChatReader.structured(try JSONDocument(format).root)
    }

    @Test(arguments: [
        ("{}", #""toll""#), (#"{"type":"object"}"#, "{}"), (#"{"const":[1]}"#, "[1]"),
        (#"{"enum":["b","a"]}"#, #""b""#),
        (#"{"type":["null","string"]}"#, "null"), (#"{"type":"integer","minimum":3}"#, "3"),
        (#"{"type":"number","maximum":2.5}"#, "2.5"), (#"{"type":"boolean"}"#, "true"),
        (#"{"type":"string","minLength":6,"maxLength":6}"#, #""tollll""#),
        (#"{"type":"string","maxLength":2}"#, #""to""#), (#"{"type":"string","format":"date"}"#, #""2026-11-21""#),
        (#"{"type":"array","items":{"type":"integer"},"minItems":2}"#, "[7,7]"),
        (
            ##"{"properties":{"a":{"$ref":"#/$defs/n"},"b \"":{"anyOf":[{"type":"null"}]}},"##
                + ##""$defs":{"n":{"type":"integer"}}}"##,
            #"{"a":7,"b \"":null}"#
        ),
    ])
    func fits(_ schema: String, _ text: String) throws { #expect(try Self.said(schema) == text) }

    /// A schema within itself ends.
    @Test func isBounded() throws {
        let text = try #require(try Self.said(##"{"type":"object","properties":{"a":{"$ref":"#"}}}"##))
        #expect(text.utf8.count < 1_000)
        _ = try JSONDocument(text)
    }

    @Test func saysJSONOnlyWhereItIsAskedFor() throws {
        #expect(ChatReader.structured(try JSONDocument(#"{"type":"text"}"#).root) == nil)
        let object = try #require(ChatReader.structured(try JSONDocument(#"{"type":"json_object"}"#).root))
        #expect(try JSONDocument(object).root.kind == .object)
    }

    @Test func badOutputIsJSONThatNobodyAskedFor() async throws {
        try await Harness.run { simulator in
            let said = try #require(content(object(await simulator.chat("sim-1!bad-output").text())))
            #expect(try JSONDocument(said).root.kind == .array)
            let (chunks, isDone) = events(await simulator.chat("sim-1!bad-output", stream: true).text())
            #expect(isDone && chunks.compactMap { content($0) }.joined() == said)
        }
    }
}
