import JSON
import Testing

@testable import Protocols

@Suite struct SpokenChoiceTests {
    private static func assembled(_ chunks: [String]) throws -> [SpokenChoice] {
        var reader = ChatStreamReader(dialect: .compatible)
        var assembly = ChoiceAssembly()
        for chunk in chunks {
            let data = Array(#"{"choices":[\#(chunk)]}"#.utf8)
            assembly.add(try reader.read(ServerSentEvent(name: [], data: data, raw: data)))
        }
        return assembly.choices
    }

    @Test func putsTogetherWhatAStreamSays() throws {
        let choices = try Self.assembled([
            #"{"index":1,"delta":{"role":"assistant","content":"b"}},{"index":0,"delta":{"content":"a"}}"#,
            #"{"index":0,"delta":{"content":"c"},"finish_reason":""}"#,
            #"{"index":1,"delta":{"tool_calls":[{"index":0}]}}"#,
            // Not all that finish say anything with it.
            #"{"index":0,"finish_reason":"length"}"#, #"{"index":1,"delta":null,"finish_reason":"tool_calls"}"#,
        ])
        #expect(choices.map(\.number) == [1, 0])
        #expect(choices.map { $0.text.map { String(decoding: $0, as: UTF8.self) } } == ["b", "ac"])
        #expect(choices.map(\.finishReason) == ["tool_calls", "length"])
        #expect(choices.map(\.callsTools) == [true, false])
    }

    @Test func readsAWholeAnswer() throws {
        let body = #"{"choices":[{"message":{"content":null,"refusal":"no"}},{"index":5,"finish_reason":"length"}]}"#
        let choices = try ChatResponse(Array(body.utf8), dialect: .compatible).choices
        #expect(choices.map(\.number) == [0, 5] && choices.map(\.refuses) == [true, false])
        #expect(choices.map(\.finishReason) == [nil, "length"] && choices.allSatisfy { $0.text == nil })
    }
}
