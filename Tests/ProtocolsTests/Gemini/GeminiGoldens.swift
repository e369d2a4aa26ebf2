import Domain
import Testing

@testable import Protocols

/// Answers as Google sends them, streamed and whole, and what they say. Written from Google's reference and from recorded
/// answers; the values are invented.
struct GeminiGolden: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let stream: String
    /// Nil where only a stream can say it.
    let whole: String?
    let items: [AssembledAnswer.Item]
    let finish: FinishReason?
    let usage: Usage?
    var error: ProviderFailure.Kind?
    var id: String? = "r"
    var model: String? = "gemini-3-flash"

    static func text(_ text: String, _ citations: [Citation] = []) -> AssembledAnswer.Item {
        .text(Array(text.utf8), citations)
    }

    static func call(_ name: String, _ arguments: String, id: String? = nil, signature: String? = nil)
        -> AssembledAnswer.Item
    {
        .call(
            AssembledAnswer.Call(
                head: CallHead(id: id.map { JSONText($0) }, name: JSONText(name)), arguments: Array(arguments.utf8),
                signature: signature.map { JSONText($0) }))
    }

    static let all: [GeminiGolden] = [
        GeminiGolden(
            testDescription: "text",
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"text":"Hé\n"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"gemini-3-flash","responseId":"r"}

                data: {"candidates":[{"content":{"parts":[{"text":"ll"},{"text":"o \ud83d\ude00"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3,"totalTokenCount":12},"modelVersion":"gemini-3-flash","responseId":"r"}

                data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4,"totalTokenCount":13,"cachedContentTokenCount":5,"promptTokensDetails":[{"modality":"TEXT","tokenCount":9}]},"modelVersion":"gemini-3-flash","responseId":"r"}


                """#,
            whole: #"""
                {
                  "candidates": [
                    {
                      "content": {"parts": [{"text": "H\u00e9\nllo 😀"}], "role": "model"},
                      "finishReason": "STOP",
                      "index": 0,
                      "avgLogprobs": -0.1
                    }
                  ],
                  "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 4, "totalTokenCount": 13, "cachedContentTokenCount": 5},
                  "modelVersion": "gemini-3-flash",
                  "responseId": "r"
                }
                """#,
            items: [text("Hé\nllo 😀")], finish: .stop, usage: Usage(uncachedInput: 4, cacheRead: 5, output: 4)),
        GeminiGolden(
            testDescription: "parallel calls",
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"x":1}},"thoughtSignature":"c2ln"},{"functionCall":{"id":"b","name":"f","args":{"y":"\"é"}}}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3,"totalTokenCount":12},"modelVersion":"gemini-3-flash","responseId":"r"}

                data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"now"}}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4,"thoughtsTokenCount":20,"totalTokenCount":33},"modelVersion":"gemini-3-flash","responseId":"r"}


                """#,
            whole: #"""
                {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{"x":1}},"thoughtSignature":"c2ln"},{"functionCall":{"id":"b","name":"f","args":{"y":"\"é"}}},{"functionCall":{"name":"now"}}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":4,"thoughtsTokenCount":20,"totalTokenCount":33},"modelVersion":"gemini-3-flash","responseId":"r"}
                """#,
            items: [
                call("f", #"{"x":1}"#, signature: "c2ln"), call("f", #"{"y":"\"é"}"#, id: "b"), call("now", "{}"),
            ], finish: .toolCalls, usage: Usage(uncachedInput: 9, output: 4, reasoning: 20)),
        GeminiGolden(
            testDescription: "structured output",
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"text":"{\"a\""}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":3,"totalTokenCount":3},"modelVersion":"gemini-3-flash","responseId":"r"}

                data: {"candidates":[{"content":{"parts":[{"text":": [1]}"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":7,"totalTokenCount":10},"modelVersion":"gemini-3-flash","responseId":"r"}


                """#,
            whole: #"""
                {"candidates":[{"content":{"parts":[{"text":"{\"a\": [1]}"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":7,"totalTokenCount":10},"modelVersion":"gemini-3-flash","responseId":"r"}
                """#,
            items: [text(#"{"a": [1]}"#)], finish: .stop, usage: Usage(uncachedInput: 3, output: 7)),
        GeminiGolden(
            testDescription: "reasoning, then a call that is signed",
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"text":"I ","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":3,"totalTokenCount":5,"thoughtsTokenCount":2},"modelVersion":"gemini-3-flash","responseId":"r"}

                data: {"candidates":[{"content":{"parts":[{"text":"think","thought":true}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":3,"totalTokenCount":9,"thoughtsTokenCount":6},"modelVersion":"gemini-3-flash","responseId":"r"}

                data: {"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"YWJj"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":13,"thoughtsTokenCount":6},"modelVersion":"gemini-3-flash","responseId":"r"}

                data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":13,"thoughtsTokenCount":6},"modelVersion":"gemini-3-flash","responseId":"r"}


                """#,
            whole: #"""
                {"candidates":[{"content":{"parts":[{"text":"I think","thought":true},{"functionCall":{"name":"f","args":{}},"thoughtSignature":"YWJj"},{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":4,"totalTokenCount":13,"thoughtsTokenCount":6},"modelVersion":"gemini-3-flash","responseId":"r"}
                """#,
            items: [.reasoning(Array("I think".utf8), signature: JSONText("YWJj")), call("f", "{}"), text("")],
            finish: .toolCalls, usage: Usage(uncachedInput: 3, output: 4, reasoning: 6)),
        GeminiGolden(
            testDescription: "reasoning, then text; the signature stands on no text",
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"yes"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1,"totalTokenCount":6,"thoughtsTokenCount":2},"modelVersion":"gemini-3-flash","responseId":"r"}

                data: {"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"YWJj"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1,"totalTokenCount":6,"thoughtsTokenCount":2},"modelVersion":"gemini-3-flash","responseId":"r"}


                """#,
            whole: #"""
                {"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"yes"},{"text":"","thoughtSignature":"YWJj"}],"role":"model"},"finishReason":"STOP","index":0}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1,"totalTokenCount":6,"thoughtsTokenCount":2},"modelVersion":"gemini-3-flash","responseId":"r"}
                """#,
            items: [.reasoning(Array("hm".utf8), signature: nil), text("yes")], finish: .stop,
            usage: Usage(uncachedInput: 3, output: 1, reasoning: 2)),
        GeminiGolden(
            testDescription: "an image, a sound and tools of Google's in the prompt",
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"text":"A cat."}],"role":"model"},"finishReason":"STOP","groundingMetadata":{"webSearchQueries":["cats","dogs"],"groundingChunks":[{"web":{"uri":"https://a","title":"A"}},{"web":{"uri":"https://b","title":"B"}}]}}],"usageMetadata":{"promptTokenCount":300,"candidatesTokenCount":3,"totalTokenCount":333,"toolUsePromptTokenCount":30,"promptTokensDetails":[{"modality":"IMAGE","tokenCount":258},{"modality":"AUDIO","tokenCount":32},{"modality":"TEXT","tokenCount":10}]},"modelVersion":"gemini-3-flash","responseId":"r"}


                """#,
            whole: #"""
                {"candidates":[{"content":{"parts":[{"text":"A cat."}],"role":"model"},"finishReason":"STOP","groundingMetadata":{"webSearchQueries":["cats","dogs"],"groundingChunks":[{"web":{"uri":"https://a","title":"A"}},{"web":{"uri":"https://b","title":"B"}}]}}],"usageMetadata":{"promptTokenCount":300,"candidatesTokenCount":3,"totalTokenCount":333,"toolUsePromptTokenCount":30,"promptTokensDetails":[{"modality":"IMAGE","tokenCount":258},{"modality":"AUDIO","tokenCount":32},{"modality":"TEXT","tokenCount":10}]},"modelVersion":"gemini-3-flash","responseId":"r"}
                """#,
            items: [
                text(
                    "A cat.",
                    [
                        Citation(url: JSONText("https://a"), title: JSONText("A")),
                        Citation(url: JSONText("https://b"), title: JSONText("B")),
                    ])
            ], finish: .stop, usage: Usage(uncachedInput: 298, audioInput: 32, output: 3, toolCalls: 2)),
        GeminiGolden(
            testDescription: "a blocked prompt",
            stream: #"""
                data: {"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":8,"totalTokenCount":8},"modelVersion":"gemini-3-flash","responseId":"r"}


                """#,
            whole: #"""
                {"promptFeedback":{"blockReason":"PROHIBITED_CONTENT"},"usageMetadata":{"promptTokenCount":8,"totalTokenCount":8},"modelVersion":"gemini-3-flash","responseId":"r"}
                """#,
            items: [], finish: .contentFilter, usage: Usage(uncachedInput: 8)),
        GeminiGolden(
            testDescription: "filtered in its midst",
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"text":"Well"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":1,"totalTokenCount":9},"modelVersion":"gemini-3-flash","responseId":"r"}

                data: {"candidates":[{"finishReason":"SAFETY","index":0,"safetyRatings":[]}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":1,"totalTokenCount":9},"modelVersion":"gemini-3-flash","responseId":"r"}


                """#,
            whole: #"""
                {"candidates":[{"content":{"parts":[{"text":"Well"}],"role":"model"},"finishReason":"SAFETY","index":0}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":1,"totalTokenCount":9},"modelVersion":"gemini-3-flash","responseId":"r"}
                """#,
            items: [text("Well")], finish: .contentFilter, usage: Usage(uncachedInput: 8, output: 1)),
        GeminiGolden(
            testDescription: "at its maximum while it thinks",
            stream: #"""
                data: {"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS","index":0}],"usageMetadata":{"promptTokenCount":8,"totalTokenCount":108,"thoughtsTokenCount":100},"modelVersion":"gemini-3-flash","responseId":"r"}


                """#,
            whole: #"""
                {"candidates":[{"content":{"role":"model"},"finishReason":"MAX_TOKENS","index":0}],"usageMetadata":{"promptTokenCount":8,"totalTokenCount":108,"thoughtsTokenCount":100},"modelVersion":"gemini-3-flash","responseId":"r"}
                """#,
            items: [], finish: .length, usage: Usage(uncachedInput: 8, reasoning: 100)),
        GeminiGolden(
            testDescription: "an error before anything",
            stream: #"""
                {
                  "error": {
                    "code": 429,
                    "message": "You exceeded your current quota.",
                    "status": "RESOURCE_EXHAUSTED",
                    "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.4s"}]
                  }
                }

                """#,
            whole: #"""
                {"error": {"code": 429, "message": "You exceeded your current quota.", "status": "RESOURCE_EXHAUSTED"}}
                """#,
            items: [], finish: nil, usage: nil, error: .rateLimited, id: nil, model: nil),
        GeminiGolden(
            testDescription: "an error in the midst, in an array",
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"text":"a"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":2,"candidatesTokenCount":1,"totalTokenCount":3},"modelVersion":"gemini-3-flash","responseId":"r"}

                [{
                  "error": {
                    "code": 503,
                    "message": "The model is overloaded.",
                    "status": "UNAVAILABLE"
                  }
                }
                ]

                """#,
            whole: nil, items: [text("a")], finish: nil, usage: Usage(uncachedInput: 2, output: 1),
            error: .overloaded),
        GeminiGolden(
            testDescription: "a cut stream",
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"text":"a"}],"role":"model"},"index":0}],"usageMetadata":{"promptTokenCount":2,"totalTokenCount":2},"modelVersion":"gemini-3-flash","responseId":"r"}


                """#,
            whole: nil, items: [text("a")], finish: nil, usage: nil),
    ]
}
