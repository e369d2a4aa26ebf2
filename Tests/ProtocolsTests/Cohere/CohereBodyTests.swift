import Domain
import JSON
import Testing

@testable import Protocols

/// From the middle to Cohere's requests.
@Suite struct CohereBodyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var parameters: [(String, String)] = []
        var prompt: [RenderedMessage] = []
        /// A chat completion.
        let request: String
        let body: String
        var ignored: [String] = []
    }

    static func encode(_ row: Row, request: String? = nil) throws -> ProviderBody {
        let version = ChatBody.Version(
            model: "command-a-03-2025", messages: row.prompt,
            parameters: row.parameters.map { Parameter(name: $0.0, json: Array($0.1.utf8)) })
        let call = try ChatRequest(JSONDocument(request ?? row.request)).call
        return try ProviderBody.encode(
            version, call, maxOutputTokens: 100, dialect: .named("cohere"), allowances: Allowances()
        ).body
    }

    static let hello = #"{"model":"command-a-03-2025","messages":[{"role":"user","content":"a"}],"max_tokens":100,"#

    static let rows = [
        Row(
            testDescription: "text, images, settings",
            parameters: [
                ("temperature", "0.20"), ("safety_mode", #""STRICT""#), ("documents", #"[{"data":{"text": "x"}}]"#),
            ],
            prompt: [
                RenderedMessage(role: .developer, text: Array("Be \"brief\".".utf8)),
                RenderedMessage(role: .user, text: Array("é".utf8)),
            ],
            request: #"""
                {"messages":[{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:image/jpg;base64,AAAA","detail":"low"}},{"type":"image_url","image_url":{"url":"https://a"}}]},{"role":"assistant","content":"b"}],
                "temperature":1,"top_p":0.50,"top_k":3,"seed":7,"stop":"x","frequency_penalty":0.5,"presence_penalty":1.5,"max_tokens":500,"user":"u","metadata":{"k":"v"},"parallel_tool_calls":false,"reasoning_effort":"low","response_format":{"type":"json_object"},"store":true,"stream":true}
                """#,
            body:
                #"{"model":"command-a-03-2025","messages":[{"role":"system","content":"Be \"brief\"."},{"role":"user","content":"é"},"#
                + #"{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,AAAA","detail":"low"}},"#
                + #"{"type":"image_url","image_url":{"url":"https://a"}}]},{"role":"assistant","content":"b"}],"max_tokens":100,"#
                + #""temperature":0.20,"p":0.50,"k":3,"seed":7,"frequency_penalty":0.5,"presence_penalty":1.5,"stop_sequences":["x"],"#
                + #""response_format":{"type":"json_object"},"thinking":{"type":"enabled","token_budget":99},"safety_mode":"STRICT","documents":[{"data":{"text": "x"}}],"stream":true}"#,
            ignored: ["temperature", "store", "max_tokens", "user", "metadata", "parallel_tool_calls"]),
        Row(
            testDescription: "parallel calls behind a plan, and their results",
            request: #"""
                {"messages":[{"role":"user","content":"go"},
                {"role":"assistant","content":null,"reasoning_content":"I will.","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\": 1.0}"}},{"id":"b","type":"function","function":{"name":"g","arguments":""}}]},
                {"role":"tool","tool_call_id":"b","content":"two"},{"role":"tool","tool_call_id":"a","content":[{"type":"text","text":"o"},{"type":"text","text":"ne"}]},
                {"role":"assistant","content":"ok","reasoning_content":"hm"},{"role":"user","content":"and?"}],
                "tools":[{"type":"function","function":{"name":"f","description":"F.","parameters":{"type":"object","z":1.0},"strict":true}},{"type":"function","function":{"name":"g"}},{"type":"custom","custom":{"name":"c"}}],
                "tool_choice":"required","response_format":{"type":"json_object"}}
                """#,
            body:
                #"{"model":"command-a-03-2025","messages":[{"role":"user","content":"go"},{"role":"assistant","tool_plan":"I will.","tool_calls":["#
                + #"{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\": 1.0}"}},{"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]},"#
                + #"{"role":"tool","tool_call_id":"b","content":"two"},{"role":"tool","tool_call_id":"a","content":"o\nne"},"#
                + #"{"role":"assistant","content":"ok"},{"role":"user","content":"and?"}],"max_tokens":100,"#
                + #""tools":[{"type":"function","function":{"name":"f","description":"F.","parameters":{"type":"object","z":1.0}}},"#
                + #"{"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{}}}}],"tool_choice":"REQUIRED","stream":false}"#,
            ignored: ["tools", "response_format"]),
        Row(
            testDescription: "one tool that must be called",
            request:
                #"{"messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f","strict":true}},{"type":"function","function":{"name":"g"}}],"tool_choice":{"type":"function","function":{"name":"f"}}}"#,
            body: hello
                + #""tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}],"strict_tools":true,"tool_choice":"REQUIRED","stream":false}"#
        ),
        Row(
            testDescription: "no tool is to be called, no thought to be thought",
            request:
                #"{"messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"g"}}],"tool_choice":"none","reasoning_effort":"none"}"#,
            body: hello
                + #""tools":[{"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{}}}}],"tool_choice":"NONE","thinking":{"type":"disabled"},"stream":false}"#
        ),
        Row(
            testDescription: "an answer's schema", parameters: [("thinking", #"{"type":"disabled"}"#)],
            request:
                #"{"messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type": "object"},"strict":true}}}"#,
            body: hello
                + #""response_format":{"type":"json_object","json_schema":{"type": "object"}},"thinking":{"type":"disabled"},"stream":false}"#
        ),
        Row(
            testDescription: "instructions only", prompt: [RenderedMessage(role: .system, text: Array("a".utf8))],
            request: #"{"messages":[]}"#, body: hello + #""stream":false}"#),
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
        (#"{"messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"A"}}]}]}"#, "messages"),
        (
            #"{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"A","format":"wav"}}]}]}"#,
            "messages"
        ),
        (#"{"messages":[{"role":"user","content":[{"type":"new"}]}]}"#, "messages"),
        (#"{"messages":[{"role":"tool","content":"a"}]}"#, "messages"),
    ]

    @Test(arguments: faults) func refuses(_ row: (request: String, param: String)) throws {
        let plain = try #require(Self.rows.last)
        let fault = #expect(throws: RequestFault.self) { try Self.encode(plain, request: row.request) }
        #expect(fault?.param == row.param)
    }

    @Test func goesTo() {
        let dialect = ProviderDialect.named("cohere")
        #expect(dialect.url(model: "m", stream: true) == "https://api.cohere.com/v2/chat")
        #expect(dialect.keyHeader == "Authorization" && dialect.keyPrefix == "Bearer ")
    }
}
