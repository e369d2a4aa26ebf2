import Domain
import JSON
import Testing

@testable import Protocols

/// From Gemini to the middle, and on into chat completions, where all of it can be seen.
@Suite struct GeminiConversationTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let request: String
        /// Messages and parameters of the chat completion.
        let messages: String
        var parameters: [String] = []
        var ignored: [String] = []
    }

    static let rows = [
        Row(
            testDescription: "text, both spellings, empty texts",
            request: #"""
                {"system_instruction":{"parts":[{"text":"Be brief."}]},"contents":[{"parts":[{"text":"hé"}]},
                {"role":"model","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"},{"text":""}]},
                {"role":"model","parts":[{"text":"","thoughtSignature":"c2ln"}]},{"role":"user","parts":[{"text":"1"},{"text":"2"}]}]}
                """#,
            messages: #"[{"role":"system","content":"Be brief."},{"role":"user","content":"hé"},"#
                + #"{"role":"assistant","content":"ab"},"#
                + #"{"role":"user","content":[{"type":"text","text":"1"},{"type":"text","text":"2"}]}]"#),
        Row(
            testDescription: "calls and results pair by name, in their order",
            request: #"""
                {"contents":[{"role":"user","parts":[{"text":"go"}]},
                {"role":"model","parts":[{"functionCall":{"name":"f","args":{"x":1}},"thoughtSignature":"c2ln"},{"function_call":{"name":"g"}},{"functionCall":{"name":"f","id":"own","args":{"x":2}}}]},
                {"role":"user","parts":[{"functionResponse":{"name":"g","response":{"error":"no"}}},{"function_response":{"name":"f","response":{"output":"one"}}}]},
                {"role":"function","parts":[{"functionResponse":{"name":"f","id":"own","response":{"a":[1],"b":2}}}]},
                {"role":"user","parts":[{"text":"and?"}]}]}
                """#,
            messages: #"[{"role":"user","content":"go"},{"role":"assistant","content":null,"tool_calls":["#
                + #"{"id":"tollgate_call_1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},"#
                + #"{"id":"tollgate_call_2","type":"function","function":{"name":"g","arguments":"{}"}},"#
                + #"{"id":"own","type":"function","function":{"name":"f","arguments":"{\"x\":2}"}}]},"#
                + #"{"role":"tool","tool_call_id":"tollgate_call_2","content":"no"},"#
                + #"{"role":"tool","tool_call_id":"tollgate_call_1","content":"one"},"#
                + #"{"role":"tool","tool_call_id":"own","content":"{\"a\":[1],\"b\":2}"},{"role":"user","content":"and?"}]"#
        ),
        Row(
            testDescription: "calls of one name are answered in their order; an answer to nothing keeps its name",
            request: #"""
                {"contents":[{"role":"model","parts":[{"functionCall":{"name":"f"}},{"functionCall":{"name":"f"}}]},
                {"parts":[{"functionResponse":{"name":"f","response":{"result":1}}},{"functionResponse":{"name":"f","response":{"result":"2"}}},{"functionResponse":{"name":"f","response":{"result":"3"}}}]}]}
                """#,
            messages: #"[{"role":"assistant","content":null,"tool_calls":["#
                + #"{"id":"tollgate_call_1","type":"function","function":{"name":"f","arguments":"{}"}},"#
                + #"{"id":"tollgate_call_2","type":"function","function":{"name":"f","arguments":"{}"}}]},"#
                + #"{"role":"tool","tool_call_id":"tollgate_call_1","content":"1"},"#
                + #"{"role":"tool","tool_call_id":"tollgate_call_2","content":"2"},"#
                + #"{"role":"tool","tool_call_id":"f","content":"3"}]"#),
        Row(
            testDescription: "media; Google's Python SDK writes base64 for URLs",
            request: #"""
                {"contents":[{"parts":[{"text":"What?"},{"inlineData":{"mimeType":"image/png","data":"-_8="}},
                {"inline_data":{"mime_type":"audio/mp3","data":"AAAA"}},{"inlineData":{"mimeType":"application/pdf","data":"AAAA","displayName":"a.pdf"}},
                {"fileData":{"mimeType":"image/jpeg","fileUri":"https://x/y.jpg"}}]}]}
                """#,
            messages: #"[{"role":"user","content":[{"type":"text","text":"What?"},"#
                + #"{"type":"image_url","image_url":{"url":"data:image/png;base64,+/8="}},"#
                + #"{"type":"input_audio","input_audio":{"data":"AAAA","format":"mp3"}},"#
                + #"{"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,AAAA"}},"#
                + #"{"type":"image_url","image_url":{"url":"https://x/y.jpg"}}]}]"#),
        Row(
            testDescription: "tools and settings",
            request: #"""
                {"contents":[{"parts":[{"text":"a"}]}],
                "tools":[{"functionDeclarations":[{"name":"f","description":"d","parameters":{"type":"OBJECT","properties":{"propertyOrdering":{"type":"STRING","nullable":true,"enum":["a"]},"n":{"type":"ARRAY","items":{"type":"INTEGER"},"minItems":"1"}},"required":["n"],"propertyOrdering":["n"]}},{"name":"g","parametersJsonSchema":{"type":"object"}}]},{"googleSearch":{}}],
                "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["f"]},"retrievalConfig":{}},
                "safetySettings":[{}],"labels":{"k":"v"},
                "generationConfig":{"temperature":0.20,"top_p":1,"topK":40,"frequencyPenalty":0.5,"presencePenalty":0.25,"seed":7,"stopSequences":["x","y"],"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","any_of":[]},"thinkingConfig":{"thinkingBudget":5000,"includeThoughts":true},"mediaResolution":"M"}}
                """#,
            messages: #"[{"role":"user","content":"a"}]"#,
            parameters: [
                #"tools=[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{"propertyOrdering":{"type":["string","null"],"enum":["a",null]},"n":{"type":"array","items":{"type":"integer"},"minItems":1}},"required":["n"]}}},{"type":"function","function":{"name":"g","parameters":{"type":"object"}}}]"#,
                "temperature=0.20", "top_p=1", "frequency_penalty=0.5", "presence_penalty=0.25", "seed=7",
                #"metadata={"k":"v"}"#, #"stop=["x","y"]"#, #"reasoning_effort="medium""#,
                #"tool_choice={"type":"function","function":{"name":"f"}}"#,
                #"response_format={"type":"json_schema","json_schema":{"name":"output","schema":{"type":"object","anyOf":[]}}}"#,
            ],
            ignored: [
                "toolConfig.retrievalConfig", "safetySettings", "generationConfig.mediaResolution",
                "generationConfig.topK", "tools",
            ]),
        Row(
            testDescription: "choices and formats",
            request: #"""
                {"contents":[{"parts":[{"text":"a"}]}],"tool_config":{"function_calling_config":{"mode":"any","allowed_function_names":["f","g"]}},
                "generation_config":{"response_mime_type":"application/json","thinking_config":{"thinking_level":"LOW"}}}
                """#,
            messages: #"[{"role":"user","content":"a"}]"#,
            parameters: [
                #"reasoning_effort="low""#, #"tool_choice="required""#, #"response_format={"type":"json_object"}"#,
            ], ignored: ["tool_config.function_calling_config.allowedFunctionNames"]),
    ]

    /// As google-genai 3.6 sends them: spellings mixed, whole numbers as fractions, schemas in Google's words.
    static let ofSDK = #"""
        {"contents": [{"parts": [{"inlineData": {"data": "__777w==", "mime_type": "image/png"}}, {"text": "What?"}], "role": "user"}], "systemInstruction": {"parts": [{"text": "Be"}], "role": "user"}, "tools": [{"googleSearch": {}}, {"functionDeclarations": [{"description": "Weather.", "name": "get_weather", "parameters_json_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}, "response_json_schema": {"additionalProperties": true, "type": "object"}}]}], "toolConfig": {"functionCallingConfig": {"allowedFunctionNames": ["get_weather"], "mode": "ANY"}}, "generationConfig": {"temperature": 0.5, "topK": 3.0, "maxOutputTokens": 9, "stopSequences": ["x"], "thinkingConfig": {"include_thoughts": true, "thinking_level": "LOW"}, "responseMimeType": "application/json", "responseSchema": {"properties": {"a": {"title": "A", "type": "INTEGER"}, "b": {"nullable": true, "title": "B", "type": "STRING"}}, "property_ordering": ["a", "b"], "required": ["a"], "title": "Out", "type": "OBJECT"}}}
        """#

    @Test func readsWhatGooglesSDKSends() throws {
        let call = try GeminiRequest(JSONDocument(Self.ofSDK), model: "m", stream: false).call
        let said = try GeminiConversation.read(call)
        #expect(call.maxOutputTokens == 9)
        #expect(said.turns.map(\.role) == [.system, .user])
        guard case .media(let image)? = said.turns.last?.parts.first, case .base64(let data) = image.source else {
            Issue.record("There is no image.")
            return
        }
        #expect(image.kind == .image && image.type == "image/png" && data == JSONText("//777w=="))
        #expect(said.tools.map(\.name) == [JSONText(""), JSONText("get_weather")])
        #expect(said.settings.topK.map { Array($0) } == Array("3".utf8))
        #expect(said.settings.toolChoice == .named(JSONText("get_weather")))
        #expect(said.settings.reasoning == ReasoningWish(level: .low, shows: true))
        guard case .schema(let format)? = said.settings.answerFormat else {
            Issue.record("There is no schema.")
            return
        }
        #expect(
            String(decoding: format.schema, as: UTF8.self)
                == #"{"properties":{"a":{"title":"A","type":"integer"},"b":{"title":"B","type":["string","null"]}},"#
                + #""required":["a"],"title":"Out","type":"object"}"#)
        #expect(said.foreign.isEmpty)
    }

    @Test(arguments: rows)
    func isSaidInChatCompletions(_ row: Row) throws {
        let call = try GeminiRequest(JSONDocument(row.request), model: "m", stream: false).call
        let (chat, ignored) = try ChatConversation.call(call, GeminiConversation.read(call), .named("openai"))
        let messages = chat.messages.map { String(decoding: $0.raw, as: UTF8.self) }
        #expect("[" + messages.joined(separator: ",") + "]" == row.messages)
        #expect(chat.parameters.map { $0.name + "=" + String(decoding: $0.value.raw, as: UTF8.self) } == row.parameters)
        #expect(ignored == row.ignored)
    }

    /// An SDK keeps each event of a stream as a content of its own; what another provider wants back with its thoughts
    /// comes as a part of thoughts.
    @Test func joinsThoughtsAndOpensWhatIsSealed() throws {
        let signature = GeminiSeal.seal(JSONText("sig"), of: .anthropic).string
        let hidden = GeminiSeal.seal(JSONText("enc"), of: .anthropic, isHidden: true).string
        let request = #"""
            {"contents":[{"role":"model","parts":[{"text":"I ","thought":true}]},{"role":"model","parts":[{"text":"think","thought":true}]},
            {"role":"model","parts":[{"text":"","thought":true,"thoughtSignature":"\#(signature)"}]},
            {"role":"model","parts":[{"text":"","thought":true,"thought_signature":"\#(hidden)"}]},
            {"role":"model","parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"b3du"}]}]}
            """#
        let call = try GeminiRequest(JSONDocument(request), model: "m", stream: false).call
        let turns = try GeminiConversation.read(call).turns
        #expect(turns.count == 1 && turns.first?.role == .assistant)
        let parts = try #require(turns.first).parts
        guard parts.count == 3, case .reasoning(let text, let sealed?) = parts[0],
            case .hiddenReasoning(let data) = parts[1],
            case .call(let made) = parts[2]
        else {
            Issue.record("The parts are others.")
            return
        }
        #expect(text == JSONText("I think"))
        #expect(ReasoningSeal.open(sealed, spokenIn: .gemini, for: .anthropic) == JSONText("sig"))
        #expect(ReasoningSeal.open(sealed, spokenIn: .gemini, for: .responses) == nil)
        #expect(ReasoningSeal.open(data, spokenIn: .gemini, for: .anthropic) == JSONText("enc"))
        #expect(made.signature == JSONText("b3du"))
    }

    /// What Anthropic said to a client of Gemini goes back to Anthropic as it was.
    @Test func thoughtsGoBackToWhoseTheyAre() throws {
        let opening = AnswerOpening(id: "run_1", model: "m", created: 7, origin: .anthropic)
        var answer = AssembledAnswer()
        for piece: AnswerPiece.Content in [
            .reasoning(JSONText("I ")), .reasoning(JSONText("think")), .signature(JSONText("si")),
            .signature(JSONText("g=")),
            .hiddenReasoning(JSONText("enc")), .toolCall(0, CallHead(id: JSONText("toolu_1"), name: JSONText("f"))),
            .arguments(0, JSONText(#"{"x":1}"#)),
        ] { answer.add(piece) }
        let ending = AnswerEnding(opening, AnswerTally(), finishReason: .toolCalls, usage: Usage(), cost: "0")
        let said = try JSONDocument(GeminiAnswerWriter.whole(answer, ending)).root.member("candidates")?.elements()
            .first
        let content = String(decoding: try #require(said?.member("content")).raw, as: UTF8.self)
        let request = #"""
            {"contents":[{"parts":[{"text":"go"}]},\#(content),{"parts":[{"functionResponse":{"name":"f","response":{"result":"1"}}}]}]}
            """#
        let call = try GeminiRequest(JSONDocument(request), model: "m", stream: false).call
        let outgoing = try Outgoing(
            model: "m", version: Conversation(), said: GeminiConversation.read(call), call: call, overridable: [],
            maxOutputTokens: 1, target: .anthropic, meaning: AnthropicBody.meaning)
        let messages = try JSONDocument(AnthropicBody.encode(outgoing).bytes).root.member("messages")?.elements() ?? []
        let blocks = messages.compactMap { $0.member("content") }.map { String(decoding: $0.raw, as: UTF8.self) }
        #expect(
            blocks.dropFirst().first
                == #"[{"type":"thinking","thinking":"I think","signature":"sig="},{"type":"redacted_thinking","data":"enc"},"#
                + #"{"type":"tool_use","id":"toolu_1","name":"f","input":{"x":1}}]"#)
        #expect(blocks.last?.contains(#""tool_use_id":"toolu_1""#) == true)
    }

    /// What only Google knows goes to Google as it came, and to nobody else.
    @Test func keepsPartsOfGooglesOwn() throws {
        let request = #"""
            {"systemInstruction":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]},
            "contents":[{"parts":[{"text":"a"}]},{"role":"model","parts":[{"executableCode":{"code":"1"}},{"text":"b"}]},
            {"parts":[{"functionResponse":{"name":"f","response":{}}}]}],"generationConfig":{"responseMimeType":"text/x.enum",
            "thinkingConfig":{"thinkingLevel":"NEW"}},"toolConfig":{"functionCallingConfig":{"mode":"NEW"}}}
            """#
        let call = try GeminiRequest(JSONDocument(request), model: "m", stream: false).call
        let said = try GeminiConversation.read(call)
        let fault = #expect(throws: RequestFault.self) { try ChatConversation.call(call, said, .named("openai")) }
        #expect(fault == .nativePart)
        #expect(
            said.foreign.map(\.name) == ["generationConfig.responseMimeType", "toolConfig.functionCallingConfig"])
        let outgoing = try Outgoing(
            model: "gemini-2.5-pro", version: Conversation(), said: said, call: call, overridable: [],
            maxOutputTokens: 1, target: .gemini, meaning: GeminiBody.meaning)
        let body = try GeminiBody.encode(outgoing, dialect: .named("gemini"))
        let root = try JSONDocument(body.bytes).root
        #expect(root.member("contents")?.elements().map(\.raw) == call.messages.map(\.raw))
        #expect(root.member("systemInstruction")?.member("parts")?.raw == call.system?.member("parts")?.raw)
    }

    /// What is counted by one of two may be the other to Google.
    @Test func partsOfTwoKindsAreOfNone() throws {
        let parts = [
            #"{"text":"x","inlineData":{"mimeType":"video/mp4","data":"AAAA"}}"#, #"{"text":"x","text":"y"}"#,
            #"{"inlineData":{"mimeType":"image/png","mime_type":"video/mp4","data":"AAAA"}}"#,
        ]
        let request = #"""
            {"contents":[{"parts":[\#(parts.joined(separator: ",")),{"text":"z","thought_signature":"c2ln"}]}]}
            """#
        let call = try GeminiRequest(JSONDocument(request), model: "m", stream: false).call
        #expect(
            ConversationText.lines(try GeminiConversation.read(call)) == [
                "user: " + parts.map { "native \($0)" }.joined(separator: " | ") + " | z"
            ])
    }

    @Test func logprobsAreAskedFor() throws {
        let request = #"{"generationConfig":{"responseLogprobs":true,"logprobs":2}}"#
        let call = try GeminiRequest(JSONDocument(request), model: "m", stream: false).call
        let said = try GeminiConversation.read(call)
        #expect(said.settings.logprobs == true && said.spelled(.logprobs) == "generationConfig.responseLogprobs")
        #expect(said.foreign.map(\.name) == ["generationConfig.logprobs"])
    }
}
