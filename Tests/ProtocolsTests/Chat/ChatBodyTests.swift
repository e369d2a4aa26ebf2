import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct ChatBodyTests {
    static let version = ChatBody.Version(
        model: "gpt-4.1-mini",
        messages: [
            RenderedMessage(role: .developer, text: Array("Be \"brief\".\n".utf8)),
            RenderedMessage(role: .user, text: Array("é".utf8)),
        ],
        parameters: [
            Parameter(name: "temperature", json: Array("0.2".utf8)),
            Parameter(name: "top_p", json: Array("0.9".utf8)),
            Parameter(name: "max_tokens", json: Array("1".utf8)),
        ],
        overridable: ["top_p"])

    struct Row: Sendable {
        let provider: String
        let request: String
        let body: String
        let ignored: [String]
    }

    static let developer = #"{"role":"developer","content":"Be \"brief\".\n"},{"role":"user","content":"é"}"#
    static let system = #"{"role":"system","content":"Be \"brief\".\n"},{"role":"user","content":"é"}"#

    static let rows = [
        Row(
            provider: "openai", request: "{}",
            body: #"{"model":"gpt-4.1-mini","messages":[\#(developer)],"temperature":0.2,"top_p":0.9,"#
                + #""max_completion_tokens":100}"#,
            ignored: []),
        Row(
            provider: "openai",
            request: #"{"model":"x","messages":[{"role":"developer", "content":"h"}],"temperature":1.0,"top_p":0.50,"#
                + #""seed":7,"max_tokens":500,"n":2,"input":{},"schema":1,"stream":true,"stream_options":{"#
                + #""include_usage":false,"include_obfuscation":false},"metadata":{}}"#,
            body: #"{"model":"gpt-4.1-mini","messages":[\#(developer),{"role":"developer", "content":"h"}],"#
                + #""top_p":0.50,"seed":7,"metadata":{},"temperature":0.2,"max_completion_tokens":100,"n":2,"#
                + #""stream":true,"stream_options":{"include_obfuscation":false,"include_usage":true}}"#,
            ignored: ["temperature", "max_tokens"]),
        Row(
            provider: "mistral",
            request: #"{"messages":[{"content":"h","role" : "developer","name":"n"}],"stream":true,"#
                + #""stream_options":{"include_usage":true},"max_completion_tokens":100}"#,
            body: #"{"model":"gpt-4.1-mini","messages":[\#(system),{"content":"h","role" : "system","name":"n"}],"#
                + #""temperature":0.2,"top_p":0.9,"max_tokens":100,"stream":true}"#,
            ignored: []),
        Row(
            provider: "some-other", request: #"{"stream":true}"#,
            body: #"{"model":"gpt-4.1-mini","messages":[\#(system)],"temperature":0.2,"top_p":0.9,"#
                + #""max_tokens":100,"stream":true,"stream_options":{"include_usage":true}}"#,
            ignored: []),
        Row(
            provider: "groq", request: #"{"n":1,"stream":false,"stream_options":{"include_usage":true}}"#,
            body: #"{"model":"gpt-4.1-mini","messages":[\#(system)],"temperature":0.2,"top_p":0.9,"#
                + #""max_completion_tokens":100}"#,
            ignored: []),
    ]

    @Test(arguments: rows)
    func encodes(_ row: Row) throws {
        let call = try ChatRequest(JSONDocument(row.request)).call
        let body = try ChatBody.encode(
            Self.version, call: call, maxOutputTokens: 100, dialect: .named(row.provider))
        #expect(String(decoding: body.bytes, as: UTF8.self) == row.body)
        #expect(body.ignored == row.ignored)
        _ = try canonicalJSON(JSONDocument(body.bytes).root)
    }

    @Test(arguments: [
        ("openai", #"{"role":"developer","content":"d","name":"n"}"#),
        ("mistral", #"{"role":"system","content":"d","name":"n"}"#),
    ])
    func writesPartsAndWholeMessages(_ provider: String, _ developer: String) throws {
        let version = ChatBody.Version(
            model: "m",
            messages: [
                RenderedMessage(role: .user, content: .parts(Array(#"[{"type":"text","text":"a"}]"#.utf8))),
                RenderedMessage(role: .developer, content: .members(Array(#""content":"d","name":"n""#.utf8))),
                RenderedMessage(role: .assistant, content: .members(Array(#""tool_calls":[{"id":"c"}]"#.utf8))),
                RenderedMessage(role: .tool, content: .members(Array(#""tool_call_id":"c","content":"4""#.utf8))),
            ])
        let call = try ChatRequest(JSONDocument("{}")).call
        let body = try ChatBody.encode(version, call: call, maxOutputTokens: 1, dialect: .named(provider))
        let messages = try #require(try JSONDocument(body.bytes).root.member("messages"))
        #expect(
            String(decoding: messages.raw, as: UTF8.self)
                == #"[{"role":"user","content":[{"type":"text","text":"a"}]},\#(developer),"#
                + #"{"role":"assistant","tool_calls":[{"id":"c"}]},"#
                + #"{"role":"tool","tool_call_id":"c","content":"4"}]"#)
    }

    @Test func neverWritesAKeyTwice() throws {
        let names = ChatBody.reserved.sorted() + ["seed", "seed", "tools"]
        let version = ChatBody.Version(
            model: "m", messages: [], parameters: names.map { Parameter(name: $0, json: [0x31]) }, overridable: ["seed"]
        )
        var call = try ChatRequest(JSONDocument(#"{"seed":1,"tools":[],"stream":true}"#)).call
        call.parameters += call.parameters
        let body = try ChatBody.encode(version, call: call, maxOutputTokens: 1, dialect: .compatible)
        _ = try canonicalJSON(JSONDocument(body.bytes).root)
        #expect(body.ignored.isEmpty)
    }

    @Test func toolsOfBothAreSentTheVersionsFirst() throws {
        let ours = #"[{"type":"function","function":{"name":"a","parameters":{"x":1.0}}}]"#
        var version = ChatBody.Version(
            model: "m", messages: [], parameters: [Parameter(name: "tools", json: Array(ours.utf8))])
        func tools(_ theirs: String) throws -> String? {
            let call = try ChatRequest(JSONDocument("{\"tools\":\(theirs)}")).call
            let body = try ChatBody.encode(version, call: call, maxOutputTokens: 1, dialect: .compatible)
            #expect(body.ignored.isEmpty)
            return try JSONDocument(body.bytes).root.member("tools").map { String(decoding: $0.raw, as: UTF8.self) }
        }
        let theirs = #"{"type":"custom","custom":{"name":"b"}},{"type":"function","function":{"name":"c"}}"#
        #expect(try tools("[\(theirs)]") == ours.dropLast() + ",\(theirs)]")
        let fault = #expect(throws: RequestFault.self) {
            try tools(#"[{"type":"function","function":{"name":"a"}}]"#)
        }
        #expect(fault?.param == "tools")
        version.overridable = ["tools"]
        #expect(try tools("[\(theirs)]") == "[\(theirs)]")
    }

    @Test(arguments: ["groq", "deepseek", "ollama"])
    func refusesSeveralChoicesWhereThereIsOne(_ provider: String) throws {
        let call = try ChatRequest(JSONDocument(#"{"n":2}"#)).call
        let fault = #expect(throws: RequestFault.self) {
            try ChatBody.encode(Self.version, call: call, maxOutputTokens: 1, dialect: .named(provider))
        }
        #expect(fault?.param == "n")
    }

    @Test(arguments: [
        ("openai", "https://api.openai.com/v1/chat/completions"),
        ("groq", "https://api.groq.com/openai/v1/chat/completions"),
        ("mistral", "https://api.mistral.ai/v1/chat/completions"),
        ("fireworks", "https://api.fireworks.ai/inference/v1/chat/completions"),
        ("xai", "https://api.x.ai/v1/chat/completions"), ("deepseek", "https://api.deepseek.com/chat/completions"),
        ("openrouter", "https://openrouter.ai/api/v1/chat/completions"), ("azure", nil), ("unknown", nil),
    ])
    func knowsWhereProvidersAre(_ row: (String, String?)) {
        #expect(ProviderDialect.named(row.0).url() == row.1)
        #expect(ProviderDialect.named(row.0).url(base: "http://h:1/v1/") == "http://h:1/v1/chat/completions")
        #expect(ProviderDialect.named(row.0).name == row.0)
    }
}
