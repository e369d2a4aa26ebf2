import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct ChatAnswerStreamTests {
    /// What a stream of frames comes to, and what its events said.
    struct Row: Sendable {
        let provider: String
        let frames: String
        let text: String
        let outputByteCount: Int
        let finishReason: String?
        let usage: Usage?
        /// A letter for each of what an event says: t text, r reasoning, c call, a arguments, f finish, u usage, x usage only, e error, D done, - nothing.
        let events: [String]
        var id: String? = "chatcmpl-1"
        var model: String? = "m"
    }

    static let rows = [
        Row(
            provider: "openai",
            frames: #"""
                data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"finish_reason":null}],"usage":null}

                data: {"id":"chatcmpl-1","model":"m","choices":[{"index":0,"delta":{"content":"Hé\n"},"finish_reason":null}],"usage":null,"obfuscation":"abc"}

                data: {"id":"chatcmpl-1","model":"m","choices":[{"index":0,"delta":{"content":"llo"}}],"usage":null}

                data: {"id":"chatcmpl-1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}

                data: {"id":"chatcmpl-1","model":"m","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"prompt_tokens_details":{"cached_tokens":5,"cache_write_tokens":1},"completion_tokens_details":{"reasoning_tokens":3}}}

                data: [DONE]


                """#,
            text: "Hé\nllo", outputByteCount: 7, finishReason: "stop",
            usage: Usage(uncachedInput: 3, cacheRead: 5, cacheWrite: 1, output: 1, reasoning: 3),
            events: ["t", "t", "t", "f", "ux", "D"]),
        Row(
            provider: "openai",
            frames: #"""
                data: {"id":"chatcmpl-1","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_a","type":"function","function":{"name":"f","arguments":""}}]},"finish_reason":null}],"usage":null}

                data: {"id":"chatcmpl-1","model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"x\":1}"}}]},"finish_reason":null}],"usage":null}

                data: {"id":"chatcmpl-1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}],"usage":null}

                data: [DONE]
                """#,
            text: "", outputByteCount: 8, finishReason: "tool_calls", usage: nil, events: ["c", "a", "f", "D"]),
        Row(
            provider: "azure",
            frames: #"""
                data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0}]}

                data: {"choices":[{"delta":{"content":"a"},"index":0}],"id":"chatcmpl-1","model":"m"}

                data: {"choices":[{"delta":{"content":"b"},"index":1,"finish_reason":"length"},{"delta":{},"index":0,"finish_reason":"stop"}],"id":"chatcmpl-1","model":"m"}


                """#,
            text: "a", outputByteCount: 2, finishReason: "stop", usage: nil, events: ["-", "t", "f"]),
        Row(
            provider: "vllm",
            frames: #"""
                data: {"id":"chatcmpl-1","model":"m","choices":[{"index":0,"delta":{"reasoning":"hm","reasoning_content":"hm"}}]}

                data: {"id":"chatcmpl-1","model":"m","choices":null,"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}

                """#,
            text: "", outputByteCount: 2, finishReason: nil, usage: Usage(), events: ["r", "ux"]),
        Row(
            provider: "mistral",
            frames: #"""
                data: {"id":"chatcmpl-1","model":"m","choices":[{"index":0,"delta":{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"ab"}]},"finish_reason":null}]}

                data: {"id":"chatcmpl-1","model":"m","choices":[{"index":0,"delta":{"content":"","tool_calls":[{"function":{"name":"f","arguments":{"x":1}}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":2,"total_tokens":7,"num_cached_tokens":4}}

                data: [DONE]

                """#,
            text: "ab", outputByteCount: 12, finishReason: "stop",
            usage: Usage(uncachedInput: 1, cacheRead: 4, output: 2), events: ["rt", "tcafu", "D"]),
        Row(
            provider: "groq",
            frames: #"""
                data: {"id":"chatcmpl-1","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"x_groq":{"id":"r","usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}}

                event: error
                data: {"error":{"message":"boom","status_code":500}}

                """#,
            text: "", outputByteCount: 0, finishReason: "stop", usage: Usage(uncachedInput: 3, output: 2),
            events: ["fu", "e"]),
        Row(
            provider: "openrouter",
            frames: #"""
                : OPENROUTER PROCESSING

                data: {"id":"chatcmpl-1","model":"m","error":{"code":429,"message":"slow"},"choices":[{"index":0,"delta":{"content":""},"finish_reason":"error"}]}

                event: error
                data: {"message":"unwrapped"}


                """#,
            text: "", outputByteCount: 0, finishReason: "error", usage: nil, events: ["tfe", "e"]),
        Row(
            provider: "gemini",
            frames: #"""
                data: {"id":"chatcmpl-1","model":"m","choices":[{"index":0,"delta":{"content":"a"}}]}

                [{
                  "error": {
                    "code": 503
                  }
                }
                ]
                """#,
            text: "a", outputByteCount: 1, finishReason: nil, usage: nil, events: ["t", "e"]),
        Row(
            provider: "default", frames: "data: \n\ndata:[DONE]\n\n", text: "", outputByteCount: 0, finishReason: nil,
            usage: nil, events: ["-", "D"], id: nil, model: nil),
    ]

    @Test(arguments: rows, [1, 5, 10_000])
    func reads(_ row: Row, cutTo size: Int) throws {
        var reader = ChatAnswerReader(dialect: .named(row.provider))
        var assembly = AnswerAssembly()
        var events: [String] = []
        for event in try SSEParserTests.events(of: row.frames, cutTo: size, maximum: 10_000) {
            let step = try reader.read(event)
            assembly.add(step)
            var letters = ""
            for piece in step.pieces where piece.choice == 0 {
                switch piece.content {
                case .text: letters += "t"
                case .reasoning: letters += "r"
                case .toolCall: letters += "c"
                case .arguments: letters += "a"
                case .refusal, .signature, .hiddenReasoning, .citation: letters += "?"
                }
            }
            if !step.finishes.isEmpty { letters += "f" }
            if step.usage != nil { letters += "u" }
            if step.isUsageOnly { letters += "x" }
            if step.error != nil { letters += "e" }
            if step.isDone { letters += "D" }
            events.append(letters.isEmpty ? "-" : letters)
        }
        let tally = reader.tally
        #expect(String(decoding: assembly.first.text ?? [], as: UTF8.self) == row.text)
        #expect(events == row.events)
        #expect(tally.outputByteCount == row.outputByteCount)
        #expect(tally.finishReason?.chatName == row.finishReason)
        #expect(tally.usage?.usage == row.usage)
        #expect(tally.id == row.id)
        #expect(tally.model == row.model)
        #expect(tally.isDone == row.events.contains("D"))
    }

    @Test(arguments: ["data: {\n\n", "data: [1]\n\n", "data: [DONE]x\n\n", "data: hello\n\n"])
    func refusesWhatIsNoChunk(_ stream: String) throws {
        var reader = ChatAnswerReader(dialect: .compatible)
        let event = try #require(try SSEParserTests.events(of: stream, cutTo: 100).first)
        #expect(throws: JSONFault.self) { try reader.read(event) }
    }

    @Test func countsFinishedChoices() throws {
        var reader = ChatAnswerReader(dialect: .compatible)
        let stream =
            #"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"},{"index":1,"finish_reason":"x"}]}"#
        for event in try SSEParserTests.events(of: stream, cutTo: 100) { _ = try reader.read(event) }
        #expect(reader.tally.finishedChoices == 2)
    }

    /// An empty reason is none, and a choice that finishes twice is one.
    @Test func anEmptyReasonFinishesNothing() throws {
        var reader = ChatAnswerReader(dialect: .compatible)
        let chunks = ["\"\"", "null", "\"stop\"", "\"stop\""].map {
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\($0)}]}\n\n"
        }
        let counts = try SSEParserTests.events(of: chunks.joined(), cutTo: 1_000).map { event in
            _ = try reader.read(event)
            return reader.tally.finishedChoices
        }
        #expect(counts == [0, 0, 1, 1])
    }

    @Test func takesRepeatedRolesOut() throws {
        let chunks = [
            #"{"choices":[{"index":0,"delta":{"role":"assistant","content":"a"}}]}"#,
            #"{"x":1,"choices":[{"index":0,"delta":{"role":"assistant","content":"b"},"finish_reason":null},{"index":1,"delta":{"role":"assistant"}}]}"#,
            #"{"choices":[{"index":0,"delta":{"role":"","content":"c"}}]}"#,
        ]
        var reader = ChatAnswerReader(dialect: .named("ollama"))
        var steps: [AnswerStep] = []
        for chunk in chunks {
            steps.append(try reader.read(ServerSentEvent(name: [], data: Array(chunk.utf8), raw: [])))
        }
        #expect(steps.map { $0.amended != nil } == [false, true, false])
        #expect(
            steps[1].amended.map { String(decoding: $0, as: UTF8.self) }
                == #"{"x":1,"choices":[{"index":0,"delta":{"content":"b"},"finish_reason":null},{"index":1,"delta":{"role":"assistant"}}]}"#
        )
    }

    @Test(arguments: [("{\"a\":\r\n1}", "data: {\"a\":  1}\n\n"), ("[]", "data: []\n\n")])
    func framesJSON(_ row: (String, String)) {
        #expect(String(decoding: ServerSentEvent.frame(json: Array(row.0.utf8)), as: UTF8.self) == row.1)
    }
}
