import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct ResponsesBodyTests {
    static let version = ChatBody.Version(
        model: "gpt-x",
        messages: [
            RenderedMessage(role: .system, text: Array("Be \"brief\".".utf8)),
            RenderedMessage(role: .user, text: Array("é".utf8)),
        ],
        parameters: [Parameter(name: "temperature", json: Array("0.2".utf8))])

    static func encode(
        _ call: RunCall, _ said: Conversation, version: ChatBody.Version = version, provider: String = "openai"
    ) throws -> (body: String, ignored: [String]) {
        let outgoing = try Outgoing(
            model: version.model, version: ChatConversation.read(version), said: said, call: call,
            overridable: version.overridable, maxOutputTokens: 100, target: .responses, meaning: ResponsesBody.meaning)
        let body = try ResponsesBody.encode(outgoing, dialect: .named(provider))
        _ = try canonicalJSON(JSONDocument(body.bytes).root)
        return (String(decoding: body.bytes, as: UTF8.self), body.ignored)
    }

    private static func fromResponses(
        _ request: String, version: ChatBody.Version = version, provider: String = "openai"
    ) throws -> (body: String, ignored: [String]) {
        let call = try ResponsesRequestTests.call(request)
        return try encode(call, ResponsesConversation.read(call), version: version, provider: provider)
    }

    private static func fromChat(
        _ request: String, version: ChatBody.Version = version, provider: String = "openai"
    ) throws -> (body: String, ignored: [String]) {
        let call = try ChatRequest(JSONDocument(request)).call
        return try encode(call, ChatConversation.read(call), version: version, provider: provider)
    }

    static let versionItem = #"{"role":"user","content":"é"}"#

    @Test func splicesWhatSpeaksTheSame() throws {
        let (body, ignored) = try Self.fromResponses(
            #"""
            {"model":"x","instructions":"More.","input":[{"type":"message", "role":"user","content":[{"type":"input_text","text":"h"}],"new":1}],
             "temperature":1.0,"top_p":0.50,"text":{"verbosity":"low"},"tools":[{"type":"web_search", "x":[1]}],"include":["a"],
             "max_output_tokens":500,"stream":true,"stream_options":{"include_obfuscation":false},"store":true,"unknown":{"b": 2},"max_tokens":9}
            """#)
        #expect(
            body
                == #"{"model":"gpt-x","instructions":"Be \"brief\".\n\nMore.","input":[\#(Self.versionItem),"#
                + #"{"type":"message", "role":"user","content":[{"type":"input_text","text":"h"}],"new":1}],"#
                + #""tools":[{"type":"web_search", "x":[1]}],"top_p":0.50,"text":{"verbosity":"low"},"#
                + #""stream_options":{"include_obfuscation":false},"store":true,"unknown":{"b": 2},"temperature":0.2,"#
                + #""include":["a"],"max_output_tokens":100,"stream":true}"#)
        #expect(ignored == ["temperature", "max_output_tokens", "max_tokens"])
    }

    @Test func keepsNothingAtTheProviderUnasked() throws {
        let (body, ignored) = try Self.fromResponses(#"{"input":"h"}"#)
        #expect(
            body
                == #"{"model":"gpt-x","instructions":"Be \"brief\".","input":[\#(Self.versionItem),"#
                + #"{"role":"user","content":"h"}],"temperature":0.2,"store":false,"max_output_tokens":100}"#)
        #expect(ignored.isEmpty)
    }

    static let empty = ChatBody.Version(model: "gpt-x", messages: [])

    static let chats: [(request: String, body: String, ignored: [String])] = [
        (
            #"{"messages":[{"role":"developer","content":"D"},{"role":"user","content":"h"},{"role":"system","content":"S"}]}"#,
            #""instructions":"D","input":[{"role":"user","content":"h"},{"role":"system","content":"S"}]"#, []
        ),
        // Tools with parallel calls.
        (
            #"""
            {"messages":[{"role":"user","content":"q"},
              {"role":"assistant","content":"Well","tool_calls":[{"id":"call_a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"call_c","type":"custom","custom":{"name":"sh","input":"ls"}}]},
              {"role":"tool","tool_call_id":"call_a","content":"1"},{"role":"tool","tool_call_id":"call_c","content":[{"type":"text","text":"2"},{"type":"text","text":"3"}]}],
             "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}},{"type":"function","function":{"name":"g"}}],
             "tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":true}
            """#,
            #""input":[{"role":"user","content":"q"},{"role":"assistant","content":"Well"},"#
                + #"{"type":"function_call","call_id":"call_a","name":"f","arguments":"{\"x\":1}"},"#
                + #"{"type":"custom_tool_call","call_id":"call_c","name":"sh","input":"ls"},"#
                + #"{"type":"function_call_output","call_id":"call_a","output":"1"},"#
                + #"{"type":"custom_tool_call_output","call_id":"call_c","output":[{"type":"input_text","text":"2"},{"type":"input_text","text":"3"}]}],"#
                + #""tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true},"#
                + #"{"type":"function","name":"g","parameters":null,"strict":false}],"#
                + #""tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":true"#, []
        ),
        // Images, files, sound.
        (
            #"""
            {"messages":[{"role":"user","content":[{"type":"text","text":"See"},{"type":"image_url","image_url":{"url":"https://a/b.png","detail":"low"}},
              {"type":"image_url","image_url":{"url":"data:image/jpg;base64,/9j/"}},{"type":"file","file":{"file_data":"data:application/pdf;base64,JV","filename":"a.pdf"}},
              {"type":"file","file":{"file_data":"JV"}},{"type":"file","file":{"file_id":"file_1"}},{"type":"input_audio","input_audio":{"data":"UklG","format":"mp3"}}]}]}
            """#,
            #""input":[{"role":"user","content":[{"type":"input_text","text":"See"},"#
                + #"{"type":"input_image","image_url":"https://a/b.png","detail":"low"},"#
                + #"{"type":"input_image","image_url":"data:image/jpeg;base64,/9j/","detail":"auto"},"#
                + #"{"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,JV"},"#
                + #"{"type":"input_file","filename":"document.pdf","file_data":"data:application/pdf;base64,JV"},"#
                + #"{"type":"input_file","file_id":"file_1"},"#
                + #"{"type":"input_audio","input_audio":{"data":"UklG","format":"mp3"}}]}]"#, []
        ),
        // Structured output, reasoning, what has no counterpart.
        (
            #"""
            {"messages":[{"role":"user","content":"q"}],"response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"type":"object"}}},
             "reasoning_effort":"low","seed":7,"stop":["x"],"frequency_penalty":1,"user":"u","metadata":{"a":"b"},"verbosity":"low","logit_bias":{}}
            """#,
            #""input":[{"role":"user","content":"q"}],"metadata":{"a":"b"},"user":"u","reasoning":{"effort":"low"},"#
                + #""include":["reasoning.encrypted_content"],"#
                + #""text":{"format":{"type":"json_schema","name":"n","schema":{"type":"object"},"strict":true}}"#,
            ["verbosity", "logit_bias", "frequency_penalty", "seed", "stop"]
        ),
        (
            #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","refusal":"No"}],"response_format":{"type":"json_object"},"tool_choice":"required"}"#,
            #""input":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"refusal","refusal":"No"}]}],"#
                + #""tool_choice":"required","text":{"format":{"type":"json_object"}}"#, []
        ),
    ]

    @Test(arguments: chats)
    func translatesChatCompletions(_ row: (request: String, body: String, ignored: [String])) throws {
        let (body, ignored) = try Self.fromChat(row.request, version: Self.empty)
        #expect(body == #"{"model":"gpt-x",\#(row.body),"store":false,"max_output_tokens":100}"#)
        #expect(ignored == row.ignored)
    }

    /// A version's own fields, written as chat completions have them.
    @Test func writesAVersionsFields() throws {
        var version = Self.empty
        version.parameters = [
            Parameter(name: "verbosity", json: Array(#""high""#.utf8)),
            Parameter(name: "reasoning_effort", json: Array(#""none""#.utf8)),
            Parameter(name: "service_tier", json: Array(#""flex""#.utf8)),
            Parameter(name: "max_tokens", json: Array("5".utf8)), Parameter(name: "stop", json: Array(#""x""#.utf8)),
        ]
        let (body, ignored) = try Self.fromChat(#"{"messages":[{"role":"user","content":"q"}]}"#, version: version)
        #expect(
            body
                == #"{"model":"gpt-x","input":[{"role":"user","content":"q"}],"service_tier":"flex","#
                + #""reasoning":{"effort":"none"},"text":{"verbosity":"high"},"store":false,"max_output_tokens":100}"#)
        #expect(ignored == ["stop"])
    }

    /// OpenAI takes no request without input.
    @Test func instructionsAloneAreWhatTheUserSays() throws {
        var version = Self.empty
        version.messages = ["S", "go"].map { RenderedMessage(role: .system, text: Array($0.utf8)) }
        let (body, _) = try Self.fromChat(#"{"messages":[]}"#, version: version)
        #expect(body.contains(#""instructions":"S","input":[{"role":"user","content":"go"}]"#))
    }

    /// What names reasoning that nobody kept would not be found.
    @Test(arguments: [
        (#""include":["x"],"reasoning":{"effort":"low"}"#, ["x", "reasoning.encrypted_content"], false),
        (#""include":["reasoning.encrypted_content"],"reasoning":{}"#, ["reasoning.encrypted_content"], false),
        (#""reasoning":{"effort":"none"},"store":false"#, [], false), (#""store":true"#, [], true),
    ])
    func reasoningThatIsNotKeptComesEncrypted(_ row: (fields: String, include: [String], isKept: Bool)) throws {
        let bare = #"{"type":"reasoning","id":"rs_1","summary":[]}"#
        let whole = #"{"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"gA"}"#
        let (body, ignored) = try Self.fromResponses(
            #"{"input":[\#(bare),\#(whole)],\#(row.fields)}"#, version: Self.empty)
        let root = try JSONDocument(Array(body.utf8)).root
        let input = root.member("input")?.elements().map { String(decoding: $0.raw, as: UTF8.self) }
        #expect(input == (row.isKept ? [bare, whole] : [whole]))
        #expect((root.member("include")?.elements() ?? []).map(\.string) == row.include)
        #expect(ignored.isEmpty)
    }

    /// Models that do not reason refuse the word, which another protocol's client need not know.
    @Test(arguments: [
        (WireProtocol.anthropic, "thinking", true), (.gemini, "generationConfig.thinkingConfig", true),
        (.chat, "reasoning_effort", false),
    ])
    func thinkingForbiddenElsewhereIsLeftOut(_ row: (spoken: WireProtocol, name: String, isLeftOut: Bool)) throws {
        var said = Conversation()
        said.turns = [Turn(.user, [.text(JSONText("q"))])]
        said.settings.reasoning = ReasoningWish(level: ReasoningWish.Level.none)
        said.spelling[.reasoning] = row.name
        var call = RunCall()
        call.spoken = row.spoken
        let (body, ignored) = try Self.encode(call, said, version: Self.empty)
        #expect(body.contains("reasoning") != row.isLeftOut)
        #expect(ignored == (row.isLeftOut ? [row.name] : []))
    }

    @Test func knowsNoDevelopersWhereThereAreNone() throws {
        let (body, _) = try Self.fromResponses(
            #"{"input":[{"role":"user","content":"a"},{"role" : "developer","content":"b"}]}"#, version: Self.empty,
            provider: "xai")
        #expect(body.contains(#"{"role":"user","content":"a"},{"role" : "system","content":"b"}"#))
    }

    /// What a provider wants back goes to it and to no other.
    @Test func thoughtsGoBackWhereTheyCameFrom() throws {
        let (own, _) = try Self.fromResponses(
            #"""
            {"input":[{"type":"reasoning","id":"rs_1", "summary":[],"encrypted_content":"gA"},
              {"type":"reasoning","id":"rs_run_1_0","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"tollgate.responses.rs_2.gB"},
              {"type":"reasoning","id":"rs_run_1_1","summary":[],"encrypted_content":"tollgate.anthropic.s"}]}
            """#, version: Self.empty)
        #expect(
            own.contains(
                #""input":[{"type":"reasoning","id":"rs_1", "summary":[],"encrypted_content":"gA"},"#
                    + #"{"type":"reasoning","id":"rs_2","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gB"}],"#
            ))
        let (chat, _) = try Self.fromChat(
            #"""
            {"messages":[{"role":"assistant","content":"a","reasoning_content":"hm","reasoning_details":[{"type":"reasoning.text","signature":"tollgate.responses.rs_2.gB"}]},
              {"role":"assistant","content":"b","reasoning_content":"hm","reasoning_details":[{"type":"reasoning.encrypted","data":"tollgate.anthropic.s"},{"data":"theirs"}]}]}
            """#, version: Self.empty)
        #expect(
            chat.contains(
                #""input":[{"type":"reasoning","id":"rs_2","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"gB"},"#
                    + #"{"role":"assistant","content":"a"},{"role":"assistant","content":"b"}],"#))
    }

    /// Calls without an id get one; results find them by it or by their name, the first that has none.
    @Test func pairsResultsWithCalls() throws {
        var said = Conversation()
        let f = JSONText("f")
        let object = Array("{}".utf8)[...]
        said.turns = [
            Turn(
                .assistant,
                [.call(.init(id: nil, name: f, arguments: object)), .call(.init(id: nil, name: f, arguments: object))]),
            Turn(
                .user,
                [
                    .result(.init(id: nil, name: f, content: [.text(JSONText("1"))])),
                    .result(.init(id: nil, name: f, content: [.text(JSONText("2"))])),
                ]),
        ]
        var call = RunCall()
        call.spoken = .gemini
        let (body, _) = try Self.encode(call, said, version: Self.empty)
        #expect(
            body.contains(
                #"{"type":"function_call","call_id":"call_0","name":"f","arguments":"{}"},"#
                    + #"{"type":"function_call","call_id":"call_1","name":"f","arguments":"{}"},"#
                    + #"{"type":"function_call_output","call_id":"call_0","output":"1"},"#
                    + #"{"type":"function_call_output","call_id":"call_1","output":"2"}"#))
    }

    @Test func refusesLogProbabilitiesOfOthers() throws {
        let fault = #expect(throws: RequestFault.self) {
            try Self.fromChat(#"{"messages":[{"role":"user","content":"q"}],"logprobs":true}"#)
        }
        #expect(fault?.param == "logprobs")
        let (body, _) = try Self.fromResponses(#"{"input":"q","top_logprobs":3}"#)
        #expect(body.contains(#""top_logprobs":3"#))
    }

    /// Custom ones of chat completions are nested there.
    @Test func writesAVersionsToolsOfOtherKinds() throws {
        var version = Self.empty
        let tools = #"""
            [{"type":"custom","custom":{"name":"sh","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"x"}}}},{"type":"web_search"},{"type":"bash_20250124","name":"bash"}]
            """#
        version.parameters = [
            Parameter(name: "tools", json: Array(tools.utf8)),
            Parameter(name: "tool_choice", json: Array(#"{"type":"custom","custom":{"name":"sh"},"name":"sh"}"#.utf8)),
        ]
        var call = RunCall()
        call.spoken = .anthropic
        let (body, ignored) = try Self.encode(call, Conversation(), version: version)
        let web = #"{"type":"web_search"}"#
        let custom = #"{"type":"custom","name":"sh","format":{"type":"grammar","syntax":"lark","definition":"x"}}"#
        #expect(body.contains(web) && !body.contains("bash") && ignored == ["tools"])
        call.spoken = .chat
        let (chat, _) = try Self.encode(call, Conversation(), version: version)
        #expect(chat.contains(#""tools":[\#(custom),\#(web),"#))
        #expect(chat.contains(#""tool_choice":{"type":"custom","name":"sh"}"#))
    }
}
