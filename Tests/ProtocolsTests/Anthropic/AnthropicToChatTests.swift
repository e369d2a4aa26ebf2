import Domain
import JSON
import Testing

@testable import Protocols

/// What a client of Anthropic's asks, for a provider of chat completions.
@Suite struct AnthropicToChatTests {
    private static func body(
        _ request: String, provider: String = "openai"
    ) throws -> (body: String, ignored: [String]) {
        let call = try AnthropicRequest(JSONDocument(request)).call
        let version = ChatBody.Version(model: "m", messages: [RenderedMessage(role: .system, text: Array("V".utf8))])
        let (body, _) = try ProviderBody.encode(
            version, call, maxOutputTokens: 50, dialect: .named(provider), allowances: Allowances())
        return (String(decoding: body.bytes, as: UTF8.self), body.ignored)
    }

    @Test func writesMessagesToolsAndSettings() throws {
        let (body, ignored) = try Self.body(
            #"""
            {"model":"claude","max_tokens":50,"system":[{"type":"text","text":"S"}],"messages":[
            {"role":"user","content":[{"type":"text","text":"a"},{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}]},
            {"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"},{"type":"text","text":"b"},{"type":"tool_use","id":"t1","name":"f","input":{"x":1}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"r"},{"type":"text","text":"go on"}]}],
            "tools":[{"name":"f","description":"F","input_schema":{"type":"object"}}],"tool_choice":{"type":"any","disable_parallel_tool_use":true},
            "stop_sequences":["END"],"temperature":0.5,"top_k":4,"thinking":{"type":"enabled","budget_tokens":4096},"metadata":{"user_id":"u"},"container":"c","stream":true}
            """#)
        #expect(
            body
                == [
                    #"{"model":"m","messages":[{"role":"system","content":"V"},{"role":"system","content":"S"},"#,
                    #"{"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]},"#,
                    #"{"role":"assistant","content":"b","tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}}]},"#,
                    #"{"role":"tool","tool_call_id":"t1","content":"r"},{"role":"user","content":[{"type":"text","text":"go on"}]}],"#
                        .replacing(#"[{"type":"text","text":"go on"}]"#, with: #""go on""#),
                    #""tools":[{"type":"function","function":{"name":"f","description":"F","parameters":{"type":"object"}}}],"#,
                    #""temperature":0.5,"stop":["END"],"parallel_tool_calls":false,"user":"u","reasoning_effort":"medium","tool_choice":"required","#,
                    #""max_completion_tokens":50,"stream":true,"stream_options":{"include_usage":true}}"#,
                ].joined())
        #expect(ignored == ["container", "top_k"])
    }

    @Test func deepSeekGetsItsThoughtsBack() throws {
        let request =
            #"{"max_tokens":50,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":""},{"type":"text","text":"b"}]}]}"#
        #expect(try Self.body(request, provider: "deepseek").body.contains(#""content":"b","reasoning_content":"hm""#))
        #expect(try !Self.body(request).body.contains("hm"))
    }

    @Test(arguments: [
        (#"{"messages":[{"role":"user"}]}"#, "messages[0].content"),
        (#"{"messages":[{"role":"user","content":5}]}"#, "messages[0].content"),
        (
            #"{"messages":[{"role":"user","content":[{"type":"tool_use","id":"t","name":"f","input":"x"}]}]}"#,
            "messages[0].content[0]"
        ),
        (#"{"messages":[{"role":"user","content":[{"type":"search_result"}]}]}"#, "messages"),
        (#"{"messages":[],"max_tokens":0}"#, "max_tokens"), (#"{"system":5}"#, "system"),
        (#"{"messages":[],"tool_choice":{"type":"some"}}"#, "tool_choice"),
        (#"{"messages":[],"tools":[{}]}"#, "tools[0]"),
    ])
    func refusesWhatIsNoRequest(_ row: (request: String, param: String)) {
        let fault = #expect(throws: RequestFault.self) { try Self.body(row.request) }
        #expect(fault?.param == row.param)
    }
}
