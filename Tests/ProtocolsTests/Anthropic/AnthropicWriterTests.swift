import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct AnthropicWriterTests {
    private static let usage = Usage(uncachedInput: 5, cacheRead: 3, cacheWrite: 1, output: 2, reasoning: 4)

    private static func ending(_ reason: FinishReason, _ tally: AnswerTally) -> AnswerEnding {
        AnswerEnding(
            Streams.opening(from: .chat), tally, finishReason: reason, usage: usage, cost: "0.25",
            verdict: OutputVerdict(faults: []))
    }

    private static let chunks = [
        #"{"id":"chatcmpl-1","model":"gpt","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#,
        #"{"id":"chatcmpl-1","model":"gpt","choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}"#,
        #"{"id":"chatcmpl-1","model":"gpt","choices":[{"index":0,"delta":{"content":"a\n"}}]}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"c1","function":{"name":"f","arguments":""}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{\"x\":1}"}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{"tool_calls":[{"index":2,"id":"c2","function":{"name":"g","arguments":""}}]}}]}"#,
        #"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
    ]

    @Test func writesAStreamOfBlocks() throws {
        var reader = ChatAnswerReader(dialect: .compatible)
        var writer = AnthropicAnswerWriter(Streams.opening(from: .chat))
        var written: [UInt8] = []
        for chunk in Self.chunks {
            written += try writer.write(reader.read(ServerSentEvent(name: [], data: Array(chunk.utf8), raw: [])))
        }
        written += writer.end(Self.ending(.toolCalls, reader.tally))
        let expected = #"""
            event: message_start
            data: {"type":"message_start","message":{"id":"chatcmpl-1","type":"message","role":"assistant","model":"gpt","content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":0}}}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":0}

            event: content_block_start
            data: {"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"a\n"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":1}

            event: content_block_start
            data: {"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"c1","name":"f","input":{}}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"x\":1}"}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":2}

            event: content_block_start
            data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use","id":"c2","name":"g","input":{}}}

            event: content_block_stop
            data: {"type":"content_block_stop","index":3}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"tool_use","stop_sequence":null},"usage":{"input_tokens":5,"cache_creation_input_tokens":1,"cache_read_input_tokens":3,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":0},"output_tokens":6,"output_tokens_details":{"thinking_tokens":4},"cost":0.25},"tollgate":{"output_valid":true}}

            event: message_stop
            data: {"type":"message_stop"}


            """#
        #expect(String(decoding: written, as: UTF8.self) == expected)
    }

    /// What is written reads back as what was said.
    @Test(arguments: AnthropicGoldens.all.keys.sorted(), [WireProtocol.chat, .anthropic])
    func readsBackTheSame(_ name: String, _ target: WireProtocol) throws {
        let stream = AnthropicGoldens.stream(try #require(AnthropicGoldens.all[name]))
        let opening = Streams.opening(from: .anthropic)
        var reader = AnthropicAnswerReader()
        var writer: any AnswerWriter = target == .chat ? ChatAnswerWriter(opening) : AnthropicAnswerWriter(opening)
        var said = AnswerAssembly()
        var written: [UInt8] = []
        for event in try Streams.events(of: stream, cutAt: []) {
            let step = try reader.read(event)
            said.add(step)
            written += try writer.write(step)
        }
        let usage = try #require(reader.tally.usage?.usage)
        let ending = AnswerEnding(
            opening, reader.tally, finishReason: reader.tally.finishReason, usage: usage, cost: "0")
        written += writer.end(ending)
        var again: any AnswerReader =
            target == .chat ? ChatAnswerReader(dialect: .compatible) : AnthropicAnswerReader()
        var heard = AnswerAssembly()
        for event in try Streams.events(of: written, cutAt: []) { heard.add(try again.read(event)) }
        #expect(heard.first.text == said.first.text && heard.first.reasoning == said.first.reasoning)
        #expect(heard.first.toolCalls.map(\.head) == said.first.toolCalls.map(\.head))
        #expect(heard.first.toolCalls.map(\.argumentsJSON) == said.first.toolCalls.map(\.argumentsJSON))
        #expect(again.tally.id == "msg_1" && again.tally.model == "claude-m" && again.tally.isDone)
        #expect(again.tally.finishReason?.chatName == reader.tally.finishReason?.chatName)
        #expect(again.tally.usage?.usage.inputTotal == usage.inputTotal)
        #expect(again.tally.usage?.usage.outputTotal == usage.outputTotal)
        #expect(again.tally.usage?.usage.reasoning == usage.reasoning)
        // And whole.
        let whole =
            target == .chat
            ? ChatAnswerWriter.whole(said.first, ending) : AnthropicAnswerWriter.whole(said.first, ending)
        var once: any AnswerReader = target == .chat ? ChatAnswerReader(dialect: .compatible) : AnthropicAnswerReader()
        var all = AnswerAssembly()
        all.add(try once.read(whole: whole))
        #expect(all.first.text == said.first.text && all.first.reasoning == said.first.reasoning)
        #expect(all.first.toolCalls.map(\.argumentsJSON) == said.first.toolCalls.map(\.argumentsJSON))
        #expect(once.tally.usage == again.tally.usage && once.tally.finishReason == again.tally.finishReason)
    }

    /// OpenAI says that it just stopped where it had to call a tool.
    @Test func aStopBehindACallIsForTheCall() throws {
        var step = AnswerStep()
        step.pieces = [AnswerPiece(.toolCall(0, CallHead(id: nil, name: JSONText("f"))))]
        var writer = AnthropicAnswerWriter(Streams.opening(from: .chat))
        let ending = Self.ending(.stop, AnswerTally())
        let written = try String(decoding: writer.write(step) + writer.end(ending), as: UTF8.self)
        #expect(written.contains(#""stop_reason":"tool_use""#))
        var answer = AssembledAnswer()
        answer.add(step.pieces[0].content)
        let whole = AnthropicAnswerWriter.whole(answer, ending)
        #expect(try JSONDocument(whole).root.member("stop_reason")?.string == "tool_use")
    }

    @Test func refusesInterleavedCalls() throws {
        var step = AnswerStep()
        step.pieces = [
            AnswerPiece(.toolCall(0, CallHead(id: nil, name: JSONText("f")))),
            AnswerPiece(.toolCall(1, CallHead(id: nil, name: JSONText("g")))),
            AnswerPiece(.arguments(0, JSONText("{}"))),
        ]
        var writer = AnthropicAnswerWriter(Streams.opening(from: .chat))
        #expect(throws: RelayFault.interleavedCalls) { try writer.write(step) }
    }

    /// A call cut off in its arguments is no JSON, and yet the body is.
    @Test func aCallThatIsCutOffHasNoInput() throws {
        var answer = AssembledAnswer()
        answer.add(.toolCall(0, CallHead(id: nil, name: JSONText("f"))))
        answer.add(.arguments(0, JSONText("{\"x")))
        let body = AnthropicAnswerWriter.whole(answer, Self.ending(.length, AnswerTally()))
        let block = try #require(try JSONDocument(body).root.member("content")?.elements().first)
        #expect(
            String(decoding: block.raw, as: UTF8.self)
                == #"{"type":"tool_use","id":"call_run_1_0","name":"f","input":{}}"#)
    }

    @Test(arguments: [
        (400, "invalid_request_error"), (402, "billing_error"), (503, "overloaded_error"), (502, "api_error"),
    ])
    func writesErrors(_ row: (status: Int, type: String)) throws {
        let error = ErrorBody(message: "m", type: "x", code: "c", extra: [("run_id", "\"r\"")])
        let body = String(decoding: error.encodeAnthropic(status: row.status, requestID: "q"), as: UTF8.self)
        #expect(
            body
                == #"{"type":"error","error":{"type":"\#(row.type)","message":"m","param":null,"code":"c","run_id":"r"},"request_id":"q"}"#
        )
    }
}
