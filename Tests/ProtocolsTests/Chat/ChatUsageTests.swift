import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct ChatUsageTests {
    /// What providers report, the disjoint counters that makes, and its cost in nano-credits.
    static let rows: [(provider: String, usage: String, read: Usage, cost: Int64)] = [
        // Zero that is reported is zero.
        ("openai", #"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#, Usage(), 0),
        (
            "openai",
            #"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":null,"completion_tokens_details":{}}"#,
            Usage(uncachedInput: 5, output: 1), 9_000
        ),
        (
            "openai",
            #"{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"completion_tokens_details":{"reasoning_tokens":4}}"#,
            Usage(uncachedInput: 9, reasoning: 4), 29_000
        ),
        (
            "openai",
            #"{"prompt_tokens":2006,"completion_tokens":300,"total_tokens":2306,"prompt_tokens_details":{"cached_tokens":1920,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}"#,
            Usage(uncachedInput: 86, cacheRead: 1920, output: 300), 1_478_000
        ),
        // Written to the cache, since GPT-5.6.
        (
            "openai",
            #"{"prompt_tokens":2000,"completion_tokens":10,"total_tokens":2010,"prompt_tokens_details":{"cached_tokens":1000,"cache_write_tokens":600}}"#,
            Usage(uncachedInput: 400, cacheRead: 1000, cacheWrite: 600, output: 10), 1_290_000
        ),
        // Sound in and out.
        (
            "openai",
            #"{"prompt_tokens":120,"completion_tokens":60,"total_tokens":180,"prompt_tokens_details":{"audio_tokens":100,"cached_tokens":0},"completion_tokens_details":{"audio_tokens":48,"reasoning_tokens":0}}"#,
            Usage(uncachedInput: 20, audioInput: 100, output: 12, audioOutput: 48), 1_200_000
        ),
        // Sound that was read from the cache is in both of its parts: read from the cache is what it costs.
        (
            "openai",
            #"{"prompt_tokens":120,"completion_tokens":1,"prompt_tokens_details":{"audio_tokens":100,"cached_tokens":64}}"#,
            Usage(cacheRead: 64, audioInput: 56, output: 1), 402_400
        ),
        // What a prediction missed is output.
        (
            "openai",
            #"{"prompt_tokens":30,"completion_tokens":90,"total_tokens":120,"completion_tokens_details":{"accepted_prediction_tokens":40,"rejected_prediction_tokens":35,"reasoning_tokens":5}}"#,
            Usage(uncachedInput: 30, output: 85, reasoning: 5), 395_000
        ),
        (
            "azure",
            #"{"prompt_tokens":11,"completion_tokens":7,"total_tokens":18,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":6}}"#,
            Usage(uncachedInput: 11, output: 1, reasoning: 6), 45_000
        ),
        // As recorded: 12 + 1 + 228 = 241.
        (
            "xai",
            #"{"prompt_tokens":12,"completion_tokens":1,"total_tokens":241,"completion_tokens_details":{"reasoning_tokens":228}}"#,
            Usage(uncachedInput: 12, output: 1, reasoning: 228), 1_156_000
        ),
        (
            "xai",
            #"{"prompt_tokens":12,"completion_tokens":1,"completion_tokens_details":{"reasoning_tokens":228}}"#,
            Usage(uncachedInput: 12, output: 1, reasoning: 228), 1_156_000
        ),
        (
            "xai",
            #"{"prompt_tokens":12,"completion_tokens":9,"total_tokens":21,"completion_tokens_details":{"reasoning_tokens":8}}"#,
            Usage(uncachedInput: 12, output: 1, reasoning: 8), 56_000
        ),
        (
            "xai",
            #"{"prompt_tokens":12,"completion_tokens":9,"total_tokens":21,"num_sources_used":3}"#,
            Usage(uncachedInput: 12, output: 9, toolCalls: 3), 30_048_000
        ),
        (
            "default",
            #"{"prompt_tokens":12,"completion_tokens":1,"total_tokens":241,"completion_tokens_details":{"reasoning_tokens":228}}"#,
            Usage(uncachedInput: 12, output: 1, reasoning: 228), 1_156_000
        ),
        (
            "deepseek",
            #"{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,"prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":2}"#,
            Usage(uncachedInput: 2, cacheRead: 8, output: 2), 10_800
        ),
        (
            "deepseek",
            #"{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":8},"prompt_cache_hit_tokens":8}"#,
            Usage(uncachedInput: 2, cacheRead: 8, output: 2), 10_800
        ),
        // Its two come to the prompt.
        (
            "deepseek",
            #"{"completion_tokens":2,"prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":2}"#,
            Usage(uncachedInput: 2, cacheRead: 8, output: 2), 10_800
        ),
        (
            "mistral",
            #"{"prompt_tokens":20,"completion_tokens":2,"total_tokens":22,"num_cached_tokens":16}"#,
            Usage(uncachedInput: 4, cacheRead: 16, output: 2), 13_600
        ),
        (
            "groq",
            #"{"queue_time":0.01,"prompt_tokens":20,"prompt_time":0.1,"completion_tokens":2,"total_tokens":22,"prompt_tokens_details":{"cached_tokens":16},"completion_tokens_details":{"reasoning_tokens":1}}"#,
            Usage(uncachedInput: 4, cacheRead: 16, output: 1, reasoning: 1), 14_600
        ),
        (
            "fireworks",
            #"{"prompt_tokens":20,"completion_tokens":2,"total_tokens":22,"prompt_tokens_details":{"cached_tokens":3}}"#,
            Usage(uncachedInput: 17, cacheRead: 3, output: 2), 25_300
        ),
        (
            "openrouter",
            #"{"prompt_tokens":10,"completion_tokens":2,"cost":0.1,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":4}}"#,
            Usage(uncachedInput: 3, cacheRead: 3, cacheWrite: 4, output: 2), 16_300
        ),
        (
            "openrouter",
            #"{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,"server_tool_use":{"web_search_requests":2}}"#,
            Usage(uncachedInput: 10, output: 2, toolCalls: 2), 20_018_000
        ),
        (
            "vllm",
            #"{"prompt_tokens":7,"total_tokens":10,"completion_tokens":3,"prompt_tokens_details":null}"#,
            Usage(uncachedInput: 7, output: 3), 19_000
        ),
        (
            "moonshot",
            #"{"prompt_tokens":7,"total_tokens":10,"completion_tokens":3,"cached_tokens":5}"#,
            Usage(uncachedInput: 2, cacheRead: 5, output: 3), 14_500
        ),
        (
            "perplexity",
            #"{"prompt_tokens":7,"total_tokens":60,"completion_tokens":3,"reasoning_tokens":50,"num_search_queries":4}"#,
            Usage(uncachedInput: 7, output: 3, reasoning: 50, toolCalls: 4), 40_269_000
        ),
        // Anthropic's names beside OpenAI's: LiteLLM's prompt has the cached part in it.
        (
            "default",
            #"{"prompt_tokens":100,"completion_tokens":5,"total_tokens":105,"cache_read_input_tokens":60,"cache_creation_input_tokens":30,"cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}}"#,
            Usage(uncachedInput: 10, cacheRead: 60, cacheWrite: 10, cacheWriteHour: 20, output: 5), 88_500
        ),
        (
            "default",
            #"{"prompt_tokens":100,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":60,"cache_creation_tokens":30,"cache_creation_token_details":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20}}}"#,
            Usage(uncachedInput: 10, cacheRead: 60, cacheWrite: 10, cacheWriteHour: 20, output: 5), 88_500
        ),
        // The total says that the cached part is beside the prompt.
        (
            "default",
            #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":105,"cache_read_input_tokens":60,"cache_creation_input_tokens":30}"#,
            Usage(uncachedInput: 10, cacheRead: 60, cacheWrite: 30, output: 5), 73_500
        ),
        // More was read from a cache than the prompt has.
        (
            "default",
            #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"cache_read_input_tokens":60}"#,
            Usage(uncachedInput: 10, cacheRead: 60, output: 5), 36_000
        ),
        // Both are beside.
        (
            "default",
            #"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":35,"cache_read_input_tokens":13,"completion_tokens_details":{"reasoning_tokens":7}}"#,
            Usage(uncachedInput: 10, cacheRead: 13, output: 5, reasoning: 7), 66_300
        ),
        // Anthropic's own: input has nothing cached in it.
        (
            "default",
            #"{"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":4,"cache_creation_input_tokens":3,"output_tokens_details":{"thinking_tokens":2},"server_tool_use":{"web_search_requests":0}}"#,
            Usage(uncachedInput: 10, cacheRead: 4, cacheWrite: 3, output: 3, reasoning: 2), 36_150
        ),
        // OpenAI's own of Responses.
        (
            "default",
            #"{"input_tokens":10,"output_tokens":5,"total_tokens":15,"input_tokens_details":{"cached_tokens":4},"output_tokens_details":{"reasoning_tokens":2}}"#,
            Usage(uncachedInput: 6, cacheRead: 4, output: 3, reasoning: 2), 28_400
        ),
    ]

    /// Nano-credits for one of each: no two alike, so that a token in a wrong counter costs something else.
    static let price = Price(
        .init(
            input: 1_000_000_000, cacheRead: 100_000_000, cacheWrite: 1_250_000_000, cacheWriteHour: 2_000_000_000,
            audioInput: 7_000_000_000, output: 4_000_000_000, reasoning: 5_000_000_000, audioOutput: 9_000_000_000,
            images: 40_000_000_000_000, toolCalls: 10_000_000_000_000))

    @Test(arguments: rows)
    func normalises(_ row: (provider: String, usage: String, read: Usage, cost: Int64)) throws {
        let root = try JSONDocument(#"{"choices":[],"usage":"# + row.usage + "}").root
        let report = try #require(ChatUsage.read(root, dialect: .named(row.provider)))
        #expect(report.usage == row.read)
        #expect(Self.price.cost(of: report.usage) == NanoCredits(row.cost))
    }

    /// What is absent or cannot be is no report: the run is estimated, never free.
    static let none: [(provider: String, usage: String)] = [
        ("openai", #"null"#),
        ("openai", #"{}"#),
        ("openai", #"[]"#),
        ("openai", #"{"prompt_tokens":5}"#),
        ("openai", #"{"prompt_tokens":5,"completion_tokens":null}"#),
        ("openai", #"{"prompt_tokens":"5","completion_tokens":1}"#),
        ("openai", #"{"prompt_tokens":5,"completion_tokens":-1,"total_tokens":4}"#),
        ("openai", #"{"prompt_tokens":1.5,"completion_tokens":1}"#),
        ("openai", #"{"prompt_tokens":9223372036854775807,"completion_tokens":1}"#),
        ("openai", #"{"prompt_tokens":1099511627777,"completion_tokens":1}"#),
        ("openai", #"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":6}}"#),
        ("openai", #"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":-6}}"#),
        (
            "openai",
            #"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":3}}"#
        ),
        ("openai", #"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"audio_tokens":6}}"#),
        ("openai", #"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"audio_tokens":-1}}"#),
        ("openai", #"{"prompt_tokens":5,"completion_tokens":1,"completion_tokens_details":{"reasoning_tokens":2}}"#),
        (
            "openai",
            #"{"prompt_tokens":5,"completion_tokens":3,"completion_tokens_details":{"reasoning_tokens":2,"audio_tokens":2}}"#
        ),
        (
            "openai",
            #"{"prompt_tokens":5,"completion_tokens":3,"completion_tokens_details":{"audio_tokens":9223372036854775807}}"#
        ),
        (
            "default",
            #"{"prompt_tokens":5,"completion_tokens":1,"cache_creation_input_tokens":2,"cache_creation":{"ephemeral_1h_input_tokens":3}}"#
        ),
        ("openrouter", #"{"prompt_tokens":5,"completion_tokens":1,"server_tool_use":{"web_search_requests":-1}}"#),
        ("deepseek", #"{"completion_tokens":2,"prompt_cache_hit_tokens":-8,"prompt_cache_miss_tokens":9}"#),
    ]

    @Test(arguments: none)
    func isNoReport(_ row: (provider: String, usage: String)) throws {
        let root = try JSONDocument(#"{"choices":[],"usage":"# + row.usage + "}").root
        #expect(ChatUsage.read(root, dialect: .named(row.provider)) == nil)
    }

    @Test(arguments: [
        (#""server_tool_use":{"web_search_requests":0}"#, true), (#""num_search_queries":2"#, true),
        (#""server_tool_use":null"#, false), (#""total_tokens":2"#, false),
    ])
    func saysWhetherCallsOfToolsAreCounted(_ row: (member: String, isSaid: Bool)) throws {
        let json = #"{"usage":{"prompt_tokens":1,"completion_tokens":1,"# + row.member + "}}"
        #expect(ChatUsage.read(try JSONDocument(json).root, dialect: .compatible)?.saysToolCalls == row.isSaid)
    }

    /// Every mixture of parts within the totals and beside them, told by `total_tokens`: no token is in two counters, and
    /// none is lost.
    @Test func theCountersComeToTheTotal() throws {
        for (read, written) in [(0, 0), (50, 0), (0, 4), (3, 4)] as [(Int64, Int64)] {
            for (heard, thought, spoken) in [(0, 0, 0), (6, 0, 2), (0, 11, 0), (6, 11, 2)] as [(Int64, Int64, Int64)] {
                for (cacheIsBeside, thoughtIsBeside) in [(false, false), (true, false), (false, true), (true, true)] {
                    let expected = Usage(
                        uncachedInput: 20, cacheRead: read, cacheWrite: written, audioInput: heard, output: 5,
                        reasoning: thought, audioOutput: spoken)
                    let prompt = 20 + heard + (cacheIsBeside ? 0 : read + written)
                    let completion = 5 + spoken + (thoughtIsBeside ? 0 : thought)
                    let json = """
                        {"usage":{"prompt_tokens":\(prompt),"completion_tokens":\(completion),
                        "total_tokens":\(expected.inputTotal + expected.outputTotal),
                        "prompt_tokens_details":{"cached_tokens":\(read),"cache_write_tokens":\(written),
                        "audio_tokens":\(heard)},
                        "completion_tokens_details":{"reasoning_tokens":\(thought),"audio_tokens":\(spoken)}}}
                        """
                    #expect(ChatUsage.read(try JSONDocument(json).root, dialect: .compatible)?.usage == expected)
                }
            }
        }
    }

    static let costs: [(String, String)] = [
        (#"{"usage":{"prompt_tokens":1}}"#, #"{"usage":{"prompt_tokens":1,"cost":0.00042}}"#),
        (#"{"usage":{ } , "a":1}"#, #"{"usage":{ "cost":0.00042} , "a":1}"#),
        (#"{"usage":{"cost":1.5e2,"x":1}}"#, #"{"usage":{"cost":0.00042,"x":1}}"#),
        (#"{"usage":null}"#, #"{"usage":null}"#), ("{}", "{}"),
    ]

    @Test(arguments: costs)
    func addsTheCost(_ row: (String, String)) throws {
        #expect(try String(decoding: ChatUsage.addingCost("0.00042", to: Array(row.0.utf8)), as: UTF8.self) == row.1)
    }

    @Test func addsNoCostToWhatIsNoJSON() {
        #expect(throws: JSONFault.self) { try ChatUsage.addingCost("1", to: Array("{".utf8)) }
    }

    @Test func writesAUsageChunkThatReadsBackTheSame() throws {
        let usage = Usage(uncachedInput: 3, cacheRead: 5, audioInput: 4, output: 1, reasoning: 3, audioOutput: 2)
        let chunk = ChatUsage.chunk(
            AnswerEnding(
                AnswerOpening(id: "i", model: "m", created: 7, origin: .chat), AnswerTally(), finishReason: .stop,
                usage: usage, cost: "0.1"))
        let root = try JSONDocument(chunk).root
        #expect(ChatUsage.read(root, dialect: .compatible)?.usage == usage)
        #expect(root.member("usage")?.member("total_tokens")?.int == 18)
        #expect(root.member("usage")?.member("cost")?.double == 0.1)
        #expect(root.member("choices")?.elements().isEmpty == true)
    }
}
