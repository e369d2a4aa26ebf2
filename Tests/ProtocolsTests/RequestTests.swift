import JSON
import Testing

@testable import Protocols

@Suite struct RequestTests {
    @Test func readsAChatRequest() throws {
        let call = try ChatRequest(
            JSONDocument(
                #"""
                {"model":"support/prod","input":{"a":1},"messages":[{"role":"user","content":"hi"},{"role":"tool","x":[1]}],
                "stream":true,"stream_options":{"include_usage":true,"x":1},"max_tokens":5,"max_completion_tokens":7,"n":2,
                "schema":3,"temperature":0.20,"user":null,"metadata":{"k":"v"},"tools":[]}
                """#)
        ).call
        #expect(call.model == "support/prod")
        #expect(call.input.map { Array($0.raw) } == Array(#"{"a":1}"#.utf8))
        #expect(call.messages.count == 2)
        #expect(call.stream && call.includeUsage)
        #expect(call.maxOutputTokens == 7)
        #expect(call.maxOutputField == "max_completion_tokens")
        #expect(call.n == 2)
        #expect(call.schema == 3)
        #expect(call.parameters.map(\.name) == ["temperature", "metadata", "tools"])
        #expect(call.parameters.map { String(decoding: $0.value.raw, as: UTF8.self) } == ["0.20", #"{"k":"v"}"#, "[]"])
    }

    @Test func prefersMaxCompletionTokensInEitherOrder() throws {
        let call = try ChatRequest(JSONDocument(#"{"max_completion_tokens":7,"max_tokens":5}"#)).call
        #expect(call.maxOutputTokens == 7)
    }

    @Test func takesNullAsAbsent() throws {
        let names = ["model", "input", "messages", "stream", "stream_options", "max_tokens", "n", "schema", "seed"]
        let text = "{" + names.map { "\"\($0)\":null" }.joined(separator: ",") + "}"
        let call = try ChatRequest(JSONDocument(text)).call
        #expect(call.model == nil && call.input == nil && call.messages.isEmpty && !call.stream && call.n == 1)
        #expect(call.maxOutputTokens == nil && call.schema == nil && call.parameters.isEmpty)
    }

    static let refused: [(String, String?)] = [
        ("[]", nil), ("\"x\"", nil), (#"{"model":1}"#, "model"), (#"{"input":[]}"#, "input"),
        (#"{"input":"x"}"#, "input"), (#"{"messages":{}}"#, "messages"), (#"{"messages":[1]}"#, "messages[0]"),
        (#"{"messages":[{"role":"user"},{"content":"x"}]}"#, "messages[1].role"),
        (#"{"messages":[{"role":1}]}"#, "messages[0].role"), (#"{"stream":"true"}"#, "stream"),
        (#"{"stream_options":true}"#, "stream_options"),
        (#"{"stream_options":{"include_usage":1}}"#, "stream_options.include_usage"),
        (#"{"max_tokens":0}"#, "max_tokens"), (#"{"max_tokens":-1}"#, "max_tokens"),
        (#"{"max_tokens":1.5}"#, "max_tokens"), (#"{"max_completion_tokens":"7"}"#, "max_completion_tokens"),
        (#"{"max_completion_tokens":7,"max_tokens":0}"#, "max_tokens"), (#"{"n":0}"#, "n"), (#"{"n":129}"#, "n"),
        (#"{"schema":0}"#, "schema"), (#"{"seed":1,"seed":2}"#, "seed"), (#"{"n":1,"\u006e":1}"#, "n"),
    ]

    @Test(arguments: refused)
    func refuses(_ row: (String, String?)) throws {
        let document = try JSONDocument(row.0)
        let fault = #expect(throws: RequestFault.self) { try ChatRequest(document) }
        #expect(fault?.param == row.1)
        #expect(fault?.message.isEmpty == false)
    }

    @Test func readsANativeRequest() throws {
        let call = try NativeRunRequest(
            JSONDocument(
                #"{"input":{"a":"b"},"messages":[{"role":"user"}],"schema":1,"stream":true,"metadata":{"k":1}}"#)
        ).call
        #expect(call.input != nil && call.metadata != nil && call.schema == 1 && call.stream)
        #expect(call.messages.count == 1 && call.parameters.isEmpty)
    }

    @Test(arguments: [
        (#"{"temperature":1}"#, "temperature"), (#"{"model":"m"}"#, "model"), (#"{"metadata":[]}"#, "metadata"),
        (#"{"schema":"1"}"#, "schema"), (#"{"input":1}"#, "input"),
    ])
    func refusesNative(_ row: (String, String)) throws {
        let document = try JSONDocument(row.0)
        let fault = #expect(throws: RequestFault.self) { try NativeRunRequest(document) }
        #expect(fault?.param == row.1)
    }
}
