import Domain

@testable import Protocols

/// Answers of Converse and ConverseStream, in invented values.
enum BedrockGoldens {
    /// - Parameter messages: event type and payload of each; `!` before the type of an exception.
    static func stream(_ messages: [(String, String)]) -> [UInt8] {
        messages.flatMap { type, payload -> [UInt8] in
            guard type.hasPrefix("!") else {
                return EventStreamMessage.frame(event: type, json: Array(payload.utf8))
            }
            let headers = [
                EventStreamHeader(":exception-type", .string(String(type.dropFirst()))),
                EventStreamHeader(":content-type", .string("application/json")),
                EventStreamHeader(":message-type", .string("exception")),
            ]
            return EventStreamMessage.frame(headers, payload: Array(payload.utf8))
        }
    }

    private static func golden(
        _ name: String, _ messages: [(String, String)], whole: String? = nil, _ items: [AssembledAnswer.Item] = [],
        _ finish: FinishReason? = nil, _ usage: Usage? = nil, error: ProviderFailure.Kind? = nil, isDone: Bool = true
    ) -> ProviderGolden {
        ProviderGolden(
            testDescription: name, provider: "bedrock", stream: stream(messages), whole: whole, items: items,
            finish: finish, usage: usage, error: error, isDone: isDone)
    }

    static let all = [
        golden(
            "text",
            [
                ("messageStart", #"{"p":"abc","role":"assistant"}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"Hé\n"},"p":"abcdef"}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"llo 😀"},"p":""}"#),
                ("contentBlockStop", #"{"contentBlockIndex":0}"#), ("messageStop", #"{"stopReason":"end_turn"}"#),
                (
                    "metadata",
                    #"{"usage":{"inputTokens":9,"outputTokens":4,"totalTokens":13},"metrics":{"latencyMs":5}}"#
                ),
            ],
            whole:
                #"{"output":{"message":{"role":"assistant","content":[{"text":"Hé\nllo 😀"}]}},"stopReason":"end_turn","usage":{"inputTokens":9,"outputTokens":4,"totalTokens":13},"metrics":{"latencyMs":5}}"#,
            [ProviderGolden.text("Hé\nllo 😀")], .stop, Usage(uncachedInput: 9, output: 4)),
        golden(
            "parallel calls after text",
            [
                ("messageStart", #"{"role":"assistant"}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"ok"}}"#),
                ("contentBlockStop", #"{"contentBlockIndex":0}"#),
                ("contentBlockStart", #"{"contentBlockIndex":1,"start":{"toolUse":{"toolUseId":"t1","name":"f"}}}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"toolUse":{"input":"{\"x\":"}}}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"toolUse":{"input":"1}"}}}"#),
                ("contentBlockStop", #"{"contentBlockIndex":1}"#),
                ("contentBlockStart", #"{"contentBlockIndex":3,"start":{"toolUse":{"toolUseId":"t2","name":"g"}}}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":3,"delta":{"toolUse":{"input":""}}}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":3,"delta":{"toolUse":{"input":"{}"}}}"#),
                ("contentBlockStop", #"{"contentBlockIndex":3}"#), ("messageStop", #"{"stopReason":"tool_use"}"#),
                (
                    "metadata",
                    #"{"usage":{"inputTokens":9,"outputTokens":4,"totalTokens":13,"cacheReadInputTokens":100,"cacheWriteInputTokens":30,"cacheDetails":[{"ttl":"1h","inputTokens":10},{"ttl":"5m","inputTokens":20}]}}"#
                ),
            ],
            whole:
                #"{"output":{"message":{"role":"assistant","content":[{"text":"ok"},{"toolUse":{"toolUseId":"t1","name":"f","input":{"x":1}}},{"toolUse":{"toolUseId":"t2","name":"g","input":{}}}]}},"stopReason":"tool_use","usage":{"inputTokens":9,"outputTokens":4,"totalTokens":13,"cacheReadInputTokens":100,"cacheWriteInputTokens":30,"cacheDetails":[{"ttl":"1h","inputTokens":10},{"ttl":"5m","inputTokens":20}]}}"#,
            [
                ProviderGolden.text("ok"), ProviderGolden.call("t1", "f", #"{"x":1}"#),
                ProviderGolden.call("t2", "g", "{}"),
            ],
            .toolCalls, Usage(uncachedInput: 9, cacheRead: 100, cacheWrite: 20, cacheWriteHour: 10, output: 4)),
        golden(
            "structured output",
            [
                ("messageStart", #"{"role":"assistant"}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"{\"a\""}}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":": [1]}"}}"#),
                ("contentBlockStop", #"{"contentBlockIndex":0}"#), ("messageStop", #"{"stopReason":"max_tokens"}"#),
                ("metadata", #"{"usage":{"inputTokens":0,"outputTokens":0,"totalTokens":0}}"#),
            ],
            whole:
                #"{"output":{"message":{"role":"assistant","content":[{"text":"{\"a\": [1]}"}]}},"stopReason":"max_tokens","usage":{"inputTokens":0,"outputTokens":0,"totalTokens":0}}"#,
            [ProviderGolden.text(#"{"a": [1]}"#)], .length, Usage()),
        golden(
            "reasoning, hidden reasoning, citations",
            [
                ("messageStart", #"{"role":"assistant"}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"I "}}}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"text":"think"}}}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"reasoningContent":{"signature":"c2ln"}}}"#),
                ("contentBlockStop", #"{"contentBlockIndex":0}"#),
                (
                    "contentBlockDelta",
                    #"{"contentBlockIndex":1,"delta":{"reasoningContent":{"redactedContent":"ZA=="}}}"#
                ),
                ("contentBlockDelta", #"{"contentBlockIndex":2,"delta":{"text":"yes"}}"#),
                (
                    "contentBlockDelta",
                    #"{"contentBlockIndex":2,"delta":{"citation":{"title":"A","sourceContent":[{"text":"q"}],"location":{"web":{"url":"https://a"}}}}}"#
                ),
                ("contentBlockStop", #"{"contentBlockIndex":2}"#), ("messageStop", #"{"stopReason":"stop_sequence"}"#),
                ("metadata", #"{"usage":{"inputTokens":3,"outputTokens":7,"totalTokens":10}}"#),
            ],
            whole:
                #"{"output":{"message":{"role":"assistant","content":[{"reasoningContent":{"reasoningText":{"text":"I think","signature":"c2ln"}}},{"reasoningContent":{"redactedContent":"ZA=="}},{"citationsContent":{"content":[{"text":"yes"}],"citations":[{"title":"A","sourceContent":[{"text":"q"}],"location":{"web":{"url":"https://a"}}}]}}]}},"stopReason":"stop_sequence","usage":{"inputTokens":3,"outputTokens":7,"totalTokens":10}}"#,
            [
                .reasoning(Array("I think".utf8), signature: JSONText("c2ln")), .hiddenReasoning(JSONText("ZA==")),
                ProviderGolden.text(
                    "yes", [Citation(url: JSONText("https://a"), title: JSONText("A"), quote: JSONText("q"))]),
            ], .stopSequence(nil), Usage(uncachedInput: 3, output: 7)),
        golden(
            "a guardrail stepped in",
            [
                ("messageStart", #"{"role":"assistant"}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"Sorry."}}"#),
                ("messageStop", #"{"stopReason":"guardrail_intervened"}"#),
                ("metadata", #"{"usage":{"inputTokens":3,"outputTokens":0,"totalTokens":3},"trace":{}}"#),
            ],
            whole:
                #"{"output":{"message":{"role":"assistant","content":[{"text":"Sorry."}]}},"stopReason":"guardrail_intervened","usage":{"inputTokens":3,"outputTokens":0,"totalTokens":3}}"#,
            [ProviderGolden.text("Sorry.")], .contentFilter, Usage(uncachedInput: 3)),
        golden(
            "a call that the provider makes itself is none of the client's",
            [
                (
                    "contentBlockStart",
                    #"{"contentBlockIndex":0,"start":{"toolUse":{"toolUseId":"s","name":"code","type":"server_tool_use"}}}"#
                ),
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"toolUse":{"input":"{\"x\":1}"}}}"#),
                ("contentBlockStart", #"{"contentBlockIndex":1,"start":{"toolResult":{"toolUseId":"s"}}}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":1,"delta":{"toolResult":[{"text":"r"}]}}"#),
                ("contentBlockStart", #"{"contentBlockIndex":2,"start":{"toolUse":{"toolUseId":"t","name":"f"}}}"#),
                ("somethingNew", "no JSON"), ("messageStop", #"{"stopReason":"tool_use"}"#),
                ("metadata", #"{"usage":{"inputTokens":3,"outputTokens":2}}"#),
            ],
            whole:
                #"{"output":{"message":{"content":[{"toolUse":{"toolUseId":"s","name":"code","type":"server_tool_use","input":{"x":1}}},{"toolResult":{"toolUseId":"s","content":[{"text":"r"}]}},{"toolUse":{"toolUseId":"t","name":"f"}}]}},"stopReason":"tool_use","usage":{"inputTokens":3,"outputTokens":2}}"#,
            [ProviderGolden.call("t", "f", "")], .toolCalls, Usage(uncachedInput: 3, output: 2)),
        golden(
            "an exception at once", [("!throttlingException", #"{"message":"Too many tokens, please wait."}"#)],
            whole: #"{"message":"Too many requests","__type":"com.amazon.coral#ThrottlingException"}"#,
            error: .rateLimited, isDone: false),
        golden(
            "an exception in the midst",
            [
                ("messageStart", #"{"role":"assistant"}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"a"}}"#),
                ("!modelStreamErrorException", #"{"originalMessage":"x","originalStatusCode":400}"#),
            ], [ProviderGolden.text("a")], error: .serverError, isDone: false),
        golden(
            "a cut stream",
            [
                ("messageStart", #"{"role":"assistant"}"#),
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"a"}}"#),
            ], [ProviderGolden.text("a")], isDone: false),
        golden(
            "a stream cut before its usage",
            [
                ("contentBlockDelta", #"{"contentBlockIndex":0,"delta":{"text":"a"}}"#),
                ("messageStop", #"{"stopReason":"malformed_tool_use"}"#),
            ], [ProviderGolden.text("a")], .failed("malformed_tool_use"), isDone: false),
    ]
}
