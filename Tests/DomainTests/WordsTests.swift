import Generators
import Testing

@testable import Domain

@Suite struct WordsTests {
    @Test(
        arguments: [
            (nil, .deployed), ("", .deployed), ("deployed", .deployed),
            ("support", .named(agent: "support", schema: nil, environment: nil)),
            ("support/prod", .named(agent: "support", schema: nil, environment: "production")),
            ("support/dev", .named(agent: "support", schema: nil, environment: "development")),
            ("support/#2/staging", .named(agent: "support", schema: 2, environment: "staging")),
            ("support/2/staging", .named(agent: "support", schema: 2, environment: "staging")),
            ("support/#0/staging", .other), ("gpt-4.1", .other), ("a/b/c/d", .other), ("meta-llama/Llama-3.3", .other),
            ("gpt-4o", .named(agent: "gpt-4o", schema: nil, environment: nil)), ("/", .other), ("a//b", .other),
        ] as [(String?, ModelReference)])
    func modelNames(_ model: String?, _ expected: ModelReference) { #expect(ModelReference(model) == expected) }

    @Test(arguments: ["a", "support", "a-b", "0", String(repeating: "a", count: 63)])
    func slugs(_ text: String) { #expect(Slug.isValid(text)) }

    @Test(arguments: ["", "-a", "a-", "A", "a_b", "a/b", "ä", "a b", String(repeating: "a", count: 64), "a\0"])
    func noSlugs(_ text: String) { #expect(!Slug.isValid(text)) }

    @Test func runIDsReadBackAndSortByTime() {
        var generator = SeededGenerator(seed: 1)
        let ids = (0..<100).map { RunID(milliseconds: 1_700_000_000_000 + $0, using: &generator) }
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
        for id in ids { #expect(RunID(id.description) == id) }
        #expect(Set(ids).count == 100)
    }

    @Test(arguments: ["", "run_", "run_0", "01234567890123456789012345678901", "run_g1234567890123456789012345678901"])
    func noRunIDs(_ text: String) { #expect(RunID(text) == nil) }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_233_909_007, "2026-11-21T04:05:09.007Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func timestamps(_ milliseconds: Int64, _ text: String) { #expect(timestamp(milliseconds: milliseconds) == text) }

    @Test func estimatesCountBegunTokens() {
        #expect([0, 1, 4, 5].map { MeteredUsage.tokens(forBytes: $0) } == [0, 1, 1, 2])
    }

    @Test func digestsReadBack() {
        let text = String(repeating: "0af9", count: 16)
        #expect(Digest(hexadecimal: text)?.description == text)
        #expect(Digest(hexadecimal: String(text.dropLast(2))) == nil)
        #expect(Digest(hexadecimal: String(text.dropLast()) + "x") == nil)
    }
}
