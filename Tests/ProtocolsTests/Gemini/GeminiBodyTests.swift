import Domain
import JSON
import Testing

@testable import Protocols

/// From the middle to Gemini's requests.
@Suite struct GeminiBodyTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var version = ChatBody.Version(model: "gemini-2.5-flash", messages: [])
        /// A chat completion, or with contents a `generateContent`.
        let request: String
        var provider = "gemini"
        let body: String
        var ignored: [String] = []
    }

    static func version(
        _ model: String = "gemini-2.5-flash", _ parameters: [(String, String)] = [], overridable: Set<String> = [],
        messages: [RenderedMessage] = []
    ) -> ChatBody.Version {
        ChatBody.Version(
            model: model, messages: messages,
            parameters: parameters.map { Parameter(name: $0.0, json: Array($0.1.utf8)) }, overridable: overridable)
    }

    static let prompt = [
        RenderedMessage(role: .developer, text: Array("Be \"brief\".".utf8)),
        RenderedMessage(role: .user, text: Array("é".utf8)),
    ]

    static func outgoing(_ row: Row, maximum: Int64 = 100) throws -> Outgoing {
        let document = try JSONDocument(row.request)
        let call: RunCall
        let said: Conversation
        if document.root.member("contents") != nil {
            call = try GeminiRequest(document, model: "m", stream: false).call
            said = try GeminiConversation.read(call)
        } else {
            call = try ChatRequest(document).call
            said = try ChatConversation.read(call)
        }
        return try Outgoing(
            model: row.version.model, version: ChatConversation.read(row.version), said: said, call: call,
            overridable: row.version.overridable, maxOutputTokens: maximum, target: .gemini,
            meaning: GeminiBody.meaning)
    }

    static let rows = [
        Row(
            testDescription: "text, images, settings",
            version: version(
                "gemini-2.5-flash", [("temperature", "0.2"), ("top_p", "0.9")], overridable: ["top_p"], messages: prompt
            ),
            request: #"""
                {"messages":[{"role":"system","content":"S"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:image/jpg;base64,AAAA","detail":"low"}},{"type":"image_url","image_url":{"url":"https://youtu.be/x"}},{"type":"input_audio","input_audio":{"data":"BBBB","format":"mp3"}},{"type":"file","file":{"file_data":"CCCC"}}]},{"role":"assistant","content":"b","refusal":null}],
                "temperature":1,"top_p":0.50,"seed":7,"stop":"x","frequency_penalty":0.5,"presence_penalty":1.5,"max_tokens":500,"user":"u","metadata":{"k":"v"},"parallel_tool_calls":false,"reasoning_effort":"medium","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type": "object"},"strict":true}},"store":true}
                """#,
            body: #"{"systemInstruction":{"parts":[{"text":"Be \"brief\"."},{"text":"S"}]},"contents":["#
                + #"{"parts":[{"text":"é"}],"role":"user"},{"parts":[{"text":"a"},"#
                + #"{"inlineData":{"mimeType":"image/jpeg","data":"AAAA"}},{"fileData":{"fileUri":"https://youtu.be/x"}},"#
                + #"{"inlineData":{"mimeType":"audio/mpeg","data":"BBBB"}},{"inlineData":{"mimeType":"application/pdf","data":"CCCC"}}],"role":"user"},"#
                + #"{"parts":[{"text":"b"}],"role":"model"}],"generationConfig":{"temperature":0.2,"topP":0.50,"#
                + #""frequencyPenalty":0.5,"presencePenalty":1.5,"seed":7,"stopSequences":["x"],"#
                + #""responseMimeType":"application/json","responseJsonSchema":{"type": "object"},"#
                + #""thinkingConfig":{"thinkingBudget":4096},"maxOutputTokens":100}}"#,
            ignored: ["temperature", "store", "max_tokens", "metadata", "user", "parallel_tool_calls"]),
        Row(
            testDescription: "parallel calls and their results, for the third generation",
            version: version("gemini-3-pro-preview"),
            request: #"""
                {"messages":[{"role":"user","content":"go"},
                {"role":"assistant","content":"ok","tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\": 1}"}},{"id":"b","type":"function","function":{"name":"g","arguments":""}}]},
                {"role":"tool","tool_call_id":"b","content":"{\"y\": 2}"},{"role":"tool","tool_call_id":"a","content":"[1]"},{"role":"user","content":"and?"}],
                "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}},{"type":"function","function":{"name":"g"}},{"type":"custom","custom":{"name":"c"}}],
                "tool_choice":{"type":"function","function":{"name":"f"}},"reasoning_effort":"none"}
                """#,
            body: #"{"contents":[{"parts":[{"text":"go"}],"role":"user"},{"parts":[{"text":"ok"},"#
                + #"{"functionCall":{"id":"a","name":"f","args":{"x": 1}},"thoughtSignature":"skip_thought_signature_validator"},"#
                + #"{"functionCall":{"id":"b","name":"g","args":{}}}],"role":"model"},"#
                + #"{"parts":[{"functionResponse":{"id":"b","name":"g","response":{"y": 2}}},"#
                + #"{"functionResponse":{"id":"a","name":"f","response":{"output":"[1]"}}}],"role":"user"},"#
                + #"{"parts":[{"text":"and?"}],"role":"user"}],"#
                + #""tools":[{"functionDeclarations":[{"name":"f","description":"d","parametersJsonSchema":{"type":"object"}},{"name":"g"}]}],"#
                + #""toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]}},"#
                + #""generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW"},"maxOutputTokens":100}}"#,
            ignored: ["tools"]),
        Row(
            testDescription: "signatures of Gemini's own come back from a client of another protocol, others do not",
            version: version("gemini-3-flash"),
            request: #"""
                {"messages":[{"role":"assistant","content":null,"reasoning_content":"hm","reasoning_details":[{"type":"reasoning.text","signature":"tollgate.gemini.c2ln","index":0}],"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}}]},
                {"role":"tool","tool_call_id":"a","content":"x"},
                {"role":"assistant","content":"b","reasoning_details":[{"type":"reasoning.text","signature":"tollgate.gemini.dHdv","index":0}]},
                {"role":"assistant","content":"c","reasoning_details":[{"type":"reasoning.text","signature":"tollgate.anthropic.dHdv","index":0}]},
                {"role":"assistant","content":null,"reasoning_content":"only thoughts"}]}
                """#,
            body:
                #"{"contents":[{"parts":[{"functionCall":{"id":"a","name":"f","args":{}},"thoughtSignature":"c2ln"}],"role":"model"},"#
                + #"{"parts":[{"functionResponse":{"id":"a","name":"f","response":{"output":"x"}}}],"role":"user"},"#
                + #"{"parts":[{"text":"b","thoughtSignature":"dHdv"}],"role":"model"},{"parts":[{"text":"c"}],"role":"model"}],"#
                + #""generationConfig":{"maxOutputTokens":100}}"#),
        Row(
            testDescription: "a version's own fields; what the gateway decides they do not",
            version: version(
                "gemini-2.0-flash",
                [
                    ("safetySettings", #"[{"category":"C"}]"#), ("reasoning_effort", #""low""#),
                    (
                        "generationConfig",
                        #"{"mediaResolution":"M","maxOutputTokens":9999,"candidate_count":8,"temperature":1}"#
                    ),
                    ("tool_config", #"{"retrievalConfig":{}}"#), ("temperature", "0.5"),
                    ("metadata", #"{"team":"a-1"}"#),
                    ("contents", "[]"),
                ]),
            request: #"{"messages":[{"role":"user","content":"a"}]}"#, provider: "vertex",
            body: #"{"contents":[{"parts":[{"text":"a"}],"role":"user"}],"toolConfig":{"retrievalConfig":{}},"#
                + #""generationConfig":{"temperature":0.5,"maxOutputTokens":100,"mediaResolution":"M"},"#
                + #""labels":{"team":"a-1"},"safetySettings":[{"category":"C"}]}"#,
            ignored: ["reasoning_effort"]),
        Row(
            testDescription: "one protocol on both sides: the client's own words, but for what is locked",
            version: version(
                "gemini-3-pro",
                [
                    ("temperature", "0.2"), ("top_p", "0.9"),
                    ("tools", #"[{"type":"function","function":{"name":"v"}}]"#),
                ],
                overridable: ["top_p"], messages: prompt),
            request: #"""
                {"contents":[ {"parts": [{"text":"h\u00e9", "new":1}] , "role":"user"},{"role":"model","parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2ln"}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]}],
                "system_instruction":{"parts":[{"text":"S"}]},"model":"x","newField":{"a": 1},
                "tools":[{"functionDeclarations":[{"name":"f", "parameters":{"type":"OBJECT"}}],"googleSearch":{}}],
                "toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}},
                "generation_config":{"temperature":1.00,"top_p":0.50,"maxOutputTokens":500,"responseLogprobs":true,"newSetting":[1, 2]}}
                """#,
            body: #"{"systemInstruction":{"parts":[{"text":"Be \"brief\"."},{"text":"S"}]},"contents":["#
                + #"{"parts":[{"text":"é"}],"role":"user"},{"parts": [{"text":"h\u00e9", "new":1}] , "role":"user"},"#
                + #"{"role":"model","parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"c2ln"}]},"#
                + #"{"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]}],"#
                + #""tools":[{"functionDeclarations":[{"name":"v"},{"name":"f", "parameters":{"type":"OBJECT"}}]},{"googleSearch":{}}],"#
                + #""toolConfig":{"functionCallingConfig":{"mode":"VALIDATED"}},"#
                + #""generationConfig":{"temperature":0.2,"maxOutputTokens":100,"top_p":0.50,"responseLogprobs":true,"newSetting":[1, 2]},"#
                + #""newField":{"a": 1}}"#,
            ignored: ["generation_config.temperature", "generation_config.maxOutputTokens"]),
    ]

    /// Google takes no request without contents.
    @Test func instructionsAloneAreWhatTheUserSays() throws {
        let version = Self.version(messages: [
            RenderedMessage(role: .system, text: Array("S".utf8)),
            RenderedMessage(role: .system, text: Array("go".utf8)),
        ])
        let outgoing = try Self.outgoing(Row(testDescription: "", version: version, request: "{}", body: ""))
        let body = try GeminiBody.encode(outgoing, dialect: .named("gemini")).bytes
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"systemInstruction":{"parts":[{"text":"S"}]},"contents":[{"parts":[{"text":"go"}],"role":"user"}],"#
                + #""generationConfig":{"maxOutputTokens":100}}"#)
    }

    /// Google takes no content without parts.
    @Test(arguments: [#""""#, "[]", #"[{"type":"text","text":""}]"#])
    func leavesOutWhatSaysNothing(_ content: String) throws {
        let request = #"{"messages":[{"role":"user","content":"a"},{"role":"user","content":\#(content)}]}"#
        let outgoing = try Self.outgoing(Row(testDescription: "", request: request, body: ""))
        let body = try GeminiBody.encode(outgoing, dialect: .named("gemini")).bytes
        #expect(
            String(decoding: body, as: UTF8.self)
                .contains(#""contents":[{"parts":[{"text":"a"}],"role":"user"}],"generationConfig""#))
    }

    @Test(arguments: rows)
    func encodes(_ row: Row) throws {
        let body = try GeminiBody.encode(Self.outgoing(row), dialect: .named(row.provider))
        #expect(String(decoding: body.bytes, as: UTF8.self) == row.body)
        #expect(body.ignored == row.ignored)
        // No name twice.
        _ = try canonicalJSON(JSONDocument(body.bytes).root)
    }

    private static func contents(_ model: String, _ contents: String, provider: String = "gemini") throws -> String {
        let row = Row(
            testDescription: "", version: version(model), request: #"{"contents":[\#(contents)]}"#, provider: provider,
            body: "")
        let body = try GeminiBody.encode(outgoing(row), dialect: .named(provider)).bytes
        let written = try #require(try JSONDocument(body).root.member("contents"))
        return String(decoding: written.raw.dropFirst().dropLast(), as: UTF8.self)
    }

    private static let sealed = GeminiSeal.seal(JSONText("sig"), of: .anthropic).string
    private static let result = #"{"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]}"#

    /// A client that spoke with another provider before, in Gemini's words.
    static let foreign: [(model: String, contents: String, written: String)] = [
        (
            "gemini-2.5-pro",
            #"{"role":"model","parts":[{"text":"hm","thought":true},{"text":"","thought":true,"thoughtSignature":"\#(sealed)"},{"text":"yes"}]}"#,
            #"{"role":"model","parts":[{"text":"hm","thought":true},{"text":"yes"}]}"#
        ),
        (
            "gemini-2.5-pro", #"{"role":"model","parts":[{"text":"","thought":true,"thoughtSignature":"\#(sealed)"}]}"#,
            ""
        ),
        (
            "gemini-2.5-pro",
            #"{"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"\#(sealed)"}]},\#(result)"#,
            #"{"role":"model","parts":[{"functionCall":{"name":"f"}}]},\#(result)"#
        ),
        (
            "gemini-3-pro",
            #"{"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"\#(sealed)"},{"functionCall":{"name":"g"}}]},\#(result)"#,
            #"{"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"skip_thought_signature_validator"},"#
                + #"{"functionCall":{"name":"g"}}]},\#(result)"#
        ),
        (
            "gemini-3-pro", #"{"role":"model","parts":[{"functionCall":{"name":"f"}}]},\#(result)"#,
            #"{"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"skip_thought_signature_validator"}]},\#(result)"#
        ),
        (
            "gemini-3-pro",
            #"{"role":"model","parts":[{"text":"","thought":true,"thoughtSignature":"\#(sealed)"}]},{"role":"model","parts":[{"functionCall":{"name":"f"}}]},\#(result)"#,
            #"{"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"skip_thought_signature_validator"}]},\#(result)"#
        ),
        // The second of two calls in parallel, which came in an event of its own, is not signed by Gemini either.
        (
            "gemini-3-pro",
            #"{"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"c2ln"}]},{"role":"model","parts":[{"functionCall":{"name":"f"}}]}"#,
            #"{"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"c2ln"}]},{"role":"model","parts":[{"functionCall":{"name":"f"}}]}"#
        ),
    ]

    @Test(arguments: foreign)
    func takesOutWhatIsAnotherProviders(_ row: (model: String, contents: String, written: String)) throws {
        #expect(try Self.contents(row.model, row.contents) == row.written)
    }

    static let refused: [(request: String, param: String)] = [
        (
            #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}]}"#,
            "messages"
        ),
        (#"{"messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}]}"#, "messages"),
        (#"{"messages":[{"role":"tool","tool_call_id":"a","content":"x"}]}"#, "messages"),
        (#"{"messages":[],"logprobs":true}"#, "logprobs"),
        (
            #"{"messages":[{"role":"system","content":[{"type":"image_url","image_url":{"url":"data:,x"}}]},{"role":"user","content":"a"}]}"#,
            "messages"
        ),
    ]

    @Test(arguments: refused)
    func refuses(_ row: (request: String, param: String)) throws {
        let outgoing = try Self.outgoing(Row(testDescription: "", request: row.request, body: ""))
        let fault = #expect(throws: RequestFault.self) { try GeminiBody.encode(outgoing, dialect: .named("gemini")) }
        #expect(fault?.param == row.param)
    }

    /// What a tool shows is in its response from the third generation on, and beside it before.
    @Test(arguments: [
        (
            "gemini-3-flash",
            #"[{"parts":[{"functionResponse":{"id":"a","name":"f","response":{"error":"seen"},"parts":[{"inlineData":{"mimeType":"image/png","data":"AA=="}}]}}],"role":"user"}]"#
        ),
        (
            "gemini-2.5-flash",
            #"[{"parts":[{"functionResponse":{"id":"a","name":"f","response":{"error":"seen"}}}],"role":"user"},{"parts":[{"inlineData":{"mimeType":"image/png","data":"AA=="}}],"role":"user"}]"#
        ),
    ])
    func writesWhatToolsShow(_ row: (model: String, contents: String)) throws {
        var outgoing = try Self.outgoing(
            Row(testDescription: "", version: Self.version(row.model), request: "{}", body: ""))
        let image = Media(.image, .base64(JSONText("AA==")))
        let result = Turn.CallResult(
            id: JSONText("a"), name: JSONText("f"), content: [.text(JSONText("seen")), .media(image)], isError: true)
        outgoing.conversation.turns = [Turn(.user, [.result(result)])]
        let body = try GeminiBody.encode(outgoing, dialect: .named("gemini")).bytes
        let contents = try JSONDocument(body).root.member("contents")
        #expect(contents.map { String(decoding: $0.raw, as: UTF8.self) } == row.contents)
    }

    static let thinking: [(model: String, wish: ReasoningWish, config: String?)] = [
        ("gemini-2.5-pro", ReasoningWish(level: ReasoningWish.Level.none), #"{"thinkingBudget":128}"#),
        ("gemini-2.5-flash", ReasoningWish(level: ReasoningWish.Level.none), #"{"thinkingBudget":0}"#),
        ("gemini-2.5-flash", ReasoningWish(level: .max), #"{"thinkingBudget":24576}"#),
        ("gemini-2.5-flash-lite", ReasoningWish(budget: 100), #"{"thinkingBudget":512}"#),
        (
            "models/gemini-2.5-pro", ReasoningWish(budget: 9_000, shows: true),
            #"{"thinkingBudget":9000,"includeThoughts":true}"#
        ),
        ("gemini-2.5-pro", ReasoningWish(shows: false), #"{"includeThoughts":false}"#),
        ("gemini-3-flash-preview", ReasoningWish(level: ReasoningWish.Level.none), #"{"thinkingLevel":"MINIMAL"}"#),
        ("gemini-3.1-pro", ReasoningWish(level: .minimal), #"{"thinkingLevel":"LOW"}"#),
        ("gemini-flash-latest", ReasoningWish(budget: 5_000), #"{"thinkingLevel":"MEDIUM"}"#),
        (
            "gemini-4-pro", ReasoningWish(level: .xhigh, shows: true),
            #"{"thinkingLevel":"HIGH","includeThoughts":true}"#
        ),
        ("some-endpoint", ReasoningWish(level: .low), #"{"thinkingBudget":1024}"#),
        ("gemini-2.0-flash", ReasoningWish(level: .low), nil),
    ]

    @Test(arguments: thinking)
    func thinksAsItsModelCan(_ row: (model: String, wish: ReasoningWish, config: String?)) throws {
        var outgoing = try Self.outgoing(
            Row(testDescription: "", version: Self.version(row.model), request: "{}", body: ""))
        outgoing.conversation.settings.reasoning = row.wish
        let body = try GeminiBody.encode(outgoing, dialect: .named("gemini"))
        let config = try JSONDocument(body.bytes).root.member("generationConfig")?.member("thinkingConfig")
        #expect(config.map { String(decoding: $0.raw, as: UTF8.self) } == row.config)
        #expect(body.ignored == (row.config == nil ? ["reasoning_effort"] : []))
    }

    @Test(arguments: [
        ("gemini-3-pro", false, "/models/gemini-3-pro:generateContent"),
        ("models/gemini-3-pro", true, "/models/gemini-3-pro:streamGenerateContent?alt=sse"),
        ("tunedModels/x", false, "/tunedModels/x:generateContent"),
        ("publishers/google/models/x", false, "/publishers/google/models/x:generateContent"),
        ("../files/a?b#c:d é", false, "/files/a%3Fb%23c%3Ad%20%C3%A9:generateContent"),
        ("..", false, "/models/:generateContent"),
    ])
    func asksByItsPath(_ row: (model: String, stream: Bool, path: String)) {
        #expect(GeminiBody.path(model: row.model, stream: row.stream) == row.path)
    }
}
