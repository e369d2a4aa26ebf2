import Domain
import JSON
import Testing

@testable import Protocols

/// From the middle to Bedrock's requests.
@Suite struct BedrockBodyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var model = "amazon.nova-pro-v1:0"
        var parameters: [(String, String)] = []
        var prompt: [RenderedMessage] = []
        var maximum: Int64 = 100
        /// A chat completion.
        let request: String
        let body: String
        var ignored: [String] = []
    }

    static func encode(_ row: Row, request: String? = nil, spoken: WireProtocol = .chat) throws -> ProviderBody {
        let version = ChatBody.Version(
            model: row.model, messages: row.prompt,
            parameters: row.parameters.map { Parameter(name: $0.0, json: Array($0.1.utf8)) })
        let document = try JSONDocument(request ?? row.request)
        let call = spoken == .anthropic ? try AnthropicRequest(document).call : try ChatRequest(document).call
        return try ProviderBody.encode(
            version, call, maxOutputTokens: row.maximum, dialect: .named("bedrock"), allowances: Allowances()
        ).body
    }

    static let hello = #""messages":[{"role":"user","content":[{"text":"a"}]}],"#
    static let inference = #""inferenceConfig":{"maxTokens":100}"#

    static let rows = [
        Row(
            testDescription: "text and settings", parameters: [("temperature", "0.20")],
            prompt: [
                RenderedMessage(role: .system, text: Array("Be \"brief\".".utf8)),
                RenderedMessage(role: .user, text: Array("é".utf8)),
            ],
            request: #"""
                {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"developer","content":"S"},{"role":"user","content":" \n"},{"role":"assistant","content":"c"},{"role":"user","content":"d"}],
                "temperature":1,"top_p":0.50,"top_k":3,"seed":7,"stop":["x","","y"],"frequency_penalty":0.5,"presence_penalty":1.5,"max_tokens":500,"user":"u","metadata":{"k":"v 1"},"parallel_tool_calls":false,"reasoning_effort":"low","response_format":{"type":"json_object"},"store":true}
                """#,
            body: #"{"messages":[{"role":"user","content":[{"text":"é"},{"text":"a"}]},"#
                + #"{"role":"assistant","content":[{"text":"b"},{"text":"c"}]},{"role":"user","content":[{"text":"d"}]}],"#
                + #""system":[{"text":"Be \"brief\"."},{"text":"S"}],"#
                + #""inferenceConfig":{"maxTokens":100,"temperature":0.20,"topP":0.50,"stopSequences":["x","y"]},"#
                + #""requestMetadata":{"k":"v 1"}}"#,
            ignored: [
                "temperature", "store", "max_tokens", "reasoning_effort", "stop", "response_format", "top_k",
                "frequency_penalty", "presence_penalty", "seed", "user", "parallel_tool_calls",
            ]),
        Row(
            testDescription: "parallel calls, their results, ids that do not fit",
            request: #"""
                {"messages":[{"role":"user","content":"go"},
                {"role":"assistant","content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\": 1.0}"}},{"id":"b|/é","type":"function","function":{"name":"g","arguments":""}}]},
                {"role":"tool","tool_call_id":"b|/é","content":"two"},{"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"one"}]},{"role":"user","content":"and?"}],
                "tools":[{"type":"function","function":{"name":"f","description":"F.","parameters":{"type":"object","z":1.0},"strict":true}},{"type":"function","function":{"name":"g","description":""}},{"type":"custom","custom":{"name":"c"}}],
                "tool_choice":{"type":"function","function":{"name":"f"}}}
                """#,
            body: #"{"messages":[{"role":"user","content":[{"text":"go"}]},{"role":"assistant","content":["#
                + #"{"toolUse":{"toolUseId":"a","name":"f","input":{"x": 1.0}}},{"toolUse":{"toolUseId":"call_1","name":"g","input":{}}}]},"#
                + #"{"role":"user","content":[{"toolResult":{"toolUseId":"call_1","content":[{"text":"two"}]}},"#
                + #"{"toolResult":{"toolUseId":"a","content":[{"text":"one"}]}},{"text":"and?"}]}],"# + inference
                + #","toolConfig":{"tools":[{"toolSpec":{"name":"f","description":"F.","inputSchema":{"json":{"type":"object","z":1.0}},"strict":true}},"#
                + #"{"toolSpec":{"name":"g","inputSchema":{"json":{"type":"object","properties":{}}}}}],"toolChoice":{"tool":{"name":"f"}}}}"#,
            ignored: ["tools"]),
        Row(
            testDescription: "no tool is to be called",
            request:
                #"{"messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"none"}"#,
            body: "{" + hello + inference + "}"),
        Row(
            testDescription: "no tool is to be called any more",
            request: #"""
                {"messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"a","content":""}],
                "tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"none"}
                """#,
            body: #"{"messages":[{"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f","input":{}}}]},"#
                + #"{"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[]}}]}],"# + inference
                + #","toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object","properties":{}}}}}]}}"#,
            ignored: ["tool_choice"]),
        Row(
            testDescription: "tools that were there before",
            request: #"""
                {"messages":[{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"b","type":"function","function":{"name":"f","arguments":"{}"}}]}],"tool_choice":"required"}
                """#,
            body:
                #"{"messages":[{"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f","input":{}}},{"toolUse":{"toolUseId":"b","name":"f","input":{}}}]}],"#
                + inference
                + #","toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object","properties":{}}}}}]}}"#
        ),
        Row(
            testDescription: "an answer's schema is a text", model: "us.anthropic.claude-sonnet-4-5-20250929-v1:0",
            request:
                #"{"messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"type": "object","x":"\"é"},"strict":true}},"top_k":5}"#,
            body: "{" + hello + inference
                + #","outputConfig":{"textFormat":{"type":"json_schema","structure":{"jsonSchema":{"name":"n","description":"d","schema":"{\"type\": \"object\",\"x\":\"\\\"é\"}"}}}},"additionalModelRequestFields":{"top_k":5}}"#
        ),
        Row(
            testDescription: "a model that decides how much it thinks", model: "global.anthropic.claude-opus-4-7-v1",
            request: #"{"messages":[{"role":"user","content":"a"}],"reasoning_effort":"xhigh","stream":true}"#,
            body: "{" + hello + inference
                + #","outputConfig":{"effort":"xhigh"},"additionalModelRequestFields":{"thinking":{"type":"adaptive"}}}"#
        ),
        Row(
            testDescription: "a model that thinks within a budget", model: "anthropic.claude-3-7-sonnet-20250219-v1:0",
            maximum: 5_000, request: #"{"messages":[{"role":"user","content":"a"}],"reasoning_effort":"high"}"#,
            body: "{" + hello
                + #""inferenceConfig":{"maxTokens":5000},"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":4999}}}"#
        ),
        Row(
            testDescription: "no room to think", model: "anthropic.claude-3-7-sonnet-20250219-v1:0",
            request: #"{"messages":[{"role":"user","content":"a"}],"reasoning_effort":"high"}"#,
            body: "{" + hello + inference + "}", ignored: ["reasoning_effort"]),
        Row(
            testDescription: "a version's own words", model: "anthropic.claude-opus-4-7-v1",
            parameters: [
                ("guardrailConfig", #"{"guardrailIdentifier":"g","guardrailVersion":"1"}"#),
                ("performanceConfig", #"{"latency": "optimized"}"#),
                ("inferenceConfig", #"{"maxTokens":9,"topP":0.5}"#),
                ("additionalModelRequestFields", #"{"thinking":{"type":"disabled"},"anthropic_beta":["x"]}"#),
                ("requestMetadata", #"{"a":"b"}"#), ("toolConfig", "{}"),
            ],
            request:
                #"{"messages":[{"role":"user","content":"a"}],"reasoning_effort":"low","guardrailConfig":{},"metadata":{"c":"d"}}"#,
            body: "{" + hello
                + #""inferenceConfig":{"maxTokens":100,"topP":0.5},"#
                + #""additionalModelRequestFields":{"thinking":{"type":"disabled"},"anthropic_beta":["x"]},"#
                + #""guardrailConfig":{"guardrailIdentifier":"g","guardrailVersion":"1"},"performanceConfig":{"latency": "optimized"},"requestMetadata":{"a":"b"}}"#,
            ignored: ["guardrailConfig", "reasoning_effort", "metadata"]),
        Row(
            testDescription: "images, documents, sound",
            request: #"""
                {"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/jpg;base64,AAAA","detail":"low"}},
                {"type":"image_url","image_url":{"url":"data:;base64,R0lGODlh"}},{"type":"image_url","image_url":{"url":"s3://b/a.png"}},
                {"type":"file","file":{"file_data":"BBBB","filename":"é a__b.pdf"}},{"type":"file","file":{"file_data":"data:text/csv;charset=utf-8;base64,CCCC","filename":"a b pdf"}},{"type":"file","file":{"file_data":"BBBB"}},
                {"type":"input_audio","input_audio":{"data":"DDDD","format":"mp3"}}]}]}
                """#,
            body: #"{"messages":[{"role":"user","content":[{"image":{"format":"jpeg","source":{"bytes":"AAAA"}}},"#
                + #"{"image":{"format":"gif","source":{"bytes":"R0lGODlh"}}},{"image":{"format":"png","source":{"s3Location":{"uri":"s3://b/a.png"}}}},"#
                + #"{"document":{"format":"pdf","name":"a b pdf","source":{"bytes":"BBBB"}}},{"document":{"format":"csv","name":"a b pdf 2","source":{"bytes":"CCCC"}}},"#
                + #"{"document":{"format":"pdf","name":"document","source":{"bytes":"BBBB"}}},{"audio":{"format":"mp3","source":{"bytes":"DDDD"}}},{"text":"See the document."}]}],"#
                + inference + "}"),
        Row(
            testDescription: "thoughts go back to whose they are",
            request: #"""
                {"messages":[{"role":"user","content":"a"},{"role":"assistant","reasoning_content":"hm","content":"b","reasoning_details":[{"type":"reasoning.text","signature":"tollgate.bedrock.c2ln"},{"type":"reasoning.encrypted","data":"tollgate.bedrock.ZA=="}]},
                {"role":"user","content":"c"},{"role":"assistant","reasoning_content":"hm","content":"d","reasoning_details":[{"type":"reasoning.text","signature":"tollgate.anthropic.c2ln"}]}]}
                """#,
            body: #"{"messages":[{"role":"user","content":[{"text":"a"}]},{"role":"assistant","content":["#
                + #"{"reasoningContent":{"reasoningText":{"text":"hm","signature":"c2ln"}}},{"reasoningContent":{"redactedContent":"ZA=="}},{"text":"b"}]},"#
                + #"{"role":"user","content":[{"text":"c"}]},{"role":"assistant","content":[{"text":"d"}]}],"#
                + inference
                + "}"),
        Row(
            testDescription: "a document without a word",
            request: #"""
                {"messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/pdf;base64,QUFB","filename":"a"}}]}]}
                """#,
            body:
                #"{"messages":[{"role":"user","content":[{"document":{"format":"pdf","name":"a","source":{"bytes":"QUFB"}}},"#
                + #"{"text":"See the document."}]}],"# + inference + "}"),
        Row(
            testDescription: "thinking beside sampling", model: "anthropic.claude-3-7-sonnet-20250219-v1:0",
            maximum: 5_000,
            request:
                #"{"messages":[{"role":"user","content":"a"}],"reasoning_effort":"low","temperature":0.5,"top_k":5,"stop":["\n"]}"#,
            body: "{" + hello
                + #""inferenceConfig":{"maxTokens":5000},"additionalModelRequestFields":{"thinking":{"type":"enabled","budget_tokens":1024}}}"#,
            ignored: ["temperature", "top_k", "stop"]),
        Row(
            testDescription: "thinking beside a tool that must be called",
            model: "anthropic.claude-3-7-sonnet-20250219-v1:0", maximum: 5_000,
            request:
                #"{"messages":[{"role":"user","content":"a"}],"reasoning_effort":"low","temperature":2,"tools":[{"type":"function","function":{"name":"f"}}],"tool_choice":"required"}"#,
            body: "{" + hello
                + #""inferenceConfig":{"maxTokens":5000,"temperature":1},"toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object","properties":{}}}}}],"toolChoice":{"any":{}}}}"#,
            ignored: ["reasoning_effort", "temperature"]),
        Row(
            testDescription: "instructions only", prompt: [RenderedMessage(role: .system, text: Array("a".utf8))],
            request: #"{"messages":[]}"#, body: "{" + hello + inference + "}"),
    ]

    @Test(arguments: rows) func writesRequests(_ row: Row) throws {
        let body = try Self.encode(row)
        #expect(String(decoding: body.bytes, as: UTF8.self) == row.body)
        #expect(body.ignored == row.ignored)
        #expect((try? JSONDocument(body.bytes)) != nil)
    }

    static let faults: [(request: String, param: String)] = [
        (#"{"messages":[{"role":"user","content":"a"}],"logprobs":true}"#, "logprobs"),
        (#"{"messages":[{"role":"user","content":"a"}],"n":2}"#, "n"),
        (
            #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://a"}}]}]}"#,
            "messages"
        ),
        (
            #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/tiff;base64,A"}}]}]}"#,
            "messages"
        ),
        (#"{"messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"f"}}]}]}"#, "messages"),
        (#"{"messages":[{"role":"user","content":[{"type":"new"}]}]}"#, "messages"),
        (
            #"{"messages":[{"role":"system","content":[{"type":"file","file":{"file_data":"A"}}]},{"role":"user","content":"a"}]}"#,
            "messages"
        ),
        (#"{"messages":[{"role":"tool","content":"a"}]}"#, "messages"),
    ]

    @Test(arguments: faults) func refuses(_ row: (request: String, param: String)) throws {
        let plain = try #require(Self.rows.last)
        let fault = #expect(throws: RequestFault.self) { try Self.encode(plain, request: row.request) }
        #expect(fault?.param == row.param)
    }

    @Test func writesWhatAnthropicsClientsSay() throws {
        let plain = try #require(Self.rows.last)
        let body = try Self.encode(
            plain,
            request: #"""
                {"max_tokens":100,"messages":[{"role":"user","content":[{"type":"document","title":"t.txt","source":{"type":"text","media_type":"text/plain","data":"hi"}}]},
                {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"own"},{"type":"tool_use","id":"a","name":"f","input":{}}]},
                {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","is_error":true,"content":[{"type":"image","source":{"type":"base64","media_type":"image/webp","data":"AAAA"}}]}]}]}
                """#, spoken: .anthropic)
        #expect(
            String(decoding: body.bytes, as: UTF8.self)
                == #"{"messages":[{"role":"user","content":[{"document":{"format":"txt","name":"t txt","source":{"bytes":"aGk="}}},{"text":"See the document."}]},"#
                + #"{"role":"assistant","content":[{"toolUse":{"toolUseId":"a","name":"f","input":{}}}]},"#
                + #"{"role":"user","content":[{"toolResult":{"toolUseId":"a","content":[{"image":{"format":"webp","source":{"bytes":"AAAA"}}}],"status":"error"}}]}],"#
                + #""system":[{"text":"a"}],"# + Self.inference
                + #","toolConfig":{"tools":[{"toolSpec":{"name":"f","inputSchema":{"json":{"type":"object","properties":{}}}}}]}}"#
        )
    }

    @Test func pairsCallsWithoutIDsByName() {
        func call(_ id: String?, _ name: String) -> Turn.Part {
            .call(Turn.Call(id: id.map { JSONText($0) }, name: JSONText(name), arguments: Array("{}".utf8)[...]))
        }
        var ids = BedrockCallIDs([Turn(.assistant, [call(nil, "f"), call("x", "f"), call(nil, "f"), call(nil, "g")])])
        #expect((0..<4).map { _ in ids.ofCall().string } == ["call_0", "x", "call_2", "call_3"])
        func answered(_ id: String?, _ name: String?) -> String? {
            let result = Turn.CallResult(id: id.map { JSONText($0) }, name: name.map { JSONText($0) }, content: [])
            return ids.answered(by: result)?.string
        }
        #expect(answered(nil, "f") == "call_0" && answered("x", "f") == "x" && answered(nil, "f") == "call_2")
        #expect(answered(nil, "f") == nil && answered(nil, "g") == "call_3" && answered("other", nil) == "other")
    }

    static let paths = [
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "us.anthropic.claude-sonnet-4-5-20250929-v1%3A0"),
        (
            "arn:aws:bedrock:us-east-1:1:inference-profile/a/b",
            "arn%3Aaws%3Abedrock%3Aus-east-1%3A1%3Ainference-profile%2Fa%2Fb"
        ),
        ("..", "%2E%2E"), ("a?b#c\né", "a%3Fb%23c%0A%C3%A9"),
    ]

    @Test(arguments: paths) func goesTo(_ row: (model: String, segment: String)) {
        let dialect = ProviderDialect.named("bedrock")
        let base = BedrockBody.baseURL(region: "eu-west-1")
        #expect(dialect.url(model: row.model) == nil && dialect.keyHeader == "Authorization")
        #expect(
            dialect.url(base: base + "/", model: row.model)
                == "https://bedrock-runtime.eu-west-1.amazonaws.com/model/\(row.segment)/converse")
        #expect(
            dialect.url(base: base, model: row.model, stream: true)
                == "https://bedrock-runtime.eu-west-1.amazonaws.com/model/\(row.segment)/converse-stream")
        #expect(BedrockBody.baseURL(region: "cn-north-1").hasSuffix(".amazonaws.com.cn"))
    }

    @Test func knowsWhoTakesSchemas() {
        let dialect = ProviderDialect.named("bedrock")
        #expect(dialect.structuredOutput(of: "anthropic.claude-sonnet-4-5-20250929-v1:0") == .strictJSONSchema)
        #expect(dialect.structuredOutput(of: "anthropic.claude-3-haiku-20240307-v1:0") == .none)
        #expect(dialect.structuredOutput(of: "amazon.nova-pro-v1:0") == .none)
    }
}
