import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct OutgoingTests {
    static let result = NativeRun.Result(
        id: "run_1", output: .text(Array("a \"b\"\n".utf8)), finishReason: "stop",
        version: NativeRun.Version(number: 3, hash: "ab"),
        deployment: NativeRun.Deployment(agent: "support", environment: "production", schema: 1, revision: 12),
        model: "m",
        usage: MeteredUsage(
            Usage(uncachedInput: 3, cacheRead: 5, cacheWrite: 1, output: 1, reasoning: 2), isEstimated: false),
        cost: "0.00042")

    static let json = #"""
        {"id":"run_1","output":"a \"b\"\n","finish_reason":"stop","version":{"number":3,"hash":"ab"},"deployment":{"agent":"support","environment":"production","schema":1,"revision":12},"model":"m","usage":{"input_tokens":9,"cache_read_tokens":5,"cache_write_tokens":1,"output_tokens":3,"reasoning_tokens":2,"estimated":false},"cost":0.00042}
        """#

    @Test func encodesANativeResult() throws {
        #expect(String(decoding: NativeRun.encode(Self.result), as: UTF8.self) == Self.json)
        var calls = Self.result
        calls.output = nil
        calls.model = nil
        calls.finishReason = nil
        calls.toolCalls = Array(#"[{"id":"c"}]"#.utf8)
        calls.usage.isEstimated = true
        let root = try JSONDocument(NativeRun.encode(calls)).root
        #expect(root.member("output")?.isNull == true && root.member("model")?.isNull == true)
        #expect(root.member("finish_reason")?.isNull == true)
        #expect(root.member("tool_calls").map { Array($0.raw) } == calls.toolCalls)
        #expect(root.member("usage")?.member("estimated")?.bool == true)
    }

    @Test func encodesWhatCameOfAnOutputSchema() {
        var result = Self.result
        result.output = .json(Array(#"{"a": 1}"#.utf8))
        result.verdict = OutputVerdict(faults: [])
        let valid = String(decoding: NativeRun.encode(result), as: UTF8.self)
        #expect(valid.hasPrefix(#"{"id":"run_1","output":{"a": 1},"output_valid":true,"finish_reason":"stop","#))
        result.verdict = OutputVerdict(faults: [
            DataFault(pointer: "/a", rule: "type", message: "must be a string"),
            DataFault(pointer: nil, rule: "json", message: "not JSON"),
        ])
        let invalid = String(decoding: NativeRun.encode(result), as: UTF8.self)
        #expect(
            invalid.contains(
                #""output_valid":false,"output_faults":[{"pointer":"/output/a","rule":"type","#
                    + #""message":"must be a string"},{"pointer":null,"rule":"json","message":"not JSON"}]"#))
    }

    @Test func encodesNativeEvents() throws {
        func text(_ bytes: [UInt8]?) -> String { String(decoding: bytes ?? [], as: UTF8.self) }
        #expect(text(NativeRun.delta(text: JSONText("a\né"))) == "event: delta\ndata: {\"text\":\"a\\né\"}\n\n")
        let head = CallHead(id: JSONText("a"), name: JSONText("f"))
        #expect(
            text(NativeRun.delta(toolCall: .toolCall(1, head)))
                == "event: delta\ndata: {\"tool_call\":{\"index\":1,\"id\":\"a\",\"type\":\"function\","
                + "\"function\":{\"name\":\"f\",\"arguments\":\"\"}}}\n\n")
        #expect(
            text(NativeRun.delta(toolCall: .arguments(1, JSONText("{}"))))
                == "event: delta\ndata: {\"tool_call\":{\"index\":1,\"function\":{\"arguments\":\"{}\"}}}\n\n")
        #expect(NativeRun.delta(toolCall: .text(JSONText("a"))) == nil)
        #expect(text(NativeRun.done(Self.result)) == "event: done\ndata: \(Self.json)\n\n")
        let error = ErrorBody(message: "m", type: "server_error", code: "provider_error").encode()
        #expect(
            text(NativeRun.error(error))
                == "event: error\ndata: {\"error\":{\"message\":\"m\",\"type\":\"server_error\",\"param\":null,"
                + "\"code\":\"provider_error\"}}\n\n")
    }

    @Test func encodesErrors() {
        let error = ErrorBody(
            message: "Not enough \"credits\".", type: "insufficient_quota", param: "n", code: "insufficient_credits",
            extra: [("needed", "0.5"), ("available", "\"x\"")])
        let json =
            #"{"error":{"message":"Not enough \"credits\".","type":"insufficient_quota","param":"n","#
            + #""code":"insufficient_credits","needed":0.5,"available":"x"}}"#
        #expect(String(decoding: error.encode(), as: UTF8.self) == json)
        #expect(String(decoding: error.encodeEvent(), as: UTF8.self) == "data: \(json)\n\n")
    }

    @Test func encodesFaults() {
        var error = ErrorBody(message: "m", type: "t", param: "/input/a", code: "invalid_input")
        error.faults = [DataFault(pointer: "", rule: "required", message: "x")]
        error.faultsRoot = "/input"
        #expect(
            String(decoding: error.encode(), as: UTF8.self)
                == #"{"error":{"message":"m","type":"t","param":"/input/a","code":"invalid_input","#
                + #""faults":[{"pointer":"/input","rule":"required","message":"x"}]}}"#)
    }

    @Test(arguments: [
        (400, "invalid_request_error"), (401, "authentication_error"), (402, "insufficient_quota"),
        (403, "permission_error"), (404, "invalid_request_error"), (429, "rate_limit_error"), (500, "server_error"),
        (503, "server_error"),
    ])
    func namesErrorTypes(_ row: (Int, String)) { #expect(ErrorBody.type(forStatus: row.0) == row.1) }

    @Test func encodesModels() {
        let entry = ModelEntry(id: "support/production", created: 7, owner: "acme")
        let json = #"{"id":"support/production","object":"model","created":7,"owned_by":"acme"}"#
        #expect(String(decoding: entry.encode(), as: UTF8.self) == json)
        #expect(
            String(decoding: ModelEntry.encodeList([entry, entry]), as: UTF8.self)
                == #"{"object":"list","data":[\#(json),\#(json)]}"#)
        #expect(String(decoding: ModelEntry.encodeList([]), as: UTF8.self) == #"{"object":"list","data":[]}"#)
    }

    /// Its key must not go to the one it is alike.
    @Test func habitsOfAnotherAreNotItsPlace() {
        let dialect = ProviderDialect.named("mine", habitsOf: "azure")
        #expect(dialect.keyHeader == "api-key" && dialect.url() == nil)
        #expect(dialect.url(base: "https://mine.example/v1/") == "https://mine.example/v1/chat/completions")
        let ollama = ProviderDialect.named("ollama", habitsOf: "openai")
        #expect(ollama.outputMaximum == .maxCompletionTokens && ollama.baseURL == "http://localhost:11434/v1")
        #expect(ProviderDialect.named("groq", habitsOf: nil) == ProviderDialect.named("groq"))
    }
}
