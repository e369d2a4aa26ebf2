import Domain
import JSON
import Testing

@testable import Protocols

/// What Anthropic refuses together, and what is then left out and named.
@Suite struct AnthropicExclusionTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var model = "claude-sonnet-4-5"
        var parameters: [(String, String)] = []
        var spoken = WireProtocol.chat
        var header: String?
        let request: String
        /// What of the body follows the messages.
        let rest: String
        var ignored: [String] = []
    }

    static let user = #""messages":[{"role":"user","content":"a"}]"#
    static let tool = #"{"type":"function","function":{"name":"f"}}"#
    static let ownTool = #"{"name":"f","input_schema":{}}"#
    static let schema = #"{"type":"object","properties":{}}"#

    static let rows = [
        Row(
            testDescription: "a later version of the protocol takes no sampling settings",
            parameters: [("temperature", "0.2")], spoken: .anthropic, header: "2026-10-21",
            request: #"{"max_tokens":5000,\#(user)}"#, rest: "", ignored: ["temperature"]),
        Row(
            testDescription: "the first version takes them", parameters: [("temperature", "0.2")], spoken: .anthropic,
            header: "2023-06-01", request: #"{"max_tokens":5000,\#(user)}"#, rest: #","temperature":0.2"#),
        Row(
            testDescription: "a later model takes none", model: "claude-opus-4-7",
            request: #"{\#(user),"temperature":1,"top_p":0.5}"#, rest: "", ignored: ["temperature", "top_p"]),
        Row(
            testDescription: "a temperature goes to 1", request: #"{\#(user),"temperature":1.5}"#,
            rest: #","temperature":1"#, ignored: ["temperature"]),
        Row(
            testDescription: "calls one by one, which the version wants",
            parameters: [("parallel_tool_calls", "false")],
            spoken: .anthropic,
            request:
                #"{"max_tokens":5000,\#(user),"tools":[\#(ownTool)],"tool_choice":{"type":"any","disable_parallel_tool_use":false}}"#,
            rest: #","tools":[\#(ownTool)],"tool_choice":{"type":"any","disable_parallel_tool_use":true}"#),
        Row(
            testDescription: "thinking beside a tool that must be called",
            request: #"{\#(user),"tools":[\#(tool)],"tool_choice":"required","reasoning_effort":"low"}"#,
            rest: #","tools":[{"name":"f","input_schema":\#(schema)}],"tool_choice":{"type":"any"}"#,
            ignored: ["reasoning_effort"]),
        Row(
            testDescription: "thinking beside a tool that the client says must be called",
            parameters: [("reasoning_effort", #""low""#)], spoken: .anthropic,
            request: #"{"max_tokens":5000,\#(user),"tools":[\#(ownTool)],"tool_choice":{"type":"tool","name":"f"}}"#,
            rest: #","tools":[\#(ownTool)],"tool_choice":{"type":"tool","name":"f"}"#, ignored: ["reasoning_effort"]),
        Row(
            testDescription: "the client's thinking beside a tool that the version says must be called",
            parameters: [("tools", "[\(tool)]"), ("tool_choice", #""required""#)], spoken: .anthropic,
            request: #"{"max_tokens":5000,\#(user),"thinking":{"type":"enabled","budget_tokens":1024}}"#,
            rest: #","tools":[{"name":"f","input_schema":\#(schema)}],"tool_choice":{"type":"any"}"#,
            ignored: ["thinking"]),
        Row(
            testDescription: "thinking beside sampling",
            request: #"{\#(user),"temperature":0.5,"top_p":0.9,"top_k":5,"reasoning_effort":"low"}"#,
            rest: #","thinking":{"type":"enabled","budget_tokens":1024}"#, ignored: ["temperature", "top_p", "top_k"]),
        Row(
            testDescription: "the client's thinking beside the version's sampling",
            parameters: [("temperature", "0.5")],
            spoken: .anthropic,
            request: #"{"max_tokens":5000,\#(user),"thinking":{"type":"enabled","budget_tokens":2000}}"#,
            rest: #","thinking":{"type":"enabled","budget_tokens":2000}"#, ignored: ["temperature"]),
        Row(
            testDescription: "the client's budget above the maximum that holds", spoken: .anthropic,
            request: #"{"max_tokens":9000,\#(user),"thinking":{"type":"enabled","budget_tokens":8000}}"#,
            rest: #","thinking":{"type":"enabled","budget_tokens":4999}"#, ignored: ["max_tokens", "thinking"]),
        Row(
            testDescription: "a budget of nothing", parameters: [("reasoning", #"{"max_tokens":0}"#)],
            request: "{\(user)}", rest: ""),
        Row(
            testDescription: "an empty wish", model: "claude-opus-4-7", parameters: [("reasoning", "{}")],
            request: "{\(user)}", rest: ""),
        Row(
            testDescription: "the version's own words stand",
            parameters: [
                ("thinking", #"{"type":"disabled"}"#), ("stop_sequences", #"["V"]"#),
                ("output_config", #"{"effort":"low","x":1}"#),
            ],
            request:
                #"{\#(user),"reasoning_effort":"low","stop":"C","response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}}"#,
            rest:
                #","thinking":{"type":"disabled"},"output_config":{"effort":"low","x":1,"format":{"type":"json_schema","schema":{"type":"object"}}},"stop_sequences":["V"]"#,
            ignored: ["stop", "reasoning_effort"]),
        Row(
            testDescription: "blank words to stop at", request: #"{\#(user),"stop":["\n","END"]}"#,
            rest: #","stop_sequences":["END"]"#, ignored: ["stop"]),
    ]

    static func encode(_ row: Row) throws -> ProviderBody {
        let version = ChatBody.Version(
            model: row.model, messages: [],
            parameters: row.parameters.map { Parameter(name: $0.0, json: Array($0.1.utf8)) })
        let document = try JSONDocument(row.request)
        var call = try row.spoken == .chat ? ChatRequest(document).call : AnthropicRequest(document).call
        if let header = row.header { call.protocolHeaders = [(AnthropicRequest.versionHeader, header)] }
        return try ProviderBody.encode(
            version, call, maxOutputTokens: 5_000, dialect: .named("anthropic"), allowances: Allowances()
        ).body
    }

    @Test(arguments: rows) func leavesOutWhatExcludesItself(_ row: Row) throws {
        let body = try Self.encode(row)
        _ = try canonicalJSON(JSONDocument(body.bytes).root)
        #expect(
            String(decoding: body.bytes, as: UTF8.self)
                == #"{"model":"\#(row.model)","max_tokens":5000,"# + Self.user + row.rest + "}")
        #expect(body.ignored == row.ignored)
    }

    /// A model that thinks within a budget goes on from calls only where it sees the thought that led to them.
    @Test(arguments: [
        (WireProtocol.chat, "", false),
        (.chat, #""reasoning_details":[{"type":"reasoning.text","signature":"tollgate.gemini.x"}],"#, false),
        (.chat, #""reasoning_details":[{"type":"reasoning.text","signature":"tollgate.anthropic.x"}],"#, true),
        (.anthropic, "", false),
        (.anthropic, #"{"type":"thinking","thinking":"t","signature":"tollgate.gemini.x"},"#, false),
        (.anthropic, #"{"type":"thinking","thinking":"t","signature":"s"},"#, true),
    ])
    func thinksInAToolLoopOnlyWithItsThoughts(_ spoken: WireProtocol, _ thought: String, _ thinks: Bool) throws {
        let messages =
            spoken == .chat
            ? #"{"role":"assistant",\#(thought)"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":"1"}"#
            : #"{"role":"assistant","content":[\#(thought){"type":"tool_use","id":"c","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"c"}]}"#
        let body = try Self.encode(
            Row(
                testDescription: "", parameters: [("reasoning_effort", #""low""#)], spoken: spoken,
                request: #"{"messages":[\#(messages)],"max_tokens":5000}"#, rest: ""))
        #expect(String(decoding: body.bytes, as: UTF8.self).contains(#""type":"enabled""#) == thinks)
        #expect(body.ignored == (thinks ? [] : ["reasoning_effort"]))
    }

    @Test func leavesOutWhatIsBlank() throws {
        let body = try Self.encode(
            Row(
                testDescription: "",
                request:
                    #"{"messages":[{"role":"user","content":" \n"},{"role":"user","content":[{"type":"text","text":""},{"type":"text","text":"a"}]}]}"#,
                rest: ""))
        #expect(String(decoding: body.bytes, as: UTF8.self).contains(Self.user + "}"))
    }
}
