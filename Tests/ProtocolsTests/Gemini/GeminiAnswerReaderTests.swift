import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct GeminiAnswerReaderTests {
    @Test(arguments: GeminiGolden.all, [1, 7, 100_000])
    func readsStreams(_ golden: GeminiGolden, cutTo size: Int) throws {
        var reader = GeminiAnswerReader()
        var assembly = AnswerAssembly()
        var error: JSONValue?
        for event in try SSEParserTests.events(of: golden.stream, cutTo: size, maximum: 100_000) {
            let step = try reader.read(event)
            assembly.add(step)
            error = error ?? step.error
            #expect(!step.isDone && !step.isUsageOnly && step.amended == nil)
        }
        try Self.compare(golden, assembly, reader.tally, error)
    }

    @Test(arguments: GeminiGolden.all.filter { $0.whole != nil })
    func readsWholes(_ golden: GeminiGolden) throws {
        var reader = GeminiAnswerReader()
        var assembly = AnswerAssembly()
        let step = try reader.read(whole: Array((golden.whole ?? "").utf8))
        assembly.add(step)
        #expect(step.isAnswer == (golden.error == nil))
        try Self.compare(golden, assembly, reader.tally, step.error)
    }

    private static func compare(
        _ golden: GeminiGolden, _ assembly: AnswerAssembly, _ tally: AnswerTally, _ error: JSONValue?
    ) throws {
        #expect(golden.items.withoutEmptyTexts == assembly.first.items.withoutEmptyTexts)
        #expect(tally.finishReason == golden.finish)
        #expect(tally.usage?.usage == golden.usage)
        #expect(tally.id == golden.id && tally.model == golden.model)
        #expect(
            error.map { ProviderFailure.classify(error: $0, dialect: .named("gemini")).kind } == golden.error)
    }

    @Test func numbersCallsAndSaysTheirArgumentsOnce() throws {
        var reader = GeminiAnswerReader()
        let golden = try #require(GeminiGolden.all.first { $0.testDescription == "parallel calls" })
        let pieces = try SSEParserTests.events(of: golden.stream, cutTo: 50, maximum: 100_000).flatMap {
            try reader.read($0).pieces.map(\.content)
        }
        #expect(
            pieces == [
                .signature(JSONText("c2ln")), .toolCall(0, CallHead(id: nil, name: JSONText("f"))),
                .arguments(0, JSONText(#"{"x":1}"#)),
                .toolCall(1, CallHead(id: JSONText("b"), name: JSONText("f"))),
                .arguments(1, JSONText(#"{"y":"\"é"}"#)), .toolCall(2, CallHead(id: nil, name: JSONText("now"))),
                .arguments(2, JSONText("{}")),
            ])
    }

    /// The second event names the source of the first again.
    @Test func namesEachSourceOnce() throws {
        var reader = GeminiAnswerReader()
        let events = [#"[{"web":{"uri":"u"}}]"#, #"[{"web":{"uri":"u"}},{"web":{"uri":"v"}}]"#].map {
            "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]},\"groundingMetadata\":{\"groundingChunks\":\($0)},"
                + "\"citationMetadata\":{\"citations\":[{\"uri\":\"w\"}]}}]}\n\n"
        }
        let cited = try SSEParserTests.events(of: events.joined(), cutTo: 1_000).flatMap { event in
            try reader.read(event).pieces.compactMap {
                if case .citation(let one) = $0.content { one.url } else { nil }
            }
        }
        #expect(cited == ["u", "w", "v"].map { JSONText($0) })
    }

    static let usages: [(metadata: String, saidText: Bool, usage: Usage?)] = [
        (#"{"promptTokenCount":0,"candidatesTokenCount":0,"totalTokenCount":0}"#, false, Usage()),
        (#"{"promptTokenCount":9}"#, false, nil), (#"{"totalTokenCount":9}"#, false, nil), ("{}", false, nil),
        ("null", false, nil), (#"{"promptTokenCount":9,"candidatesTokenCount":-1}"#, false, nil),
        (#"{"promptTokenCount":9,"candidatesTokenCount":1.5}"#, false, nil),
        (#"{"promptTokenCount":9,"candidatesTokenCount":1,"cachedContentTokenCount":10}"#, false, nil),
        (#"{"promptTokenCount":"9","candidatesTokenCount":"1"}"#, false, Usage(uncachedInput: 9, output: 1)),
        // Text came, but is not counted: unknown, not zero.
        (#"{"promptTokenCount":9,"totalTokenCount":9}"#, true, nil),
        (#"{"promptTokenCount":9,"totalTokenCount":9}"#, false, Usage(uncachedInput: 9)),
        (#"{"promptTokenCount":9,"totalTokenCount":12}"#, true, Usage(uncachedInput: 9, output: 3)),
        // Thoughts within the candidates, as the total tells.
        (
            #"{"promptTokenCount":9,"candidatesTokenCount":7,"thoughtsTokenCount":5,"totalTokenCount":16}"#, true,
            Usage(uncachedInput: 9, output: 2, reasoning: 5)
        ),
        (
            #"{"promptTokenCount":9,"candidatesTokenCount":7,"thoughtsTokenCount":5,"totalTokenCount":21}"#, true,
            Usage(uncachedInput: 9, output: 7, reasoning: 5)
        ),
        // Sound from the cache is charged as read from the cache.
        (
            #"{"promptTokenCount":90,"candidatesTokenCount":10,"cachedContentTokenCount":40,"promptTokensDetails":[{"modality":"AUDIO","tokenCount":60},{"modality":"TEXT","tokenCount":30}],"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":25}],"candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":8}]}"#,
            true, Usage(uncachedInput: 15, cacheRead: 40, audioInput: 35, output: 2, audioOutput: 8)
        ),
    ]

    @Test(arguments: usages)
    func countsDisjointly(_ row: (metadata: String, saidText: Bool, usage: Usage?)) throws {
        let root = try JSONDocument(#"{"usageMetadata":\#(row.metadata)}"#).root
        #expect(GeminiUsage.read(root, toolCalls: nil, saidText: row.saidText)?.usage == row.usage)
    }

    @Test(arguments: ["data: {\n\n", "data: 1\n\n", "data: hello\n\n", "data: []\n\n"])
    func refusesWhatIsNoAnswer(_ stream: String) throws {
        var reader = GeminiAnswerReader()
        let event = try #require(try SSEParserTests.events(of: stream, cutTo: 100).first)
        #expect(throws: JSONFault.self) { try reader.read(event) }
    }

    @Test(arguments: ["", "<html>", "[]", "\"x\"", "{"])
    func refusesWholesThatAreNone(_ body: String) {
        var reader = GeminiAnswerReader()
        #expect(throws: JSONFault.self) { try reader.read(whole: Array(body.utf8)) }
    }

    @Test(arguments: [
        "{}", #"{"candidates":null}"#, #"{"candidates":[]}"#, #"{"promptFeedback":{}}"#,
        #"{"promptFeedback":{"blockReason":"BLOCKED_REASON_UNSPECIFIED"}}"#,
    ])
    func bearsAnswersOfNobody(_ body: String) throws {
        var reader = GeminiAnswerReader()
        let step = try reader.read(whole: Array(body.utf8))
        #expect(!step.isAnswer && step.pieces.isEmpty && step.finishes.isEmpty && reader.tally.usage == nil)
    }

    @Test(arguments: [
        ("MAX_TOKENS", FinishReason.length), ("RECITATION", .contentFilter), ("IMAGE_SAFETY", .contentFilter),
        ("MODEL_ARMOR", .contentFilter), ("MALFORMED_FUNCTION_CALL", .failed("MALFORMED_FUNCTION_CALL")),
        ("OTHER", .failed("OTHER")), ("NEW_WORD", .other("NEW_WORD")),
    ])
    func knowsFinishReasons(_ row: (String, FinishReason)) {
        #expect(FinishReason(gemini: row.0, called: true) == row.1)
        #expect(FinishReason(gemini: "FINISH_REASON_UNSPECIFIED", called: false) == nil)
    }

    @Test func countsImagesAndSearches() throws {
        var reader = GeminiAnswerReader()
        let body = #"""
            {"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AAAA"}}]},"finishReason":"STOP","groundingMetadata":{"webSearchQueries":["a","b",""]}}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2},"modelVersion":"gemini-2.5-flash"}
            """#
        _ = try reader.read(whole: Array(body.utf8))
        #expect(reader.tally.imageCount == 1)
        // Before the third generation a grounded prompt is billed once.
        #expect(
            reader.tally.usage
                == ReportedUsage(usage: Usage(uncachedInput: 1, output: 2, toolCalls: 1), saysToolCalls: true))
    }

    /// Google Maps is billed once for a prompt, beside searches; an answer that is over and rests on nothing had none.
    @Test(arguments: [
        (#","finishReason":"STOP""#, 0, true), (#","finishReason":"STOP","groundingMetadata":{}"#, 0, true),
        ("", 0, false),
        (
            #","finishReason":"STOP","groundingMetadata":{"groundingChunks":[{"retrievedContext":{"uri":"u"}}]}"#, 0,
            false
        ),
        (
            #","finishReason":"STOP","groundingMetadata":{"groundingChunks":[{"maps":{"uri":"u"}},{"maps":{"uri":"v"}}]}"#,
            1, true
        ),
        (#","groundingMetadata":{"groundingChunks":[{"maps":{"uri":"u"}}],"webSearchQueries":["a","b"]}"#, 3, true),
    ])
    func countsWhatGooglesToolsDid(_ row: (members: String, calls: Int64, isSaid: Bool)) throws {
        var reader = GeminiAnswerReader()
        let body = #"""
            {"candidates":[{"content":{"parts":[{"text":"a"}]}\#(row.members)}],"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2},"modelVersion":"gemini-3-pro"}
            """#
        _ = try reader.read(whole: Array(body.utf8))
        #expect(
            reader.tally.usage
                == ReportedUsage(
                    usage: Usage(uncachedInput: 1, output: 2, toolCalls: row.calls), saysToolCalls: row.isSaid))
    }
}

extension [AssembledAnswer.Item] {
    /// A stream's last event often has an empty text, which says nothing.
    var withoutEmptyTexts: [AssembledAnswer.Item] {
        filter { if case .text(let text, _) = $0 { !text.isEmpty } else { true } }
    }
}
