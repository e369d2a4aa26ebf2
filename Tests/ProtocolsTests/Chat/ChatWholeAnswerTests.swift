import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct ChatWholeAnswerTests {
    private static func read(
        _ body: String, _ provider: String = "default"
    ) throws -> (step: AnswerStep, tally: AnswerTally, choices: [AssembledAnswer]) {
        var reader = ChatAnswerReader(dialect: .named(provider))
        let step = try reader.read(whole: Array(body.utf8))
        var assembly = AnswerAssembly()
        assembly.add(step)
        return (step, reader.tally, assembly.choices)
    }

    @Test func reads() throws {
        let body = #"""


            {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m-2026","choices":[
              {"index":1,"message":{"role":"assistant","content":"other"},"finish_reason":"length"},
              {"index":0,"message":{"role":"assistant","content":"H\u00e9","refusal":null,"reasoning":"hm"},"finish_reason":"stop"}],
             "usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}
            """#
        let (step, tally, choices) = try Self.read(body, "deepseek")
        #expect(tally.id == "chatcmpl-1")
        #expect(tally.model == "m-2026")
        #expect(choices.map(\.number) == [1, 0])
        #expect(choices.map(\.finishReason) == [.length, .stop])
        #expect(choices[1].text == Array("Hé".utf8) && choices[1].reasoning == Array("hm".utf8))
        #expect(tally.finishReason == .stop)
        #expect(tally.usage?.usage == Usage(uncachedInput: 9, output: 4))
        #expect(tally.outputByteCount == 10)
        #expect(step.isAnswer && step.error == nil)
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
            #"[{"id":null,"type":"custom","custom":{"name":"f","input":"abc"}}]"#, 4
        ),
        (
            #"{"function_call":{"name":"f","arguments":"{}"}}"#, nil,
            #"[{"id":null,"type":"function","function":{"name":"f","arguments":"{}"}}]"#, 3
        ),
    ]

    @Test(arguments: messages)
    func readsMessages(_ row: (message: String, output: String?, calls: String?, bytes: Int)) throws {
        let body = #"{"choices":[{"message":"# + row.message + "}]}"
        let (step, tally, choices) = try Self.read(body)
        let said = choices.first ?? AssembledAnswer()
        #expect((said.text ?? said.refusal).map { String(decoding: $0, as: UTF8.self) } == row.output)
        #expect(NativeRun.toolCalls(said.toolCalls).map { String(decoding: $0, as: UTF8.self) } == row.calls)
        #expect(tally.outputByteCount == row.bytes)
        #expect(step.isAnswer && tally.usage == nil && tally.finishReason == nil)
    }

    @Test(arguments: [#"{"choices":null}"#, #"{"choices":[]}"#, "{}"])
    func bearsAnswersWithoutChoices(_ body: String) throws {
        let (step, tally, choices) = try Self.read(body)
        #expect(!step.isAnswer && choices.isEmpty && tally.outputByteCount == 0)
    }

    @Test func findsTheErrorUnder200() throws {
        let body = #"{"error":{"code":429,"message":"Slow down"},"user_id":"u"}"#
        let error = try #require(try Self.read(body, "openrouter").step.error)
        #expect(ProviderFailure.classify(error: error, dialect: .named("openrouter")).kind == .rateLimited)
    }

    @Test(arguments: ["", "<html>", "[]", "\"x\"", "{"])
    func refusesWhatIsNoAnswer(_ body: String) {
        #expect(throws: JSONFault.self) { try Self.read(body) }
    }
}
