import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct ChatResponseTests {
    @Test func reads() throws {
        let body = #"""


            {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m-2026","choices":[
              {"index":1,"message":{"role":"assistant","content":"other"},"finish_reason":"length"},
              {"index":0,"message":{"role":"assistant","content":"H\u00e9","refusal":null,"reasoning":"hm"},"finish_reason":"stop"}],
             "usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}
            """#
        let response = try ChatResponse(Array(body.utf8), dialect: .named("deepseek"))
        #expect(response.id == "chatcmpl-1")
        #expect(response.model == "m-2026")
        #expect(response.finishReason == "stop")
        #expect(response.output == Array("Hé".utf8))
        #expect(response.usage?.usage == Usage(uncachedInput: 9, output: 4))
        #expect(response.outputByteCount == 10)
        #expect(response.toolCalls == nil && response.error == nil)
    }

    static let messages: [(message: String, output: String?, calls: String?, bytes: Int)] = [
        (#"{"content":null}"#, nil, nil, 0), (#"{"content":""}"#, "", nil, 0),
        (
            #"{"content":[{"type":"text","text":"a"},{"type":"thinking","thinking":[{"text":"hm"}]},{"type":"text","text":"b"}]}"#,
            "ab", nil, 4
        ),
        (#"{"content":null,"refusal":"no"}"#, "no", nil, 2),
        (
            #"{"content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]}"#,
            nil,
            #"[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]"#, 3
        ),
        (#"{"content":"x","tool_calls":[]}"#, "x", nil, 1), (#"{"content":"x","tool_calls":null}"#, "x", nil, 1),
        (
            #"{"tool_calls":[{"type":"custom","custom":{"name":"f","input":"abc"}}]}"#, nil,
            #"[{"type":"custom","custom":{"name":"f","input":"abc"}}]"#, 4
        ),
        (#"{"function_call":{"name":"f","arguments":"{}"}}"#, nil, nil, 3),
    ]

    @Test(arguments: messages)
    func readsMessages(_ row: (message: String, output: String?, calls: String?, bytes: Int)) throws {
        let body = #"{"choices":[{"message":"# + row.message + "}]}"
        let response = try ChatResponse(Array(body.utf8), dialect: .compatible)
        #expect(response.output.map { String(decoding: $0, as: UTF8.self) } == row.output)
        #expect(response.toolCalls.map { String(decoding: $0.raw, as: UTF8.self) } == row.calls)
        #expect(response.outputByteCount == row.bytes)
        #expect(response.usage == nil && response.finishReason == nil)
    }

    @Test(arguments: [#"{"choices":null}"#, #"{"choices":[]}"#, "{}"])
    func bearsAnswersWithoutChoices(_ body: String) throws {
        let response = try ChatResponse(Array(body.utf8), dialect: .compatible)
        #expect(response.output == nil && response.outputByteCount == 0)
    }

    @Test func findsTheErrorUnder200() throws {
        let body = #"{"error":{"code":429,"message":"Slow down"},"user_id":"u"}"#
        let response = try ChatResponse(Array(body.utf8), dialect: .named("openrouter"))
        let error = try #require(response.error)
        #expect(ProviderFailure.classify(error: error, dialect: .named("openrouter")).kind == .rateLimited)
    }

    @Test(arguments: ["", "<html>", "[]", "\"x\"", "{"])
    func refusesWhatIsNoAnswer(_ body: String) {
        #expect(throws: JSONFault.self) { try ChatResponse(Array(body.utf8), dialect: .compatible) }
    }
}
