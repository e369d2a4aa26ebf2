import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct CohereAnswerReaderTests {
    @Test(arguments: CohereGoldens.all)
    func readsStreams(_ golden: ProviderGolden) throws { try golden.requireStreamSaysSo() }

    @Test(arguments: CohereGoldens.all.filter { $0.whole != nil })
    func readsWholes(_ golden: ProviderGolden) throws { try golden.requireWholeSaysSo() }

    @Test(arguments: CohereGoldens.all)
    func isWrittenAsChat(_ golden: ProviderGolden) throws { try golden.requireChatSaysSo() }

    @Test(arguments: CohereGoldens.all)
    func saysTheSameHoweverCut(_ golden: ProviderGolden) throws { try golden.requireSameHoweverCut() }

    static let usages: [(usage: String, expected: Usage?)] = [
        ("{}", nil), ("null", nil), (#"{"billed_units":{"input_tokens":1}}"#, nil),
        (#"{"tokens":{"input_tokens":1,"output_tokens":-1}}"#, nil),
        (#"{"tokens":{"input_tokens":1.5,"output_tokens":1}}"#, nil),
        (#"{"tokens":{"input_tokens":1,"output_tokens":1},"cached_tokens":2}"#, nil),
        (#"{"tokens":{"input_tokens":1,"output_tokens":1},"cached_tokens":"x"}"#, nil),
        (
            #"{"billed_units":{"input_tokens":9,"output_tokens":1},"cached_tokens":4}"#,
            Usage(uncachedInput: 5, cacheRead: 4, output: 1)
        ),
        // What is not billed is not paid.
        (
            #"{"billed_units":{"input_tokens":0,"output_tokens":0},"tokens":{"input_tokens":9,"output_tokens":1}}"#,
            Usage()
        ),
        (
            #"{"billed_units":{"output_tokens":2.0},"tokens":{"input_tokens":9,"output_tokens":1}}"#,
            Usage(uncachedInput: 9, output: 2)
        ),
    ]

    @Test(arguments: usages)
    func countsUsage(_ row: (usage: String, expected: Usage?)) throws {
        let root = try JSONDocument("{\"usage\":\(row.usage)}").root
        #expect(CohereUsage.read(root)?.usage == row.expected)
    }

    @Test func refusesWhatIsNoObject() {
        for data in ["[]", "{", "1", "[DONE"] {
            var reader = CohereAnswerReader()
            let event = ServerSentEvent(name: [], data: Array(data.utf8), raw: [])
            #expect(throws: JSONFault.self) { try reader.read(event) }
            #expect(throws: JSONFault.self) { try reader.read(whole: Array(data.utf8)) }
        }
    }
}
