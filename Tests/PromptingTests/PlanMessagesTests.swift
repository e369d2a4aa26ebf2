import Domain
import JSON
import Testing

@testable import Prompting

/// Messages with parts, and lists of whole messages from the input.
@Suite struct PlanMessagesTests {
    private static func plan(_ messages: String, _ extra: String = "") throws -> Plan {
        try PlanTests.plan(#"{"provider":"p","model":"m","messages":\#(messages)\#(extra)}"#)
    }

    private static func render(_ messages: String, _ input: String) throws -> [RenderedMessage] {
        try plan(messages).render(input: PlanTests.tape(input))
    }

    @Test func rendersParts() throws {
        let messages = try Self.render(
            #"[{"role":"user","content":[{"type":"text","text":"See {{ name }}:"},"#
                + #"{"type":"image_url","image_url":{"url":"{{ url }}","detail":"{{ detail }}"}},"#
                + #"{"type":"file","file":{"file_data":"{{ data }}","filename":"{{ name }}.pdf"}},"#
                + #"{"type":"input_audio","input_audio":{"data":"{{ data }}","format":"wav"}}]}]"#,
            #"{"name":"a \"b\"","url":"https://x/y","detail":"","data":"AA=="}"#)
        let message = try #require(messages.first)
        #expect(message.attachmentCount == 3)
        #expect(
            String(decoding: message.content.bytes, as: UTF8.self)
                == #"[{"type":"text","text":"See a \"b\":"},{"type":"image_url","image_url":{"url":"https://x/y"}},"#
                + #"{"type":"file","file":{"file_data":"AA==","filename":"a \"b\".pdf"}},"#
                + #"{"type":"input_audio","input_audio":{"data":"AA==","format":"wav"}}]"#)
    }

    @Test func splicesMessages() throws {
        let messages = try Self.render(
            #"[{"role":"system","content":"s"},{"messages":"{{ chat.history }}"},{"role":"user","content":"u"}]"#,
            #"""
            {"chat":{"history":[
              {"role":"user","content":[{"type":"text","text":"a"},{"type":"image_url","image_url":{"url":"u"}}]},
              {"content":null,"role":"assistant","tool_calls":[{"id":"c","type":"function"}]},
              {"role":"tool","tool_call_id":"c","content":"4","role":"user"},
              {"role":"developer","content":"d"}]}}
            """#)
        #expect(messages.map(\.role) == [.system, .user, .assistant, .tool, .developer, .user])
        #expect(messages.map(\.attachmentCount) == [0, 1, 0, 0, 0, 0])
        #expect(
            messages[2].content
                == .members(Array(#""content":null,"tool_calls":[{"id":"c","type":"function"}]"#.utf8)))
        #expect(messages[3].content == .members(Array(#""tool_call_id":"c","content":"4""#.utf8)))
        #expect(try Self.render(#"[{"messages":"{{ h }}"}]"#, #"{"h":[]}"#).isEmpty)
        #expect(
            try Self.render(#"[{"messages":"{{ h[1:] }}"}]"#, #"{"h":[1,{"role":"user","content":"a"}]}"#).count == 1)
        let lenient = try Self.plan(#"[{"messages":"{{ h }}"}]"#, #","template":{"undefined":"lenient"}"#)
        #expect(try lenient.render(input: nil).isEmpty)
    }

    @Test(arguments: [
        (#"{"h":"text"}"#, "/h", "type"),
        (#"{"h":["text"]}"#, "/h/0", "type"),
        (#"{"h":[{"content":"a"}]}"#, "/h/0/role", "required"),
        (#"{"h":[{"role":1,"content":"a"}]}"#, "/h/0/role", "type"),
        (#"{"h":[{"role":"user","content":"a"},{"role":"robot","content":"a"}]}"#, "/h/1/role", "enum"),
        (#"{"h":[{"role":"user"}]}"#, "/h/0/content", "required"),
        (#"{"h":[{"role":"user","content":null}]}"#, "/h/0/content", "required"),
        (#"{"h":[{"role":"assistant","tool_calls":null}]}"#, "/h/0/content", "required"),
        (#"{"h":[{"role":"user","content":1}]}"#, "/h/0/content", "type"),
        (#"{"h":[{"role":"user","content":[{"text":"a"}]}]}"#, "/h/0/content/0/type", "required"),
        (#"{"h":[{"role":"user","content":["a"]}]}"#, "/h/0/content/0/type", "required"),
        (#"{"h":[{"role":"tool","content":"a"}]}"#, "/h/0/tool_call_id", "required"),
        ("{}", "/h", "undefined"),
    ])
    func refusesWhatIsNoListOfMessages(_ input: String, _ pointer: String, _ rule: String) throws {
        let fault = #expect(throws: DataFault.self) { try Self.render(#"[{"messages":"{{ h }}"}]"#, input) }
        #expect(fault?.pointer == pointer)
        #expect(fault?.rule == rule)
        #expect(fault?.message.contains("/messages/0") == true)
    }

    @Test(arguments: [
        (#"{"type":"image_url","image_url":{"url":"{{ a }}","detail":"low"}}"#, "/messages/0/content/0/image_url)"),
        (#"{"type":"file","file":{"file_data":"{{ a }}","filename":"a.pdf"}}"#, "/messages/0/content/0/file)"),
        (#"{"type":"input_audio","input_audio":{"data":"{{ a }}","format":"wav"}}"#, "/content/0/input_audio)"),
    ])
    func aPartIsOfSomething(_ part: String, _ place: String) throws {
        let fault = #expect(throws: DataFault.self) {
            try Self.render(#"[{"role":"user","content":[\#(part)]}]"#, #"{"a":""}"#)
        }
        #expect(fault?.rule == "empty" && fault?.message.contains(place) == true)
        #expect(try Self.render(#"[{"role":"user","content":[\#(part)]}]"#, #"{"a":"x"}"#).count == 1)
    }

    /// A fault is where its template stands.
    @Test func aFaultOfAPartHasItsPlace() throws {
        let part = #"{"type":"image_url","image_url":{"url":"{{ a.b }}"}}"#
        let fault = #expect(throws: DataFault.self) {
            try Self.render(#"[{"role":"user","content":[{"type":"text","text":"x"},\#(part)]}]"#, #"{"a":{}}"#)
        }
        #expect(fault?.message.contains("/messages/0/content/1/image_url/url, line 1") == true)
    }

    /// Of parts and lists as of texts.
    @Test func sharesOneBound() throws {
        let plan = try Self.plan(
            #"[{"role":"user","content":[{"type":"text","text":"123"}]},{"messages":"{{ h }}"}]"#)
        let input = try PlanTests.tape(#"{"h":[{"role":"user","content":"a"}]}"#)
        #expect(try plan.render(input: input, limits: RenderLimits(outputBytes: 100)).count == 2)
        for bytes in [2, 10] {
            let fault = #expect(throws: DataFault.self) {
                try plan.render(input: input, limits: RenderLimits(outputBytes: bytes))
            }
            #expect(fault?.rule == "output_bytes")
        }
    }

    @Test func infersWhatTheInputMustBe() throws {
        let plan = try Self.plan(#"[{"role":"user","content":"{{ a }} {{ b }}"}]"#)
        let schema = try #require(plan.inputSchema)
        #expect(try schema.faults(of: PlanTests.tape(#"{"a":1,"b":2}"#)).isEmpty)
        #expect(try schema.faults(of: PlanTests.tape(#"{"a":1,"b":2,"c":3}"#)).count == 1)
        #expect(try schema.faults(of: PlanTests.tape(#"{"a":1}"#)).map(\.rule) == ["required"])
        let lenient = try Self.plan(#"[{"role":"user","content":"{{ a }}"}]"#, #","template":{"undefined":"lenient"}"#)
        #expect(try lenient.inputSchema?.faults(of: PlanTests.tape("{}")).isEmpty == true)
        #expect(try lenient.inputSchema?.faults(of: PlanTests.tape(#"{"c":1}"#)).isEmpty == false)
    }
}
