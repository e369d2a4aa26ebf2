import JSON
import Testing

@testable import Protocols

@Suite struct ResponsesRequestTests {
    static func call(_ body: String) throws -> RunCall { try ResponsesRequest(JSONDocument(body)).call }

    @Test func readsTheTopLevel() throws {
        let call = try Self.call(
            #"""
            {"model":"a/production","instructions":"Be \"brief\".","input":[{"role":"user","content":"h"},{"type":"reasoning","id":"rs_1"}],
             "stream":true,"stream_options":{"include_obfuscation":false},"max_output_tokens":50,"schema":3,"temperature":0.50,
             "store":null,"previous_response_id":null,"conversation":null,"background":false,"include":["x"],"n":1}
            """#)
        #expect(call.spoken == .responses && call.model == "a/production" && call.stream && call.includeUsage)
        #expect(call.system?.string == "Be \"brief\"." && call.schema == 3)
        #expect(call.maxOutputTokens == 50 && call.maxOutputField == "max_output_tokens")
        #expect(
            call.messages.map { String(decoding: $0.raw, as: UTF8.self) } == [
                #"{"role":"user","content":"h"}"#, #"{"type":"reasoning","id":"rs_1"}"#,
            ])
        #expect(call.input == nil && call.n == 1)
        #expect(call.parameters.map(\.name) == ["stream_options", "temperature", "include"])
        #expect(call.parameters[1].value.raw.elementsEqual("0.50".utf8))
    }

    @Test func aStringIsTheConversationAndAnObjectTheTemplates() throws {
        let text = try Self.call(#"{"input":"Hé \"you\""}"#)
        #expect(
            text.messages.map { String(decoding: $0.raw, as: UTF8.self) } == [
                #"{"role":"user","content":"Hé \"you\""}"#
            ])
        let object = try Self.call(#"{"input":{"name":"x"}}"#)
        #expect(object.input?.member("name")?.string == "x" && object.messages.isEmpty)
        #expect(try Self.call(#"{"input":[]}"#).messages.isEmpty)
        #expect(try Self.call("{}").messages.isEmpty)
    }

    @Test func itemsBringFunctions() throws {
        let input = #"""
            [{"type":"tool_search_output","tools":[{"type":"function","name":"f"},{"type":"namespace","tools":[{"type":"custom","name":"g"}]}]}]
            """#
        let call = try Self.call(#"{"input":\#(input)}"#)
        #expect(call.messages.count == 1)
        // Another protocol cannot say it.
        let conversation = try ResponsesConversation.read(call)
        #expect(throws: RequestFault.nativePart) { try ChatConversation.call(call, conversation, .compatible) }
    }

    static let faults: [(String, String?)] = [
        (#"{"previous_response_id":"resp_1"}"#, "previous_response_id"), (#"{"conversation":"c"}"#, "conversation"),
        (#"{"conversation":{"id":"c"}}"#, "conversation"), (#"{"background":true}"#, "background"),
        (#"{"background":"x"}"#, "background"), (#"{"prompt":{"id":"p"}}"#, "prompt"),
        (#"{"input":["a"]}"#, "input[0]"), (#"{"input":1}"#, "input"),
        (#"{"input":[{},{"type":"item_reference","id":"x"}]}"#, "input[1]"), (#"{"instructions":[]}"#, "instructions"),
        (#"{"model":1}"#, "model"), (#"{"max_output_tokens":0}"#, "max_output_tokens"), (#"{"stream":1}"#, "stream"),
        (#"{"model":"a","model":"b"}"#, "model"), ("[]", nil), (#"{"n":2}"#, "n"), (#"{"n":"1"}"#, "n"),
        // One is counted and the other sent.
        (#"{"input":[{"content":"a","content":[]}]}"#, "input[0].content"),
        (#"{"input":[{"type":"message","content":"a","type":"dream"}]}"#, "input[0].type"),
        // Tools that are billed by the call, where nobody looks for them.
        (#"{"input":[{},{"type":"additional_tools","tools":[{"type":"web_search"}]}]}"#, "input[1].tools"),
        (
            #"{"input":[{"type":"tool_search_output","tools":[{"type":"namespace","tools":[{"type":"mcp"}]}]}]}"#,
            "input[0].tools"
        ),
        (#"{"input":[{"type":"tool_search_output","tools":[{"name":"f"}]}]}"#, "input[0].tools"),
    ]

    @Test(arguments: faults) func refuses(_ row: (body: String, param: String?)) throws {
        let fault = #expect(throws: RequestFault.self) { try Self.call(row.body) }
        #expect(fault?.param == row.param)
    }
}
