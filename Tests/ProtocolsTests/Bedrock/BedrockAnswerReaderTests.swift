import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct BedrockAnswerReaderTests {
    @Test(arguments: BedrockGoldens.all)
    func readsStreams(_ golden: ProviderGolden) throws { try golden.requireStreamSaysSo() }

    @Test(arguments: BedrockGoldens.all.filter { $0.whole != nil })
    func readsWholes(_ golden: ProviderGolden) throws { try golden.requireWholeSaysSo() }

    @Test(arguments: BedrockGoldens.all)
    func isWrittenAsChat(_ golden: ProviderGolden) throws { try golden.requireChatSaysSo() }

    @Test(arguments: BedrockGoldens.all)
    func saysTheSameHoweverCut(_ golden: ProviderGolden) throws { try golden.requireSameHoweverCut() }

    /// What it cost comes behind why it ended.
    @Test func isNotDoneBeforeItsUsage() throws {
        var reader = BedrockAnswerReader()
        let stop = ServerSentEvent(
            name: Array("messageStop".utf8), data: Array(#"{"stopReason":"end_turn"}"#.utf8), raw: [])
        #expect(try reader.read(stop).finishes == [AnswerStep.Finish(.stop)])
        #expect(!reader.tally.isDone && reader.tally.finishedChoices == 1)
    }

    static let usages: [(usage: String, expected: Usage?)] = [
        (#"{"inputTokens":9}"#, nil), (#"{"outputTokens":9}"#, nil), ("{}", nil), ("null", nil),
        (#"{"inputTokens":9,"outputTokens":-1}"#, nil), (#"{"inputTokens":9.5,"outputTokens":1}"#, nil),
        (#"{"inputTokens":"9","outputTokens":1}"#, nil),
        (#"{"inputTokens":9,"outputTokens":1,"cacheReadInputTokens":-1}"#, nil),
        (#"{"inputTokens":9,"outputTokens":1,"cacheDetails":[{"ttl":"1h","inputTokens":-1}]}"#, nil),
        // More for an hour than there was.
        (
            #"{"inputTokens":9,"outputTokens":1,"cacheWriteInputTokens":2,"cacheDetails":[{"ttl":"1h","inputTokens":3}]}"#,
            nil
        ),
        (
            #"{"inputTokens":9,"outputTokens":1,"cacheDetails":[{"ttl":"1h","inputTokens":3},{"ttl":"5m","inputTokens":4}]}"#,
            Usage(uncachedInput: 9, cacheWrite: 4, cacheWriteHour: 3, output: 1)
        ),
        (
            #"{"inputTokens":9,"outputTokens":1,"cacheReadInputTokens":null,"cacheWriteInputTokens":4,"cacheDetails":[]}"#,
            Usage(uncachedInput: 9, cacheWrite: 4, output: 1)
        ),
    ]

    @Test(arguments: usages)
    func countsUsage(_ row: (usage: String, expected: Usage?)) throws {
        let root = try JSONDocument("{\"usage\":\(row.usage)}").root
        #expect(BedrockUsage.read(root)?.usage == row.expected)
    }

    @Test(arguments: ["messageStop", "metadata", "contentBlockStart", "contentBlockDelta", "error", "exception:x"])
    func refusesWhatIsNoObject(_ name: String) {
        for data in ["[]", "{", "1"] {
            var reader = BedrockAnswerReader()
            let event = ServerSentEvent(name: Array(name.utf8), data: Array(data.utf8), raw: [])
            #expect(throws: JSONFault.self) { try reader.read(event) }
        }
    }

    @Test func readsAnErrorOutsideTheModel() throws {
        let headers = [
            EventStreamHeader(":message-type", .string("error")),
            EventStreamHeader(":error-code", .string("InternalServerException")),
            EventStreamHeader(":error-message", .string("m")),
        ]
        var parser = ProviderDialect.named("bedrock").streamParser(maximumEventSize: 100)
        parser.append(EventStreamMessage.frame(headers, payload: []))
        var reader = BedrockAnswerReader()
        let event = try #require(try parser.next())
        let error = try #require(try reader.read(event).error)
        let failure = ProviderFailure.classify(error: error, dialect: .named("bedrock"))
        #expect(failure.kind == .serverError && failure.message == "m" && failure.type == "InternalServerException")
    }

    @Test func tellsABrokenStream() {
        var bytes = BedrockGoldens.all[0].stream
        bytes[40] ^= 1
        var parser = ProviderDialect.named("bedrock").streamParser(maximumEventSize: 100_000)
        parser.append(bytes)
        #expect(throws: ProviderStreamFault.eventStream(.wrongChecksum)) { try parser.next() }
        var small = ProviderDialect.named("bedrock").streamParser(maximumEventSize: 8)
        small.append(BedrockGoldens.all[0].stream)
        #expect(throws: ProviderStreamFault.eventStream(.payloadTooLarge)) { try small.next() }
        var cut = ProviderDialect.named("bedrock").streamParser(maximumEventSize: 100)
        cut.append([0, 0])
        #expect(throws: ProviderStreamFault.eventStream(.incomplete)) { try cut.finish() }
        var served = ProviderDialect.named("openai").streamParser(maximumEventSize: 4)
        served.append(Array("data: 12345\n\n".utf8))
        #expect(throws: ProviderStreamFault.serverSent(.tooLarge)) { try served.next() }
    }
}
