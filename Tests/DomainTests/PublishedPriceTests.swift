import Testing

@testable import Domain

/// Every shape that a price has, by figures worked out by hand from what providers publish (as of 2026-11-30, and where
/// a model is older, from its own pricing page). Nano-credits: $1 is 1,000,000,000.
@Suite struct PublishedPriceTests {
    struct Published: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var price: Price
        var usage: Usage
        var cost: Int64

        init(_ name: String, _ price: Price, _ usage: Usage, _ cost: Int64) {
            testDescription = name
            self.price = price
            self.usage = usage
            self.cost = cost
        }
    }

    /// OpenAI gpt-4.1: $2.00 in, $0.50 cached in, $8.00 out, a million tokens each.
    private static let gpt41 = Price(.init(input: 2_000_000_000, cacheRead: 500_000_000, output: 8_000_000_000))
    /// Anthropic Claude Sonnet 4.5: $3 in, $3.75 for a five-minute write, $6 for an hour's, $0.30 read, $15 out; above
    /// 200,000 tokens of prompt $6, $7.50, $12, $0.60 and $22.50, for all of the request.
    private static let sonnet45 = Price(
        .init(
            input: 3_000_000_000, cacheRead: 300_000_000, cacheWrite: 3_750_000_000, cacheWriteHour: 6_000_000_000,
            output: 15_000_000_000),
        tiers: [
            .init(
                above: 200_000,
                rates: .init(
                    input: 6_000_000_000, cacheRead: 600_000_000, cacheWrite: 7_500_000_000,
                    cacheWriteHour: 12_000_000_000, output: 22_500_000_000))
        ])
    /// Google gemini-2.5-flash: $0.30 for text in, $1.00 for sound in, $0.03 cached in, $2.50 out, thinking too; $35 for
    /// a thousand searches.
    private static let flash25 = Price(
        .init(
            input: 300_000_000, cacheRead: 30_000_000, audioInput: 1_000_000_000, output: 2_500_000_000,
            toolCalls: 35_000_000_000_000))
    /// OpenAI gpt-audio: $2.50 for text in, $32 for sound in, $10 for text out, $64 for sound out.
    private static let gptAudio = Price(
        .init(
            input: 2_500_000_000, audioInput: 32_000_000_000, output: 10_000_000_000, audioOutput: 64_000_000_000))
    /// Perplexity sonar: $1 in, $1 out, and $12 for a thousand requests.
    private static let sonar = Price(
        .init(input: 1_000_000_000, output: 1_000_000_000), request: 12_000_000_000_000)
    /// Three tiers, as Alibaba's qwen3-coder: up to 32,000 tokens $1 and $5, up to 128,000 $1.80 and $9, above $3 and $15.
    private static let tiers = Price(
        .init(input: 1_000_000_000, output: 5_000_000_000),
        tiers: [
            .init(above: 128_000, rates: .init(input: 3_000_000_000, output: 15_000_000_000)),
            .init(above: 32_000, rates: .init(input: 1_800_000_000, output: 9_000_000_000)),
        ])

    static let all: [Published] = [
        // 1,000 x 2.00 + 500 x 8.00 = 2,000 + 4,000 millionths of a dollar = $0.006.
        Published("text in and out", gpt41, Usage(uncachedInput: 1_000, output: 500), 6_000_000),
        // A prompt of 10,000 of which 8,000 are cached: 2,000 x 2.00 + 8,000 x 0.50 + 1,000 x 8.00 = $0.016.
        Published(
            "cached input is cheaper", gpt41, Usage(uncachedInput: 2_000, cacheRead: 8_000, output: 1_000), 16_000_000),
        // OpenAI states no price for reasoning: 300 + 700 tokens of output x 8.00 = $0.008.
        Published("reasoning costs what output costs", gpt41, Usage(output: 300, reasoning: 700), 8_000_000),
        // 100 x 3 + 20,000 x 3.75 + 0 + 400 x 15 = 300 + 75,000 + 6,000 = $0.0813.
        Published(
            "a cache write of five minutes", sonnet45, Usage(uncachedInput: 100, cacheWrite: 20_000, output: 400),
            81_300_000),
        // 100 x 3 + 20,000 x 6 + 400 x 15 = 300 + 120,000 + 6,000 = $0.1263.
        Published(
            "a cache write of an hour", sonnet45, Usage(uncachedInput: 100, cacheWriteHour: 20_000, output: 400),
            126_300_000),
        // 100 x 3 + 20,000 x 0.30 + 400 x 15 = 300 + 6,000 + 6,000 = $0.0123.
        Published("a cache read", sonnet45, Usage(uncachedInput: 100, cacheRead: 20_000, output: 400), 12_300_000),
        // Exactly 200,000 is not above: 200,000 x 3 + 1,000 x 15 = $0.615.
        Published("a prompt at the threshold", sonnet45, Usage(uncachedInput: 200_000, output: 1_000), 615_000_000),
        // Of the 200,001 tokens 1 is uncached, 150,000 read, 50,000 written: they count together, and the whole is
        // dearer: 1 x 6 + 150,000 x 0.60 + 50,000 x 7.50 + 1,000 x 22.50 = 6 + 90,000 + 375,000 + 22,500 = $0.487506.
        Published(
            "a long prompt makes the whole run dearer", sonnet45,
            Usage(uncachedInput: 1, cacheRead: 150_000, cacheWrite: 50_000, output: 1_000), 487_506_000),
        // 10 s of sound are 320 tokens: 320 x 1.00 + 80 x 0.30 + 50 x 2.50 = 320 + 24 + 125 = $0.000469.
        Published("sound in", flash25, Usage(uncachedInput: 80, audioInput: 320, output: 50), 469_000),
        // 1,000 x 0.30 + (200 + 800) x 2.50 + 1 x 0.035 = 300 + 2,500 + 35,000 = $0.0378.
        Published(
            "a search", flash25, Usage(uncachedInput: 1_000, output: 200, reasoning: 800, toolCalls: 1), 37_800_000),
        // 100 x 2.50 + 500 x 32 + 50 x 10 + 1,000 x 64 = 250 + 16,000 + 500 + 64,000 = $0.08075.
        Published(
            "sound out", gptAudio, Usage(uncachedInput: 100, audioInput: 500, output: 50, audioOutput: 1_000),
            80_750_000),
        // 1,000 x 1 + 500 x 1 + 1 x 0.012 = 1,000 + 500 + 12,000 = $0.0135.
        Published("a fee for the request", sonar, Usage(uncachedInput: 1_000, output: 500), 13_500_000),
        // 32,000 x 1 + 100 x 5 = $0.0325; one more: 32,001 x 1.80 + 100 x 9 = $0.0585018.
        Published("below three tiers", tiers, Usage(uncachedInput: 32_000, output: 100), 32_500_000),
        Published("in the middle of three tiers", tiers, Usage(uncachedInput: 32_001, output: 100), 58_501_800),
        // 128,001 x 3 + 100 x 15 = $0.385503.
        Published("above three tiers", tiers, Usage(uncachedInput: 128_001, output: 100), 385_503_000),
        // OpenAI dall-e-3, standard, 1024 x 1024: $0.04 an image, two of them.
        Published(
            "images", Price(.init(input: 0, output: 0, images: 40_000_000_000_000)), Usage(images: 2), 80_000_000),
        // 7 x $0.075 a million = 0.525 millionths of a dollar, 525 nano-credits.
        Published("a few tokens", Price(.init(input: 75_000_000, output: 0)), Usage(uncachedInput: 7), 525),
        // One token at $0.0375 a million is 37.5 nano-credits: half up, 38.
        Published("half a nano-credit", Price(.init(input: 37_500_000, output: 0)), Usage(uncachedInput: 1), 38),
        Published("for free", .free, Usage(uncachedInput: 1_000, output: 1_000), 0),
    ]

    @Test(arguments: all) func costsWhatItWasWorkedOutToCost(_ published: Published) {
        #expect(published.price.cost(of: published.usage) == NanoCredits(published.cost))
        let usage = published.usage
        let bound = published.price.bound(
            inputTokens: usage.inputTotal, outputTokens: usage.outputTotal, images: usage.images,
            toolCalls: usage.toolCalls, mayBeSound: usage.audioInput > 0)
        #expect(bound >= NanoCredits(published.cost))
    }

    /// A hold of sonnet-4.5 for 150,000 bytes and 1,000 tokens out, two attempts: no token of it can reach the tier, the
    /// dearest kind of input is an hour's write: 2 x (150,000 x 6 + 1,000 x 15) = 2 x 915,000 = $1.83. A prompt that may
    /// reach it is held at the tier's: 250,000 x 12 + 1,000 x 22.50 = $3.0225.
    @Test func theHoldIsAtTheDearestRatesWithinReach() {
        let bound = Self.sonnet45.bound(inputTokens: 150_000, outputTokens: 1_000, attempts: 2)
        #expect(bound == NanoCredits(1_830_000_000))
        #expect(Self.sonnet45.bound(inputTokens: 250_000, outputTokens: 1_000) == NanoCredits(3_022_500_000))
        // Without an attachment there is no sound: 1,000 x 0.30 + 10 x 2.50 + 10 searches x 0.035 = $0.350325.
        #expect(
            Self.flash25.bound(inputTokens: 1_000, outputTokens: 10, toolCalls: 10, mayBeSound: false)
                == NanoCredits(350_325_000))
        #expect(Self.flash25.bound(inputTokens: 1_000, outputTokens: 10) == NanoCredits(1_025_000))
        #expect(Self.sonar.bound(inputTokens: 0, outputTokens: 0, attempts: 2) == NanoCredits(24_000_000))
    }

    /// Each attempt is rounded up by itself, as each is settled rounded by itself.
    @Test func boundsOfAttemptsAreWhole() {
        let odd = Price(.init(input: 500_000, output: 0))
        #expect(odd.cost(of: Usage(uncachedInput: 1)) == NanoCredits(1), "half a nano-credit, up")
        #expect(odd.bound(inputTokens: 1, outputTokens: 0, attempts: 2) == NanoCredits(2))
    }
}
