import Domain
import JSON
import Testing

@testable import Protocols

/// What is changed, left out or refused on its way to providers of chat completions.
@Suite struct ChatTranslationTests {
    private static func body(
        _ request: String, _ provider: String = "openai", spoken: WireProtocol = .chat
    ) throws -> (messages: String, body: ProviderBody) {
        let document = try JSONDocument(request)
        let call = try spoken == .chat ? ChatRequest(document).call : AnthropicRequest(document).call
        let (body, _) = try ProviderBody.encode(
            ChatBody.Version(model: "m", messages: []), call, maxOutputTokens: 50, dialect: .named(provider),
            allowances: Allowances())
        let messages = try JSONDocument(body.bytes).root.member("messages")
        return (messages.map { String(decoding: $0.raw, as: UTF8.self) } ?? "", body)
    }

    static let sealed = #""reasoning_details":[{"type":"reasoning.text","signature":"tollgate.anthropic.x"}]"#
    static let own = #""reasoning_details":[{"type":"reasoning.text","signature":"x"}]"#

    @Test(arguments: [
        ("openai", sealed, #""role":"assistant","content":"a""#),
        ("deepseek", sealed, #""role":"assistant","content":"a","reasoning_content":"t""#),
        ("openrouter", own, #""role":"assistant","content":"a","reasoning_content":"t",\#(own)"#),
        ("groq", own, #""role":"assistant","content":"a",\#(own)"#),
        ("mistral", #""x":1"#, #""role":"assistant","content":"a","x":1"#),
    ])
    func thoughtsOfOthersStayBehind(_ provider: String, _ member: String, _ expected: String) throws {
        let request = #"{"messages":[{"role":"assistant","content":"a","reasoning_content":"t",\#(member)}]}"#
        #expect(try Self.body(request, provider).messages == "[{\(expected)}]")
    }

    static let anthropic: [(name: String, messages: String, expected: String)] = [
        (
            "nothing but thoughts",
            #"{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"s"}]},{"role":"user","content":"a"}"#,
            #"{"role":"user","content":"a"}"#
        ),
        (
            "pictures that tools show",
            #"""
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"1","content":[{"type":"text","text":"one"},{"type":"image","source":{"type":"url","url":"u"}}]},{"type":"tool_result","tool_use_id":"2","content":"two"},{"type":"text","text":"b"}]}
            """#,
            #"{"role":"tool","tool_call_id":"1","content":"one"},{"role":"tool","tool_call_id":"2","content":"two"},"#
                + #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"u"}},{"type":"text","text":"b"}]}"#
        ),
    ]

    @Test(arguments: anthropic)
    func writesWhatClientsOfAnthropicSay(_ row: (name: String, messages: String, expected: String)) throws {
        let messages = try Self.body(#"{"max_tokens":50,"messages":[\#(row.messages)]}"#, spoken: .anthropic).messages
        #expect(messages == "[\(row.expected)]")
    }

    /// Models that never think refuse to be told not to.
    @Test func doesNotSayThatThereBeNoThought() throws {
        let request = #"{"max_tokens":50,"messages":[{"role":"user","content":"a"}],"thinking":{"type":"disabled"}}"#
        let body = try Self.body(request, spoken: .anthropic).body
        #expect(!String(decoding: body.bytes, as: UTF8.self).contains("reasoning_effort") && body.ignored.isEmpty)
    }

    @Test func refusesFilesByURL() {
        let request =
            #"{"max_tokens":50,"messages":[{"role":"user","content":[{"type":"document","source":{"type":"url","url":"u"}}]}]}"#
        let fault = #expect(throws: RequestFault.self) { try Self.body(request, spoken: .anthropic) }
        #expect(fault?.param == "messages")
    }

    @Test func refusesLogProbabilitiesElsewhere() throws {
        var said = Conversation()
        said.settings.logprobs = true
        let fault = #expect(throws: RequestFault.self) {
            try ChatConversation.call(RunCall(), said, .named("openai"))
        }
        #expect(fault?.param == "logprobs")
    }

    @Test(arguments: [
        (#"{"messages":[{"role":"user","content":"a"}],"tools":{}}"#, "tools"),
        (#"{"messages":[{"role":"assistant","tool_calls":{}}]}"#, "messages[0].tool_calls"),
        (
            #"{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/svg+xml,<svg/>"}}]}]}"#,
            "messages"
        ),
        (
            #"{"messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:application/zip;base64,AAAA"}}]}]}"#,
            "messages"
        ),
    ])
    func refusesForAnthropic(_ row: (request: String, param: String)) {
        let fault = #expect(throws: RequestFault.self) { try Self.body(row.request, "anthropic") }
        #expect(fault?.param == row.param)
    }

    @Test func textFilesGoToAnthropicAsText() throws {
        let request =
            #"{"messages":[{"role":"user","content":[{"type":"file","file":{"file_data":"data:text/csv;base64,YSxi"}},{"type":"image_url","image_url":{"url":"data:image/jpg;base64,AAAA"}}]}]}"#
        #expect(
            try Self.body(request, "anthropic").messages
                == #"[{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":"a,b"}},"#
                + #"{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"AAAA"}}]}]"#)
    }

    /// No signature holds of several thoughts in one text.
    @Test func severalThoughtsDoNotComeBackAsOne() throws {
        let details =
            #"[{"type":"reasoning.text","signature":"tollgate.anthropic.a"},{"type":"reasoning.text","signature":"tollgate.anthropic.b"}]"#
        let request =
            #"{"messages":[{"role":"assistant","content":"c","reasoning_content":"t","reasoning_details":\#(details)}]}"#
        #expect(try Self.body(request, "anthropic").messages == #"[{"role":"assistant","content":"c"}]"#)
    }

    /// Its ids have nine letters and digits, its seed another name, and it refuses `user`.
    @Test func mistralHasItsOwnIDsAndNames() throws {
        func call(_ id: String) -> String {
            #"{"id":"\#(id)","type":"function","function":{"name":"f","arguments":"{}"}}"#
        }
        func messages(_ long: String) -> String {
            #"[{"role":"assistant","content":"","tool_calls":[\#(call(long)),\#(call("abcDEF123"))]},"#
                + #"{"role":"tool","tool_call_id":"\#(long)","content":"r"}]"#
        }
        let request = #"{"messages":\#(messages("call_long")),"seed":7,"user":"u"}"#
        let (sent, body) = try Self.body(request, "mistral")
        let id = try #require(try JSONDocument(Array(sent.utf8)).root.elements().last?.member("tool_call_id")?.string)
        #expect(id.utf8.count == 9 && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        #expect(sent == messages(id))
        #expect(String(decoding: body.bytes, as: UTF8.self).contains(#""random_seed":7"#) && body.ignored == ["user"])
        #expect(try Self.body(request).messages == messages("call_long"))
    }

    @Test func idsThatDoNotFitAnthropicAreMadeAnew() throws {
        let request =
            #"{"messages":[{"role":"assistant","tool_calls":[{"id":"a.b:1","type":"function","function":{"name":"f","arguments":""}}]},{"role":"tool","tool_call_id":"a.b:1","content":"r"}]}"#
        let messages = try JSONDocument(Array(Self.body(request, "anthropic").messages.utf8)).root.elements()
        let blocks = messages.compactMap { $0.member("content")?.elements().first }
        let id = try #require(blocks.first?.member("id")?.string)
        #expect(id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        #expect(blocks.last?.member("tool_use_id")?.string == id)
    }
}
