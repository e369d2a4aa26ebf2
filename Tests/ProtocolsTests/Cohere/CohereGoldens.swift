import Domain

@testable import Protocols

/// Answers of Cohere's chat, in invented values.
enum CohereGoldens {
    private static func golden(
        _ name: String, _ events: [String], whole: String? = nil, _ items: [AssembledAnswer.Item] = [],
        _ finish: FinishReason? = nil, _ usage: Usage? = nil, id: String? = "i", error: ProviderFailure.Kind? = nil,
        isDone: Bool = true
    ) -> ProviderGolden {
        let stream = events.map { event in
            // Its events have names as well.
            let type = event.split(separator: "\"").dropFirst(2).first.map(String.init) ?? ""
            return type.contains("-") ? "event: \(type)\ndata: \(event)\n\n" : "data: \(event)\n\n"
        }
        return ProviderGolden(
            testDescription: name, provider: "cohere", stream: Array(stream.joined().utf8), whole: whole, items: items,
            finish: finish, usage: usage, id: id, error: error, isDone: isDone)
    }

    private static let start =
        #"{"id":"i","type":"message-start","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}"#

    static let all = [
        golden(
            "text",
            [
                start,
                #"{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"text","text":""}}}}"#,
                #"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"Hé\n"}}}}"#,
                #"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"llo 😀"}}}}"#,
                #"{"type":"content-end","index":0}"#, #"{"type":"debug","prompt":"x"}"#,
                #"{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":12,"output_tokens":4},"tokens":{"input_tokens":507,"output_tokens":6},"cached_tokens":448}}}"#,
                "[DONE]",
            ],
            whole:
                #"{"id":"i","finish_reason":"COMPLETE","message":{"role":"assistant","content":[{"type":"text","text":"Hé\nllo 😀"}]},"usage":{"billed_units":{"input_tokens":12,"output_tokens":4},"tokens":{"input_tokens":507,"output_tokens":6},"cached_tokens":448}}"#,
            [ProviderGolden.text("Hé\nllo 😀")], .stop, Usage(uncachedInput: 12, output: 4)),
        golden(
            "parallel calls behind a plan",
            [
                start, #"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"I "}}}"#,
                #"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"will."}}}"#,
                #"{"type":"tool-call-start","index":1,"delta":{"message":{"tool_calls":{"id":"t1","type":"function","function":{"name":"f","arguments":""}}}}}"#,
                #"{"type":"tool-call-delta","index":1,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\"x\":"}}}}}"#,
                #"{"type":"tool-call-delta","index":1,"delta":{"message":{"tool_calls":{"function":{"arguments":"1}"}}}}}"#,
                #"{"type":"tool-call-end","index":1}"#,
                #"{"type":"tool-call-start","index":4,"delta":{"message":{"tool_calls":{"id":"t2","type":"function","function":{"name":"g","arguments":"{}"}}}}}"#,
                #"{"type":"tool-call-end","index":4}"#,
                #"{"type":"message-end","delta":{"finish_reason":"TOOL_CALL","usage":{"tokens":{"input_tokens":30,"output_tokens":6},"cached_tokens":10}}}"#,
            ],
            whole:
                #"{"id":"i","finish_reason":"TOOL_CALL","message":{"role":"assistant","tool_plan":"I will.","tool_calls":[{"id":"t1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},{"id":"t2","type":"function","function":{"name":"g","arguments":"{}"}}]},"usage":{"tokens":{"input_tokens":30,"output_tokens":6},"cached_tokens":10}}"#,
            [
                .reasoning(Array("I will.".utf8), signature: nil), ProviderGolden.call("t1", "f", #"{"x":1}"#),
                ProviderGolden.call("t2", "g", "{}"),
            ], .toolCalls, Usage(uncachedInput: 20, cacheRead: 10, output: 6)),
        golden(
            "structured output",
            [
                start, #"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"{\"a\""}}}}"#,
                #"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":": [1]}"}}}}"#,
                #"{"type":"message-end","delta":{"finish_reason":"MAX_TOKENS","usage":{"billed_units":{"input_tokens":0.0,"output_tokens":0}}}}"#,
            ],
            whole:
                #"{"id":"i","finish_reason":"MAX_TOKENS","message":{"role":"assistant","content":[{"type":"text","text":"{\"a\": [1]}"}]},"usage":{"billed_units":{"input_tokens":0.0,"output_tokens":0}}}"#,
            [ProviderGolden.text(#"{"a": [1]}"#)], .length, Usage()),
        golden(
            "reasoning, then text that names its sources",
            [
                start,
                #"{"type":"content-start","index":0,"delta":{"message":{"content":{"type":"thinking","thinking":""}}}}"#,
                #"{"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"I "}}}}"#,
                #"{"type":"content-delta","index":0,"delta":{"message":{"content":{"thinking":"think"}}}}"#,
                #"{"type":"content-end","index":0}"#,
                #"{"type":"content-start","index":1,"delta":{"message":{"content":{"type":"text","text":"ye"}}}}"#,
                #"{"type":"content-delta","index":1,"delta":{"message":{"content":{"text":"s"}}}}"#,
                #"{"type":"citation-start","index":0,"delta":{"message":{"citations":{"start":0,"end":3,"text":"yes","type":"TEXT_CONTENT","sources":[{"type":"document","id":"doc:0","document":{"id":"doc:0","title":"A","url":"https://a"}},{"type":"tool","id":"t:0","tool_output":{"x":1}}]}}}}"#,
                #"{"type":"citation-end","index":0}"#,
                #"{"type":"citation-start","index":1,"delta":{"message":{"citations":{"start":0,"end":1,"text":"I","type":"THINKING_CONTENT","sources":[{"type":"document","id":"doc:1"}]}}}}"#,
                #"{"type":"message-end","delta":{"finish_reason":"STOP_SEQUENCE","usage":{"billed_units":{"input_tokens":9,"output_tokens":7,"search_units":1},"tokens":{"input_tokens":9,"output_tokens":7}}}}"#,
            ],
            whole:
                #"{"id":"i","finish_reason":"STOP_SEQUENCE","message":{"role":"assistant","content":[{"type":"thinking","thinking":"I think"},{"type":"text","text":"yes"}],"citations":[{"start":0,"end":3,"text":"yes","type":"TEXT_CONTENT","sources":[{"type":"document","id":"doc:0","document":{"id":"doc:0","title":"A","url":"https://a"}},{"type":"tool","id":"t:0","tool_output":{"x":1}}]},{"start":0,"end":1,"text":"I","type":"PLAN","sources":[{"type":"document","id":"doc:1"}]}]},"usage":{"billed_units":{"input_tokens":9,"output_tokens":7,"search_units":1}}}"#,
            [
                .reasoning(Array("I think".utf8), signature: nil),
                ProviderGolden.text(
                    "yes",
                    [
                        Citation(url: JSONText("https://a"), title: JSONText("A"), range: 0..<3),
                        Citation(url: nil, title: JSONText("t:0"), range: 0..<3),
                    ]),
            ], .stopSequence(nil), Usage(uncachedInput: 9, output: 7, toolCalls: 1)),
        golden(
            "it failed without a word",
            [start, #"{"type":"message-end","delta":{"finish_reason":"TIMEOUT"}}"#],
            whole: #"{"id":"i","finish_reason":"TIMEOUT","message":{"role":"assistant","content":[]}}"#, [],
            .failed("TIMEOUT")),
        golden(
            "an error at once", [#"{"message":"too many tokens: size limit exceeded"}"#],
            whole: #"{"message":"too many tokens: size limit exceeded"}"#, id: nil, error: .contextTooLong,
            isDone: false),
        golden(
            "an error in the midst",
            [
                start, #"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"a"}}}}"#,
                #"{"type":"message-end","delta":{"finish_reason":"ERROR","error":"Something broke."}}"#,
            ], [ProviderGolden.text("a")], .failed("ERROR"), error: .unknown),
        golden(
            "a cut stream",
            [start, #"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"a"}}}}"#],
            [ProviderGolden.text("a")], isDone: false),
    ]
}
