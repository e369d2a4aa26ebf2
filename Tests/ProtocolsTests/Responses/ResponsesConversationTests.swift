import JSON
import Testing

@testable import Protocols

@Suite struct ResponsesConversationTests {
    static func read(_ body: String) throws -> Conversation {
        try ResponsesConversation.read(ResponsesRequestTests.call(body))
    }

    static let inputs: [(input: String, turns: [String])] = [
        (#""Hé""#, ["user: Hé"]),
        (
            #"""
            [{"role":"system","content":"S"},{"role":"developer","content":[{"type":"input_text","text":"D"}]},
             {"type":"message","role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_text","text":"b"}]},
             {"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[{"type":"output_text","text":"c","annotations":[]},{"type":"refusal","refusal":"d"}]}]
            """#,
            ["system: S", "developer: D", "user: a | b", "assistant: c | refused d"]
        ),
        // Parallel calls and their results; ids of items are not theirs.
        (
            #"""
            [{"role":"user","content":"q"},
             {"type":"function_call","id":"fc_1","call_id":"call_a","name":"f","arguments":"{\"x\":1}"},
             {"type":"function_call","call_id":"call_b","name":"g","arguments":""},
             {"type":"custom_tool_call","call_id":"call_c","name":"sh","input":"ls \"-l\""},
             {"type":"function_call_output","call_id":"call_a","output":"1"},
             {"type":"function_call_output","call_id":"call_b","output":[{"type":"input_text","text":"2"},{"type":"input_image","image_url":"data:image/png;base64,AA=="}]},
             {"type":"custom_tool_call_output","call_id":"call_c","output":"3"}]
            """#,
            [
                "user: q", #"assistant: call call_a f {"x":1} | call call_b g {} | custom call_c sh "ls \"-l\"""#,
                "user: result call_a (1) | result call_b (2 | image base64 AA== image/png) | result call_c (3)",
            ]
        ),
        (
            #"""
            [{"role":"user","content":[{"type":"input_image","image_url":"https://a/b.png","detail":"low"},
              {"type":"input_image","image_url":"data:image/jpeg;base64,/9j/","detail":"auto"},{"type":"input_image","file_id":"file_1"},
              {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,JV"},{"type":"input_file","file_url":"https://a/b.pdf"},
              {"type":"input_file","file_id":"file_2"},{"type":"input_audio","input_audio":{"data":"UklG","format":"mp3"}}]}]
            """#,
            [
                "user: image url https://a/b.png low | image base64 /9j/ image/jpeg auto | image id file_1 | "
                    + "file base64 JV application/pdf a.pdf | file url https://a/b.pdf | file id file_2 | "
                    + "audio base64 UklG audio/mpeg"
            ]
        ),
        // Thoughts in words and hidden, those of another provider, and what one wants back with a call.
        (
            #"""
            [{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"I"},{"type":"summary_text","text":"II"}],"encrypted_content":"gA"},
             {"type":"reasoning","id":"rs_2","summary":[],"encrypted_content":"gB"},
             {"type":"reasoning","id":"rs_run_1_0","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"tollgate.anthropic.s"},
             {"type":"reasoning","id":"rs_run_1_1","summary":[{"type":"summary_text","text":""}],"encrypted_content":"tollgate.anthropic.t"},
             {"type":"reasoning","id":"rs_3","summary":[]},
             {"type":"reasoning","id":"sig_run_1_2","summary":[],"encrypted_content":"tollgate.gemini.g"},
             {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
             {"type":"reasoning","id":"sig_run_1_3","summary":[],"encrypted_content":"tollgate.gemini.h"},
             {"role":"user","content":"next"}]
            """#,
            [
                "assistant: thought I\n\nII <rs_1.gA> | hidden <rs_2.gB> | thought hm <tollgate.anthropic.s> | "
                    + "thought  <tollgate.anthropic.t> | call c f {} <tollgate.gemini.g> | thought  <tollgate.gemini.h>",
                "user: next",
            ]
        ),
    ]

    @Test(arguments: inputs)
    func readsItems(_ row: (input: String, turns: [String])) throws {
        let conversation = try Self.read(#"{"input":\#(row.input)}"#)
        #expect(ConversationText.lines(conversation) == row.turns)
        #expect(conversation.foreign.isEmpty)
    }

    @Test func instructionsComeFirst() throws {
        let conversation = try Self.read(#"{"input":"q","instructions":"Be brief."}"#)
        #expect(ConversationText.lines(conversation) == ["system: Be brief.", "user: q"])
    }

    @Test func readsSettings() throws {
        let conversation = try Self.read(
            #"""
            {"input":"q","temperature":0.50,"top_p":1,"tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":false,
             "text":{"format":{"type":"json_schema","name":"n","strict":true,"schema":{"type":"object"}},"verbosity":"low"},
             "reasoning":{"effort":"high","summary":"auto"},"safety_identifier":"u","metadata":{"a":"b"},"store":false,
             "include":["reasoning.encrypted_content"],"truncation":"auto","stream_options":{},
             "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":false},{"type":"web_search"},{"type":"custom","name":"sh"}]}
            """#)
        let settings = conversation.settings
        #expect(
            settings.temperature?.elementsEqual("0.50".utf8) == true && settings.topP?.elementsEqual("1".utf8) == true)
        #expect(settings.toolChoice == .named(JSONText("f")) && settings.parallelToolCalls == false)
        #expect(settings.reasoning == ReasoningWish(level: .high, shows: true))
        #expect(settings.user == JSONText("u") && settings.metadata?.elementsEqual(#"{"a":"b"}"#.utf8) == true)
        guard case .schema(let schema)? = settings.answerFormat else { throw RequestFault("no schema") }
        #expect(schema.name == JSONText("n") && schema.isStrict == true)
        #expect(schema.schema.elementsEqual(#"{"type":"object"}"#.utf8))
        #expect(conversation.tools.map(\.name.string) == ["f", "", "sh"])
        #expect(conversation.tools.map { $0.native == nil } == [true, false, false])
        #expect(conversation.foreign.map(\.name) == ["text.verbosity", "truncation"])
        #expect(settings.logprobs == nil)
        #expect(conversation.spelled(.answerFormat) == "text" && conversation.spelled(.reasoning) == "reasoning")
        #expect(conversation.spelled(.user) == "safety_identifier")
    }

    @Test(arguments: [
        (#""top_logprobs":5"#, true), (#""top_logprobs":0"#, false),
        (#""include":["message.output_text.logprobs"]"#, true),
    ])
    func knowsWhenLogProbabilitiesAreAsked(_ row: (String, Bool)) throws {
        #expect(try Self.read(#"{"input":"q",\#(row.0)}"#).settings.logprobs == row.1)
    }

    /// What only OpenAI knows is set aside by its name.
    @Test func setsAsideWhatIsOpenAIsOwn() throws {
        let conversation = try Self.read(
            #"""
            {"input":[{"role":"user","content":"q"},{"type":"web_search_call","id":"ws_1"}],"store":true,
             "tool_choice":{"type":"allowed_tools","mode":"auto","tools":[]},"include":["web_search_call.results"]}
            """#)
        #expect(conversation.foreign.map(\.name) == ["input[1]", "store", "tool_choice", "include"])
        #expect(conversation.settings.toolChoice == nil)
    }

    /// What is newer than this goes to providers that speak Responses, and is refused by others.
    @Test func keepsWhatItDoesNotKnow() throws {
        let conversation = try Self.read(
            #"""
            {"input":[{"role":"user","content":[{"type":"input_text","text":"a"},{"type":"input_smell","x":1}]},{"type":"dream","id":"d"}],
             "reasoning":{"effort":"ultra"},"text":{"format":{"type":"haiku"}},"tool_choice":"any"}
            """#)
        #expect(
            ConversationText.lines(conversation) == [
                #"user: a | native {"type":"input_smell","x":1}"#, #"assistant: native {"type":"dream","id":"d"}"#,
            ])
        #expect(conversation.foreign.map(\.name) == ["reasoning", "text.format", "tool_choice"])
        #expect(conversation.settings.names.isEmpty)
        #expect(throws: RequestFault.self) { try ChatConversation.call(RunCall(), conversation, .compatible) }
    }

    /// What is counted by one of two types may be the other to OpenAI.
    @Test func partsOfTwoKindsAreOfNone() throws {
        let parts = [
            #"{"type":"input_text","text":"x","type":"input_image","image_url":"https://a"}"#,
            #"{"type":"input_image","image_url":"https://a","detail":"low","detail":"high"}"#,
        ]
        let conversation = try Self.read(#"{"input":[{"role":"user","content":[\#(parts.joined(separator: ","))]}]}"#)
        #expect(ConversationText.lines(conversation) == ["user: native \(parts[0]) | native \(parts[1])"])
    }

    static let faults: [(String, String)] = [
        (#""input":[{"role":"x","content":"a"}]"#, "input[0].role"),
        (#""input":[{"role":"user"}]"#, "input[0].content"),
        (#""input":[{"role":"user","content":1}]"#, "input[0].content"),
        (#""input":[{"type":"function_call","name":"f","arguments":"{}"}]"#, "input[0].call_id"),
        (#""input":[{"type":"function_call","call_id":"c","arguments":"{}"}]"#, "input[0].name"),
        (#""input":[{"type":"function_call","call_id":"c","name":"f","arguments":"[1]"}]"#, "input[0].arguments"),
        (#""input":[{"type":"custom_tool_call","call_id":"c","name":"f"}]"#, "input[0].input"),
        (#""input":[{"type":"function_call_output","output":"1"}]"#, "input[0].call_id"),
        (#""input":[{"type":"function_call_output","call_id":"c"}]"#, "input[0].output"),
        (#""input":[{"type":"function_call_output","call_id":"c","output":1}]"#, "input[0].output"),
        (#""tools":[{"type":"function"}]"#, "tools[0].name"), (#""tool_choice":1"#, "tool_choice"),
        (#""tool_choice":{}"#, "tool_choice"), (#""tool_choice":{"type":"function"}"#, "tool_choice.name"),
        (#""reasoning":{"effort":1}"#, "reasoning.effort"), (#""reasoning":1"#, "reasoning"),
        (#""text":{"format":{"type":1}}"#, "text.format.type"), (#""text":1"#, "text"),
        (#""text":{"format":{"type":"json_schema"}}"#, "text.format.schema"), (#""temperature":"x""#, "temperature"),
    ]

    @Test(arguments: faults) func namesThePlace(_ row: (fields: String, param: String)) throws {
        let fault = #expect(throws: RequestFault.self) { try Self.read("{\(row.fields)}") }
        #expect(fault?.param == row.param)
    }
}
