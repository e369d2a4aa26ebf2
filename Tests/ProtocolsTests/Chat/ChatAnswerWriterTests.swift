import Domain
import JSON
import Testing

@testable import Protocols

/// Answers of other protocols, as the SDKs of chat completions need them.
@Suite struct ChatAnswerWriterTests {
    private static func stream(_ pieces: [AnswerPiece.Content]) throws -> [JSONValue] {
        var writer = ChatAnswerWriter(Streams.opening(from: .anthropic))
        var step = AnswerStep()
        step.pieces = pieces.map { AnswerPiece($0) }
        var out = writer.write(step)
        let ending = AnswerEnding(
            Streams.opening(from: .anthropic), AnswerTally(), finishReason: .toolCalls, usage: Usage(), cost: "0")
        out += writer.end(ending)
        return try Streams.events(of: out, cutAt: []).filter { !$0.data.starts(with: "[DONE]".utf8) }
            .compactMap { event in
                try JSONDocument(event.data).root.member("choices")?.elements().first?.member("delta")
            }
    }

    private static func head(_ name: String, isCustom: Bool = false) -> CallHead {
        CallHead(id: nil, name: JSONText(name), isCustom: isCustom)
    }

    /// Clients read arguments as JSON, which an empty text is not.
    @Test func aCallWithoutArgumentsHasAnEmptyObject() throws {
        let deltas = try Self.stream([
            .toolCall(0, Self.head("f")), .toolCall(1, Self.head("g")), .arguments(1, JSONText("{\"x\":1}")),
            .toolCall(2, Self.head("c", isCustom: true)), .toolCall(3, Self.head("h")),
        ])
        let fragments = deltas.compactMap { $0.member("tool_calls")?.elements().first }.map { call in
            let function = call.member("function") ?? call.member("custom")
            let text = (function?.member("arguments") ?? function?.member("input"))?.string ?? "?"
            return "\(call.member("index")?.int ?? -1) \(function?.member("name")?.string ?? "") \(text)"
        }
        #expect(fragments == ["0 f ", "0  {}", "1 g ", "1  {\"x\":1}", "2 c ", "3 h ", "3  {}"])
    }

    /// OpenAI's SDKs join the entries of a streamed list by their numbers.
    @Test func annotationsAreNumbered() throws {
        let citation = Citation(url: JSONText("u"), title: nil, quote: nil)
        let deltas = try Self.stream([.text(JSONText("a")), .citation(citation), .citation(citation)])
        let numbers = deltas.compactMap { $0.member("annotations")?.elements().first?.member("index")?.int }
        #expect(numbers == [0, 1])
    }

    @Test func usageSaysWhatWasWrittenToTheCache() throws {
        var writer = JSONWriter()
        writer.chatUsage(Usage(uncachedInput: 1, cacheWrite: 5, cacheWriteHour: 2, output: 1), cost: "0")
        let details = try JSONDocument(writer.bytes).root.member("prompt_tokens_details")
        #expect(details?.member("cache_write_tokens")?.int == 7)
    }
}
