import Domain
import JSON
import Testing

@testable import Protocols

@Suite struct ChatUsageTests {
    static let rows: [(provider: String, usage: String, read: Usage?)] = [
        ("openai", #"{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}"#, Usage()),
        ("openai", "null", nil), ("openai", "{}", nil), ("openai", "[]", nil),
        ("openai", #"{"prompt_tokens":5}"#, nil), ("openai", #"{"prompt_tokens":5,"completion_tokens":null}"#, nil),
        ("openai", #"{"prompt_tokens":5,"completion_tokens":-1,"total_tokens":4}"#, nil),
        ("openai", #"{"prompt_tokens":1.5,"completion_tokens":1}"#, nil),
        ("openai", #"{"prompt_tokens":9223372036854775807,"completion_tokens":1}"#, nil),
        ("openai", #"{"prompt_tokens":1099511627777,"completion_tokens":1}"#, nil),
        ("openai", #"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":6}}"#, nil),
        (
            "openai", #"{"prompt_tokens":5,"completion_tokens":1,"completion_tokens_details":{"reasoning_tokens":2}}"#,
            nil
        ),
        (
            "openai",
            #"{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":null,"completion_tokens_details":{}}"#,
            Usage(uncachedInput: 5, output: 1)
        ),
        (
            "openai",
            #"{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"completion_tokens_details":{"reasoning_tokens":4}}"#,
            Usage(uncachedInput: 9, reasoning: 4)
        ),
        // As recorded: 12 + 1 + 228 = 241.
        (
            "xai",
            #"{"prompt_tokens":12,"completion_tokens":1,"total_tokens":241,"completion_tokens_details":{"reasoning_tokens":228}}"#,
            Usage(uncachedInput: 12, output: 1, reasoning: 228)
        ),
        (
            "xai", #"{"prompt_tokens":12,"completion_tokens":1,"completion_tokens_details":{"reasoning_tokens":228}}"#,
            Usage(uncachedInput: 12, output: 1, reasoning: 228)
        ),
        (
            "xai",
            #"{"prompt_tokens":12,"completion_tokens":9,"total_tokens":21,"completion_tokens_details":{"reasoning_tokens":8}}"#,
            Usage(uncachedInput: 12, output: 1, reasoning: 8)
        ),
        (
            "default",
            #"{"prompt_tokens":12,"completion_tokens":1,"total_tokens":241,"completion_tokens_details":{"reasoning_tokens":228}}"#,
            Usage(uncachedInput: 12, output: 1, reasoning: 228)
        ),
        (
            "gemini", #"{"prompt_tokens":9,"completion_tokens":4,"total_tokens":33}"#,
            Usage(uncachedInput: 9, output: 4, reasoning: 20)
        ),
        ("gemini", #"{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}"#, Usage(uncachedInput: 9, output: 4)),
        (
            "deepseek",
            #"{"prompt_tokens":10,"completion_tokens":2,"total_tokens":12,"prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":2}"#,
            Usage(uncachedInput: 2, cacheRead: 8, output: 2)
        ),
        (
            "deepseek",
            #"{"prompt_tokens":10,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":8},"prompt_cache_hit_tokens":8}"#,
            Usage(uncachedInput: 2, cacheRead: 8, output: 2)
        ),
        (
            "openrouter",
            #"{"prompt_tokens":10,"completion_tokens":2,"cost":0.1,"prompt_tokens_details":{"cached_tokens":3,"cache_write_tokens":4}}"#,
            Usage(uncachedInput: 3, cacheRead: 3, cacheWrite: 4, output: 2)
        ),
    ]

    @Test(arguments: rows)
    func normalises(_ row: (provider: String, usage: String, read: Usage?)) throws {
        let root = try JSONDocument(#"{"choices":[],"usage":"# + row.usage + "}").root
        #expect(ChatUsage.read(root, dialect: .named(row.provider)) == row.read)
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
        let usage = Usage(uncachedInput: 3, cacheRead: 5, output: 1, reasoning: 3)
        let chunk = ChatUsage.chunk(id: "i", model: "m", created: 7, usage: usage, cost: "0.1")
        let root = try JSONDocument(chunk).root
        #expect(ChatUsage.read(root, dialect: .compatible) == usage)
        #expect(root.member("usage")?.member("total_tokens")?.int == 12)
        #expect(root.member("usage")?.member("cost")?.double == 0.1)
        #expect(root.member("choices")?.elements().isEmpty == true)
    }
}
