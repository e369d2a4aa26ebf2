import JSON
import Testing

@testable import Protocols

@Suite struct AnswerWriterTests {
    @Test func aStreamThatFailsEndsInItsProtocolsWords() throws {
        let error = ErrorBody(message: "Slow", type: "rate_limit_error", code: "rate_limit_exceeded")
        let opening = Streams.opening(from: .chat)
        let writers: [(any AnswerWriter, [UInt8])] = [
            (ChatAnswerWriter(opening), error.encodeEvent()),
            (AnthropicAnswerWriter(opening), error.encodeAnthropicEvent(status: 429, requestID: "request_1")),
            (GeminiAnswerWriter(opening), error.encodeGeminiEvent(status: 429)),
        ]
        for (writer, expected) in writers {
            var writer = writer
            #expect(writer.fail(error, status: 429, requestID: "request_1") == expected)
        }
        // After what a response begins with, each event by its number, and the response as failed behind it.
        var responses: any AnswerWriter = ResponsesAnswerWriter(opening)
        let events = try ResponsesAnswerWriterTests.payloads(
            responses.fail(error, status: 429, requestID: "request_1"))
        #expect(events.map { $0.member("sequence_number")?.int } == events.indices.map { Int64($0) })
        #expect(events.suffix(2).map { $0.member("type")?.string } == ["error", "response.failed"])
    }
}
