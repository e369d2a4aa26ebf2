import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct AnthropicAnswerTests {
    private typealias Goldens = AnthropicGoldens

    private static func assembled(
        _ payloads: [String]
    ) throws -> (tally: AnswerTally, answer: AssembledAnswer, steps: [AnswerStep]) {
        var reader = AnthropicAnswerReader()
        var assembly = AnswerAssembly()
        var steps: [AnswerStep] = []
        for event in try Streams.events(of: Goldens.stream(payloads), cutAt: []) {
            let step = try reader.read(event)
            steps.append(step)
            assembly.add(step)
        }
        return (reader.tally, assembly.first, steps)
    }

    private static let input = Usage(uncachedInput: 9, cacheRead: 3, cacheWrite: 1, cacheWriteHour: 4)

    @Test func readsText() throws {
        let (tally, answer, steps) = try Self.assembled(Goldens.text)
        #expect(answer.items == [.text(Array("Hé\nllo".utf8), [])])
        #expect(tally.id == "msg_1" && tally.model == "claude-m" && tally.isDone)
        #expect(tally.finishReason == .stop && tally.outputByteCount == 7 && !tally.usageIsEarly)
        var usage = Self.input
        usage.output = 4
        #expect(tally.usage?.usage == usage)
        // The start's report is of the input only; text comes after it.
        #expect(steps.compactMap(\.usage).count == 2)
    }

    @Test func readsParallelCalls() throws {
        let (tally, answer, _) = try Self.assembled(Goldens.tools)
        #expect(
            answer.items == [
                .text(Array("I look.".utf8), []),
                .call(
                    .init(
                        head: CallHead(id: JSONText("toolu_a"), name: JSONText("f")), arguments: Array(#"{"x":1}"#.utf8)
                    )
                ), .call(.init(head: CallHead(id: JSONText("toolu_b"), name: JSONText("g")), arguments: [])),
            ])
        #expect(tally.finishReason == .toolCalls)
    }

    @Test func readsThoughts() throws {
        let (tally, answer, _) = try Self.assembled(Goldens.thinking)
        #expect(
            answer.items == [
                .reasoning(Array("I think.".utf8), signature: JSONText("c2ln")), .hiddenReasoning(JSONText("ZGF0YQ==")),
                .text(Array("So.".utf8), []),
            ])
        #expect(tally.usage?.usage.reasoning == 25 && tally.usage?.usage.output == 5)
    }

    /// A stream that is cut off has said its input, and its output only so far.
    @Test func aCutStreamsReportIsEarly() throws {
        let (tally, answer, _) = try Self.assembled(Array(Goldens.text.prefix(3)))
        #expect(tally.usageIsEarly && tally.finishedChoices == 0 && !tally.isDone)
        #expect(answer.text == Array("Hé".utf8))
    }

    @Test func laterReportsCorrectEarlierOnes() throws {
        let end =
            #"{"type":"message_delta","delta":{"stop_reason":"stop_sequence","stop_sequence":"END"},"usage":{"input_tokens":11,"cache_read_input_tokens":0,"output_tokens":2,"server_tool_use":{"web_search_requests":2}}}"#
        let (tally, _, _) = try Self.assembled([Goldens.start, end])
        #expect(
            tally.usage?.usage
                == Usage(uncachedInput: 11, cacheWrite: 1, cacheWriteHour: 4, output: 2, toolCalls: 2))
        #expect(tally.usage?.saysToolCalls == true && tally.finishReason == .stopSequence("END"))
    }

    /// Thoughts that are not shown are signed all the same, each for itself.
    @Test func thoughtsWithoutWordsKeepTheirSignatures() throws {
        let blocks = ["a", "b"].map { #"{"type":"thinking","thinking":"","signature":"\#($0)"}"# }
        var reader = AnthropicAnswerReader()
        var assembly = AnswerAssembly()
        let call = #"{"type":"tool_use","id":"t","name":"f","input":{}}"#
        assembly.add(
            try reader.read(whole: Array(#"{"content":[\#(blocks[0]),\#(blocks[1]),\#(call)]}"#.utf8)))
        let items = assembly.first.items
        #expect(
            items.prefix(2) == [
                .reasoning([], signature: JSONText("a")), .reasoning([], signature: JSONText("b")),
            ])
        #expect(assembly.first.toolCalls.first?.signature == nil && assembly.first.reasoning == nil)
        var writer = ResponsesAnswerWriter(Streams.opening(from: .anthropic))
        var again = AnthropicAnswerReader()
        var out: [UInt8] = []
        for (index, block) in blocks.enumerated() {
            let start = #"{"type":"content_block_start","index":\#(index),"content_block":\#(block)}"#
            out += try writer.write(
                again.read(ServerSentEvent(name: [], data: Array(start.utf8), raw: Array(start.utf8))))
        }
        let said = String(decoding: out, as: UTF8.self)
        #expect(said.ranges(of: "event: response.output_item.added").count == 2)
    }

    @Test(arguments: [
        #"{"input_tokens":-1,"output_tokens":2}"#, #"{"input_tokens":1,"output_tokens":2e3}"#,
        #"{"output_tokens":2}"#, #"{"input_tokens":1,"output_tokens":2,"output_tokens_details":{"thinking_tokens":3}}"#,
        #"{"input_tokens":1,"output_tokens":2,"cache_creation":{"ephemeral_1h_input_tokens":3}}"#,
    ])
    func whatCannotBeIsNoReport(_ usage: String) throws {
        var reader = AnthropicAnswerReader()
        _ = try reader.read(whole: Array(#"{"content":[],"usage":\#(usage)}"#.utf8))
        #expect(reader.tally.usage == nil)
    }

    @Test func readsAnErrorInTheMidst() throws {
        let error = #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#
        let (_, _, steps) = try Self.assembled(Goldens.text.prefix(3) + [error])
        let said = try #require(steps.last?.error)
        let failure = ProviderFailure.classify(error: said, dialect: .named("anthropic"))
        #expect(failure.kind == .overloaded && failure.message == "Overloaded")
    }

    /// The whole answer comes to what the stream of it does.
    @Test func wholeAndStreamedAreOne() throws {
        let blocks = [
            #"{"type":"thinking","thinking":"I think.","signature":"c2ln"}"#,
            #"{"type":"redacted_thinking","data":"ZGF0YQ=="}"#,
            #"{"type":"text","text":"So.","citations":null}"#,
        ]
        let body = #"""
            {"id":"msg_1","type":"message","role":"assistant","model":"claude-m","content":[\#(blocks.joined(separator: ","))],
            "stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":9,"cache_creation_input_tokens":5,
            "cache_read_input_tokens":3,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":4},
            "output_tokens":30,"output_tokens_details":{"thinking_tokens":25}}}
            """#
        var reader = AnthropicAnswerReader()
        var assembly = AnswerAssembly()
        let step = try reader.read(whole: Array(body.utf8))
        assembly.add(step)
        let (tally, answer, _) = try Self.assembled(Goldens.thinking)
        #expect(step.isAnswer && assembly.first == answer)
        #expect(reader.tally.usage == tally.usage && reader.tally.finishReason == tally.finishReason)
        #expect(reader.tally.outputByteCount == tally.outputByteCount)
    }

    @Test func readsCitations() throws {
        let body = #"""
            {"content":[{"type":"text","text":"a","citations":[{"type":"web_search_result_location","url":"https://x.example",
            "title":"X","cited_text":"aa","encrypted_index":"i"}]},{"type":"server_tool_use","id":"s","name":"web_search"},
            {"type":"text","text":"b"}]}
            """#
        var reader = AnthropicAnswerReader()
        var assembly = AnswerAssembly()
        assembly.add(try reader.read(whole: Array(body.utf8)))
        let citation = Citation(url: JSONText("https://x.example"), title: JSONText("X"), quote: JSONText("aa"))
        #expect(assembly.first.items == [.text(Array("ab".utf8), [citation])])
    }

    @Test(arguments: ["[]", "{", "", "\"x\""])
    func refusesWhatIsNoAnswer(_ body: String) {
        var reader = AnthropicAnswerReader()
        #expect(throws: JSONFault.self) { try reader.read(whole: Array(body.utf8)) }
        #expect(throws: JSONFault.self) {
            try reader.read(ServerSentEvent(name: [], data: Array(body.utf8), raw: []))
        }
    }

    @Test(arguments: Goldens.all.keys.sorted())
    func cutAnywhereItIsTheSame(_ name: String) throws {
        try Streams.requireSameHoweverCut(Goldens.stream(try #require(Goldens.all[name]))) {
            (AnthropicAnswerReader(), ChatAnswerWriter(Streams.opening(from: .anthropic)))
        }
    }
}
