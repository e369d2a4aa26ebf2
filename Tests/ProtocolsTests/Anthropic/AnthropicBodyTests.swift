import Domain
import JSON
import Testing

@testable import Protocols

/// Requests for Anthropic: from chat completions, and from its own protocol by splicing.
@Suite struct AnthropicBodyTests {
    private static let version = ChatBody.Version(
        model: "claude-sonnet-4-5", messages: [RenderedMessage(role: .system, text: Array("Be \"brief\".".utf8))])

    private static func body(
        _ request: String, _ version: ChatBody.Version = version, spoken: WireProtocol = .chat, maximum: Int64 = 100
    ) throws -> (body: String, ignored: [String]) {
        let document = try JSONDocument(request)
        let call = try spoken == .chat ? ChatRequest(document).call : AnthropicRequest(document).call
        let (body, _) = try ProviderBody.encode(
            version, call, maxOutputTokens: maximum, dialect: .named("anthropic"), allowances: Allowances())
        _ = try canonicalJSON(JSONDocument(body.bytes).root)
        return (String(decoding: body.bytes, as: UTF8.self), body.ignored)
    }

    private static let head =
        #"{"model":"claude-sonnet-4-5","max_tokens":100,"system":[{"type":"text","text":"Be \"brief\"."}],"#

    struct Row: Sendable {
        let name: String
        let request: String
        let rest: String
        var ignored: [String] = []
    }

    static let rows = [
        Row(
            name: "text",
            request:
                #"{"messages":[{"role":"developer","content":"Now."},{"role":"user","content":"H\u00e9"}],"stream":true}"#,
            // Instructions stand together, before the messages.
            rest: #""messages":[{"role":"user","content":"H\u00e9"}],"stream":true}"#),
        Row(
            name: "settings",
            request:
                #"{"messages":[{"role":"user","content":"a"}],"temperature":0.50,"top_p":1,"stop":"END","seed":7,"frequency_penalty":1,"user":"u1","metadata":{"a":"b"},"logit_bias":{}}"#,
            rest:
                #""messages":[{"role":"user","content":"a"}],"temperature":0.50,"top_p":1,"stop_sequences":["END"],"metadata":{"user_id":"u1"}}"#,
            ignored: ["logit_bias", "frequency_penalty", "seed", "metadata"]),
        Row(
            name: "tools and their results",
            request: #"""
                {"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[
                {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"x\": 1}"}},
                {"id":"c2","type":"function","function":{"name":"g","arguments":""}}]},
                {"role":"tool","tool_call_id":"c1","content":"one"},{"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"two"}]},
                {"role":"user","content":"go on"}],
                "tools":[{"type":"function","function":{"name":"f","description":"F.","parameters":{"type":"object","x":1.0},"strict":true}},{"type":"function","function":{"name":"g"}}],
                "tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false}
                """#,
            rest: [
                #""messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"f","input":{"x": 1}},{"type":"tool_use","id":"c2","name":"g","input":{}}]},"#,
                #"{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"one"}]},{"type":"tool_result","tool_use_id":"c2","content":[{"type":"text","text":"two"}]}]},{"role":"user","content":"go on"}],"#,
                #""tools":[{"name":"f","description":"F.","input_schema":{"type":"object","x":1.0},"strict":true},{"name":"g","input_schema":{"type":"object","properties":{}}}],"#,
                #""tool_choice":{"type":"tool","name":"f","disable_parallel_tool_use":true}}"#,
            ].joined()),
        Row(
            name: "images and files",
            request: #"""
                {"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/jpeg;base64,AAAA","detail":"low"}},
                {"type":"image_url","image_url":{"url":"https://x.example/a.png"}},
                {"type":"file","file":{"file_data":"data:application/pdf;base64,BBBB","filename":"a.pdf"}}]}]}
                """#,
            rest: [
                #""messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"AAAA"}},"#,
                #"{"type":"image","source":{"type":"url","url":"https://x.example/a.png"}},"#,
                #"{"type":"document","title":"a.pdf","source":{"type":"base64","media_type":"application/pdf","data":"BBBB"}}]}]}"#,
            ].joined()
        ),
        Row(
            name: "an answer's schema",
            request:
                #"{"messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","z":1,"a":2},"strict":true}}}"#,
            rest:
                #""messages":[{"role":"user","content":"a"}],"output_config":{"format":{"type":"json_schema","schema":{"type":"object","z":1,"a":2}}}}"#
        ),
        Row(
            name: "JSON of any shape",
            request: #"{"messages":[{"role":"user","content":"a"}],"response_format":{"type":"json_object"}}"#,
            rest: #""messages":[{"role":"user","content":"a"}]}"#, ignored: ["response_format"]),
        // There is no room for the least that it could think.
        Row(
            name: "reasoning without room",
            request: #"{"messages":[{"role":"user","content":"a"}],"reasoning_effort":"high"}"#,
            rest: #""messages":[{"role":"user","content":"a"}]}"#, ignored: ["reasoning_effort"]),
        Row(
            name: "thoughts of another provider",
            request: #"""
                {"messages":[{"role":"assistant","reasoning_content":"hm","content":"a","reasoning_details":[{"type":"reasoning.text","signature":"tollgate.gemini.x"}]},
                {"role":"assistant","reasoning_content":"hm","content":"b","reasoning_details":[{"type":"reasoning.text","signature":"tollgate.anthropic.c2ln"},{"type":"reasoning.encrypted","data":"tollgate.anthropic.ZA=="}]}]}
                """#,
            rest: [
                #""messages":[{"role":"assistant","content":"a"},"#,
                #"{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"c2ln"},{"type":"redacted_thinking","data":"ZA=="},{"type":"text","text":"b"}]}]}"#,
            ].joined()
        ),
    ]

    @Test(arguments: rows) func writesChatRequests(_ row: Row) throws {
        let (body, ignored) = try Self.body(row.request)
        let expected =
            row.name == "text"
            ? Self.head.replacing(#"brief\"."}]"#, with: #"brief\"."},{"type":"text","text":"Now."}]"#) : Self.head
        #expect(body == expected + row.rest)
        #expect(ignored == row.ignored)
    }

    static let efforts: [(model: String, effort: String, maximum: Int64, expected: String)] = [
        ("claude-sonnet-4-5", "low", 5_000, #""thinking":{"type":"enabled","budget_tokens":1024}}"#),
        ("claude-3-7-sonnet-20250219", "high", 5_000, #""thinking":{"type":"enabled","budget_tokens":4999}}"#),
        ("claude-opus-4-7", "low", 100, #""thinking":{"type":"adaptive"},"output_config":{"effort":"low"}}"#),
        ("claude-sonnet-5", "max", 100, #""thinking":{"type":"adaptive"},"output_config":{"effort":"max"}}"#),
        ("claude-sonnet-5", "none", 100, #""thinking":{"type":"disabled"}}"#),
        ("something", "medium", 100, #""thinking":{"type":"adaptive"},"output_config":{"effort":"medium"}}"#),
    ]

    @Test(arguments: efforts)
    func asksForThoughts(_ row: (model: String, effort: String, maximum: Int64, expected: String)) throws {
        var version = Self.version
        version.model = row.model
        let (body, ignored) = try Self.body(
            #"{"messages":[{"role":"user","content":"a"}],"reasoning_effort":"\#(row.effort)"}"#, version,
            maximum: row.maximum)
        #expect(body.hasSuffix(#""content":"a"}],"# + row.expected))
        #expect(ignored.isEmpty)
    }

    /// One protocol on both sides: unknown fields, the order of keys and the spelling of numbers stay.
    @Test func splicesItsOwn() throws {
        var version = Self.version
        version.parameters = [
            Parameter(name: "temperature", json: Array("0.1".utf8)),
            Parameter(
                name: "tools",
                json: Array(#"[{"type":"function","function":{"name":"ours","parameters":{"type":"object"}}}]"#.utf8)),
        ]
        let (body, ignored) = try Self.body(
            #"""
            {"max_tokens":9, "system":[{"type":"text","text":"More.","cache_control":{"type":"ephemeral"}}],"model":"x",
            "messages":[{"content":[{"type":"text", "text":"a","x":1.50}],"role":"user"}, {"role":"assistant","content":[{"type":"new_kind","y":2}]}],
            "temperature":1,"top_k":5,"tools":[{"name":"theirs","input_schema":{}, "cache_control":null},{"type":"web_search_20250305","name":"web_search"}],
            "context_management":{"a" : 1e2}}
            """#, version, spoken: .anthropic)
        #expect(
            body
                == [
                    String(Self.head.dropLast(2)),
                    #",{"type":"text","text":"More.","cache_control":{"type":"ephemeral"}}],"#,
                    #""messages":[{"content":[{"type":"text", "text":"a","x":1.50}],"role":"user"},{"role":"assistant","content":[{"type":"new_kind","y":2}]}],"#,
                    #""tools":[{"name":"ours","input_schema":{"type":"object"}},{"name":"theirs","input_schema":{}, "cache_control":null},{"type":"web_search_20250305","name":"web_search"}],"#,
                    #""temperature":0.1,"top_k":5,"context_management":{"a" : 1e2}}"#,
                ].joined())
        #expect(ignored == ["temperature", "max_tokens"])
    }

    /// Its own system prompt as it came, where the version has none.
    @Test func passesAnUntouchedSystemPrompt() throws {
        let (body, _) = try Self.body(
            #"{"system":"S","messages":[{"role":"user","content":"a"}],"max_tokens":100}"#,
            ChatBody.Version(model: "m", messages: []), spoken: .anthropic)
        #expect(body == #"{"model":"m","max_tokens":100,"system":"S","messages":[{"role":"user","content":"a"}]}"#)
    }

    /// What another provider thought is taken out of what is otherwise passed as it came.
    @Test func takesOutThoughtsOfOthers() throws {
        let (body, _) = try Self.body(
            #"""
            {"max_tokens":100,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"tollgate.gemini.zzz"},{"type":"text","text":"a"}]},
            {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"own"}]}]}
            """#, ChatBody.Version(model: "m", messages: []), spoken: .anthropic)
        #expect(
            body
                == [
                    #"{"model":"m","max_tokens":100,"messages":[{"role":"assistant","content":[{"type":"text","text":"a"}]},"#,
                    #"{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"own"}]}]}"#,
                ].joined())
    }

    /// All else of such a message stays as it came.
    @Test func keepsWhatStandsBesideThoughtsOfOthers() throws {
        let text = #"{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}"#
        let foreign = #"{"type":"thinking","thinking":"t","signature":"tollgate.gemini.zzz"}"#
        let (body, _) = try Self.body(
            #"{"max_tokens":100,"messages":[{"role":"assistant","content":[\#(foreign)]},{"x":1,"role":"assistant","content":[\#(foreign),\#(text)]}]}"#,
            ChatBody.Version(model: "m", messages: []), spoken: .anthropic)
        #expect(
            body == #"{"model":"m","max_tokens":100,"messages":[{"x":1,"role":"assistant","content":[\#(text)]}]}"#)
    }

    @Test func aSetOfToolsHasNoName() throws {
        let set = #"{"type":"mcp_toolset","mcp_server_name":"s"}"#
        let (body, _) = try Self.body(
            #"{"max_tokens":100,"messages":[{"role":"user","content":"a"}],"tools":[\#(set)]}"#, spoken: .anthropic)
        #expect(body.hasSuffix(#","tools":[\#(set)]}"#))
    }

    @Test func aVersionOfInstructionsAloneIsWhatTheUserSays() throws {
        let (body, _) = try Self.body("{}")
        #expect(
            body
                == #"{"model":"claude-sonnet-4-5","max_tokens":100,"messages":[{"role":"user","content":"Be \"brief\"."}]}"#
        )
    }

    /// Whichever protocol its client speaks; what the client's own protocol alone knows stays behind, by name.
    @Test(arguments: [WireProtocol.chat, .anthropic]) func aVersionsHostedToolsGoThrough(_ spoken: WireProtocol) throws
    {
        var version = Self.version
        let hosted = #"{"type":"web_search_20250305","name":"web_search"}"#
        version.parameters = [Parameter(name: "tools", json: Array("[\(hosted),\(Self.custom)]".utf8))]
        let theirs = spoken == .chat ? #","tools":[{"type":"web_search"}]"# : ""
        let (body, ignored) = try Self.body(
            #"{"messages":[{"role":"user","content":"a"}]\#(theirs)}"#, version, spoken: spoken)
        #expect(body.hasSuffix(#","tools":[\#(hosted)]}"#))
        #expect(ignored == (spoken == .chat ? ["tools", "tools"] : ["tools"]))
    }

    private static let custom = #"{"type":"custom","custom":{"name":"c"}}"#

    @Test func aVersionsOwnFieldsGoThrough() throws {
        var version = Self.version
        version.parameters = [Parameter(name: "service_tier", json: Array(#""auto""#.utf8))]
        let (body, _) = try Self.body(#"{"messages":[{"role":"user","content":"a"}]}"#, version)
        #expect(body.hasSuffix(#","service_tier":"auto"}"#))
    }

    @Test(arguments: [
        (#"{"n":2}"#, "n"), (#"{"messages":[{"role":"user","content":"a"}],"logprobs":true}"#, "logprobs"),
        (
            #"{"messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AA","format":"wav"}}]}]}"#,
            "messages"
        ),
        (
            #"{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":"{"}}]}]}"#,
            "messages[0].tool_calls[0].arguments"
        ),
        (#"{"messages":[{"role":"user","content":[{"type":"hologram"}]}]}"#, "messages"),
        (#"{"messages":[{"role":"robot","content":"a"}]}"#, "messages[0].role"),
        (#"{"messages":[{"role":"user","content":"a"}],"temperature":"hot"}"#, "temperature"),
    ])
    func refusesWhatCannotBeSaid(_ row: (request: String, param: String)) {
        let fault = #expect(throws: RequestFault.self) { try Self.body(row.request) }
        #expect(fault?.param == row.param)
    }

    @Test func countsAttachments() throws {
        let call = try AnthropicRequest(
            JSONDocument(
                #"""
                {"max_tokens":1,"messages":[{"role":"user","content":[{"type":"image","source":{"type":"url","url":"u"}},
                {"type":"tool_result","tool_use_id":"x","content":[{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AAAA"}}]},
                {"type":"container_upload","file_id":"f"}]}]}
                """#)
        ).call
        let (_, measure) = try ProviderBody.encode(
            ChatBody.Version(model: "m", messages: []), call, maxOutputTokens: 1, dialect: .named("anthropic"),
            allowances: Allowances())
        #expect(measure.attachments.count == 3 && measure.attachments.inlineBytes == 4)
    }

    /// Of two types a provider may take the other one.
    @Test func countsWhatGivesItsTypeTwice() throws {
        let call = try AnthropicRequest(
            JSONDocument(
                #"{"max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":"x","type":"image","source":{"type":"url","url":"u"}}]}]}"#
            )
        ).call
        let (_, measure) = try ProviderBody.encode(
            ChatBody.Version(model: "m", messages: []), call, maxOutputTokens: 1, dialect: .named("anthropic"),
            allowances: Allowances())
        #expect(measure.attachments.count == 1)
    }
}
