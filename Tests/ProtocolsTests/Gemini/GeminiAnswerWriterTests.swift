import Domain
import JSON
import Testing

@testable import Protocols

/// From the middle to Gemini.
@Suite struct GeminiAnswerWriterTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let steps: [[AnswerPiece.Content]]
        let finish: FinishReason
        var origin = WireProtocol.chat
        let stream: String
        let whole: String
    }

    static let opening = AnswerOpening(id: "run_1", model: "asked", created: 7, origin: .chat)
    static let usage = Usage(uncachedInput: 3, cacheRead: 5, cacheWrite: 1, audioInput: 2, output: 4, reasoning: 6)
    static let counted =
        #""usageMetadata":{"promptTokenCount":11,"candidatesTokenCount":4,"totalTokenCount":21,"cachedContentTokenCount":5,"thoughtsTokenCount":6,"promptTokensDetails":[{"modality":"TEXT","tokenCount":9},{"modality":"AUDIO","tokenCount":2}],"cost":0.00042}"#
    static let named = #""modelVersion":"m","responseId":"a1""#

    static let rows = [
        Row(
            testDescription: "text",
            steps: [[.text(JSONText(""))], [.text(JSONText("Hé\n"))], [.text(JSONText("\"llo\""))]],
            finish: .length,
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"text":"Hé\n"}],"role":"model"},"index":0}],\#(named)}

                data: {"candidates":[{"content":{"parts":[{"text":"\"llo\""}],"role":"model"},"index":0}],\#(named)}

                data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"MAX_TOKENS","index":0}],\#(counted),"tollgate":{"output_valid":true},\#(named)}


                """#,
            whole: #"""
                {"candidates":[{"content":{"parts":[{"text":"Hé\n\"llo\""}],"role":"model"},"finishReason":"MAX_TOKENS","index":0}],\#(counted),\#(named)}
                """#),
        Row(
            testDescription: "parallel calls, interleaved",
            steps: [
                [.text(JSONText("Let me"))], [.toolCall(0, CallHead(id: JSONText("c0"), name: JSONText("f")))],
                [.arguments(0, JSONText(#"{"x""#)), .toolCall(1, CallHead(id: nil, name: JSONText("g")))],
                [.arguments(0, JSONText(":1}"))],
                [.toolCall(2, CallHead(id: JSONText("c2"), name: JSONText("h"), isCustom: true))],
                [.arguments(2, JSONText("any \"text\""))],
            ], finish: .toolCalls,
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"text":"Let me"}],"role":"model"},"index":0}],\#(named)}

                data: {"candidates":[{"content":{"parts":[{"functionCall":{"id":"c0","name":"f","args":{"x":1}}},{"functionCall":{"id":"call_run_1_1","name":"g","args":{}}},{"functionCall":{"id":"c2","name":"h","args":{"input":"any \"text\""}}}],"role":"model"},"finishReason":"STOP","index":0}],\#(counted),"tollgate":{"output_valid":true},\#(named)}


                """#,
            whole: #"""
                {"candidates":[{"content":{"parts":[{"text":"Let me"},{"functionCall":{"id":"c0","name":"f","args":{"x":1}}},{"functionCall":{"id":"call_run_1_1","name":"g","args":{}}},{"functionCall":{"id":"c2","name":"h","args":{"input":"any \"text\""}}}],"role":"model"},"finishReason":"STOP","index":0}],\#(counted),\#(named)}
                """#),
        Row(
            testDescription: "arguments cut short",
            steps: [
                [.toolCall(0, CallHead(id: JSONText("c0"), name: JSONText("f"))), .arguments(0, JSONText(#"{"x":"#))]
            ],
            finish: .length,
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"functionCall":{"id":"c0","name":"f","args":{"input":"{\"x\":"}}}],"role":"model"},"finishReason":"MAX_TOKENS","index":0}],\#(counted),"tollgate":{"output_valid":true},\#(named)}


                """#,
            whole: #"""
                {"candidates":[{"content":{"parts":[{"functionCall":{"id":"c0","name":"f","args":{"input":"{\"x\":"}}}],"role":"model"},"finishReason":"MAX_TOKENS","index":0}],\#(counted),\#(named)}
                """#),
        // base64 of "tollgate.anthropic.sig" and "tollgate.hidden.tollgate.anthropic.enc".
        Row(
            testDescription: "another provider's reasoning is sealed",
            steps: [
                [.reasoning(JSONText("hm"))], [.signature(JSONText("sig"))], [.hiddenReasoning(JSONText("enc"))],
                [.text(JSONText("yes"))],
            ], finish: .stop, origin: .anthropic,
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"text":"hm","thought":true}],"role":"model"},"index":0}],\#(named)}

                data: {"candidates":[{"content":{"parts":[{"text":"","thought":true,"thoughtSignature":"dG9sbGdhdGUuYW50aHJvcGljLnNpZw=="}],"role":"model"},"index":0}],\#(named)}

                data: {"candidates":[{"content":{"parts":[{"text":"","thought":true,"thoughtSignature":"dG9sbGdhdGUuaGlkZGVuLnRvbGxnYXRlLmFudGhyb3BpYy5lbmM="}],"role":"model"},"index":0}],\#(named)}

                data: {"candidates":[{"content":{"parts":[{"text":"yes"}],"role":"model"},"index":0}],\#(named)}

                data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}],\#(counted),"tollgate":{"output_valid":true},\#(named)}


                """#,
            whole: #"""
                {"candidates":[{"content":{"parts":[{"text":"hm","thought":true,"thoughtSignature":"dG9sbGdhdGUuYW50aHJvcGljLnNpZw=="},{"text":"","thought":true,"thoughtSignature":"dG9sbGdhdGUuaGlkZGVuLnRvbGxnYXRlLmFudGhyb3BpYy5lbmM="},{"text":"yes"}],"role":"model"},"finishReason":"STOP","index":0}],\#(counted),\#(named)}
                """#),
        Row(
            testDescription: "a refusal",
            steps: [[.refusal(JSONText("I can"))], [.refusal(JSONText("not"))]], finish: .refusal,
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"text":"I can"}],"role":"model"},"index":0}],\#(named)}

                data: {"candidates":[{"content":{"parts":[{"text":"not"}],"role":"model"},"index":0}],\#(named)}

                data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"SAFETY","index":0}],\#(counted),"tollgate":{"output_valid":true},\#(named)}


                """#,
            whole: #"""
                {"candidates":[{"content":{"parts":[{"text":"I cannot"}],"role":"model"},"finishReason":"SAFETY","index":0}],\#(counted),\#(named)}
                """#),
        Row(
            testDescription: "sources",
            steps: [
                [.text(JSONText("a")), .citation(Citation(url: JSONText("u"), title: JSONText("t")))],
                [.text(JSONText("b"))],
            ],
            finish: .other("word"),
            stream: #"""
                data: {"candidates":[{"content":{"parts":[{"text":"a"}],"role":"model"},"index":0}],\#(named)}

                data: {"candidates":[{"content":{"parts":[{"text":"b"}],"role":"model"},"index":0}],\#(named)}

                data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"OTHER","index":0,"groundingMetadata":{"groundingChunks":[{"web":{"uri":"u","title":"t"}}]}}],\#(counted),"tollgate":{"output_valid":true},\#(named)}


                """#,
            whole: #"""
                {"candidates":[{"content":{"parts":[{"text":"ab"}],"role":"model"},"finishReason":"OTHER","index":0,"groundingMetadata":{"groundingChunks":[{"web":{"uri":"u","title":"t"}}]}}],\#(counted),\#(named)}
                """#),
    ]

    /// What a row says, and its end.
    private static func said(_ row: Row) -> (steps: [AnswerStep], ending: AnswerEnding) {
        var opening = Self.opening
        opening.origin = row.origin
        var tally = AnswerTally()
        let steps = row.steps.enumerated().map { index, pieces in
            var step = AnswerStep()
            if index == 0 { (step.id, step.model) = ("a1", "m") }
            step.pieces = pieces.map { AnswerPiece($0) }
            tally.note(step)
            return step
        }
        let ending = AnswerEnding(
            opening, tally, finishReason: row.finish, usage: usage, cost: "0.00042", verdict: OutputVerdict(faults: []))
        return (steps, ending)
    }

    @Test(arguments: rows)
    func writesStreams(_ row: Row) throws {
        let (steps, ending) = Self.said(row)
        var writer = GeminiAnswerWriter(ending.opening)
        var out: [UInt8] = []
        for step in steps { out += try writer.write(step) }
        out += writer.end(ending)
        #expect(String(decoding: out, as: UTF8.self) == row.stream)
    }

    @Test(arguments: rows)
    func writesWholes(_ row: Row) throws {
        let (steps, ending) = Self.said(row)
        var assembly = AnswerAssembly()
        for step in steps { assembly.add(step) }
        let body = GeminiAnswerWriter.whole(assembly.first, ending)
        #expect(String(decoding: body, as: UTF8.self) == row.whole)
    }

    /// Gemini's own answers are read back as what was written, however they were said.
    @Test(arguments: GeminiGolden.all.filter { $0.error == nil && $0.finish != nil && $0.usage?.toolCalls == 0 })
    func readsBackWhatItWrote(_ golden: GeminiGolden) throws {
        var reader = GeminiAnswerReader()
        var assembly = AnswerAssembly()
        let opening = AnswerOpening(id: "run_1", model: "asked", created: 7, origin: .gemini)
        var writer = GeminiAnswerWriter(opening)
        var stream: [UInt8] = []
        for event in try SSEParserTests.events(of: golden.stream, cutTo: 1_000, maximum: 100_000) {
            let step = try reader.read(event)
            assembly.add(step)
            stream += try writer.write(step)
        }
        let usage = try #require(reader.tally.usage?.usage)
        let ending = AnswerEnding(
            opening, reader.tally, finishReason: reader.tally.finishReason, usage: usage, cost: "1")
        stream += writer.end(ending)

        var ofStream = GeminiAnswerReader()
        var streamed = AnswerAssembly()
        for event in try SSEParserTests.events(
            of: String(decoding: stream, as: UTF8.self), cutTo: 1_000, maximum: 100_000)
        {
            streamed.add(try ofStream.read(event))
        }
        var ofWhole = GeminiAnswerReader()
        var whole = AnswerAssembly()
        whole.add(try ofWhole.read(whole: GeminiAnswerWriter.whole(assembly.first, ending)))

        let said = Self.withIDs(assembly.first.items, opening).withoutEmptyTexts
        #expect(streamed.first.items.withoutEmptyTexts == said)
        #expect(whole.first.items.withoutEmptyTexts == said)
        for tally in [ofStream.tally, ofWhole.tally] {
            #expect(tally.finishReason == reader.tally.finishReason)
            #expect(tally.usage?.usage == usage)
            #expect(tally.id == "r" && tally.model == "gemini-3-flash")
        }
    }

    /// Calls without an id get one of ours.
    private static func withIDs(_ items: [AssembledAnswer.Item], _ opening: AnswerOpening) -> [AssembledAnswer.Item] {
        var number = 0
        return items.map { item in
            guard case .call(var call) = item else { return item }
            call.head.id = opening.callID(call.head, number)
            number += 1
            return .call(call)
        }
    }

    @Test func refusesToGoOnWithACallThatIsWritten() throws {
        var writer = GeminiAnswerWriter(Self.opening)
        var step = AnswerStep()
        step.pieces = [
            AnswerPiece(.toolCall(0, CallHead(id: nil, name: JSONText("f")))), AnswerPiece(.text(JSONText("a"))),
            AnswerPiece(.arguments(0, JSONText("{}"))),
        ]
        #expect(throws: RelayFault.interleavedCalls) { try writer.write(step) }
    }

    @Test func endsAStreamThatSaidNothing() {
        var writer = GeminiAnswerWriter(Self.opening)
        let ending = AnswerEnding(Self.opening, AnswerTally(), finishReason: .contentFilter, usage: Usage(), cost: "0")
        #expect(
            String(decoding: writer.end(ending), as: UTF8.self)
                == #"data: {"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"SAFETY","index":0}],"#
                + #""usageMetadata":{"promptTokenCount":0,"candidatesTokenCount":0,"totalTokenCount":0,"cost":0},"#
                + #""modelVersion":"asked","responseId":"run_1"}"# + "\n\n")
    }
}
