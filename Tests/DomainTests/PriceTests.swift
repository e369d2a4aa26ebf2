import Generators
import Testing

@testable import Domain

@Suite struct PriceTests {
    /// $0.40 in, $0.10 from the cache, $1.60 out.
    private let price = Price(.init(input: 400_000_000, cacheRead: 100_000_000, output: 1_600_000_000))

    @Test func chargesEachCounterAtItsPrice() {
        // 1,000 x 400 + 500 x 100 + 10 x 400 (no price for writes) + 200 x 1,600 + 50 x 1,600 nano-credits.
        let usage = Usage(uncachedInput: 1_000, cacheRead: 500, cacheWrite: 10, output: 200, reasoning: 50)
        #expect(price.cost(of: usage) == NanoCredits(400_000 + 50_000 + 4_000 + 320_000 + 80_000))
    }

    @Test(arguments: [(499_999, 0), (500_000, 1), (1_499_999, 1), (1_500_000, 2)] as [(Int64, Int64)])
    func roundsTheSumOnceHalfUp(_ perMillion: Int64, _ nano: Int64) {
        #expect(Price(.init(input: perMillion, output: 0)).cost(of: Usage(uncachedInput: 1)) == NanoCredits(nano))
        // Two halves make a whole: the parts are not rounded by themselves.
        let halves = Price(.init(input: 500_000, output: 500_000))
        #expect(halves.cost(of: Usage(uncachedInput: 1, output: 1)) == NanoCredits(1))
    }

    @Test func boundIsNeverBelowACostWithin() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            var price = Price(rates(using: &generator))
            if Bool.random(using: &generator) {
                price.longPrompt = .init(
                    above: .random(in: 0...300_000, using: &generator), rates: rates(using: &generator))
            }
            let usage = Usage(
                uncachedInput: .random(in: 0...100_000, using: &generator),
                cacheRead: .random(in: 0...100_000, using: &generator),
                cacheWrite: .random(in: 0...100_000, using: &generator),
                output: .random(in: 0...100_000, using: &generator),
                reasoning: .random(in: 0...100_000, using: &generator))
            let bound = price.bound(inputTokens: usage.inputTotal, outputTokens: usage.outputTotal)
            #expect(price.cost(of: usage) <= bound)
        }
    }

    private func rates(using generator: inout SeededGenerator) -> Price.Rates {
        func some(_ most: Int64) -> Int64? {
            Bool.random(using: &generator) ? .random(in: 0...most, using: &generator) : nil
        }
        return Price.Rates(
            input: .random(in: 0...100_000_000_000, using: &generator), cacheRead: some(100_000_000_000),
            cacheWrite: some(200_000_000_000), output: .random(in: 0...100_000_000_000, using: &generator),
            reasoning: some(100_000_000_000))
    }

    /// gemini-2.5-pro: $1.25 in and $10 out, above 200,000 tokens of prompt $2.50 and $15, for all of the run.
    @Test(
        arguments: [
            (200_000, 250_000_000 + 10_000_000), (200_001, 500_002_500 + 15_000_000),
        ] as [(Int64, Int64)])
    func aLongPromptMakesTheWholeRunDearer(_ input: Int64, _ nano: Int64) {
        let price = Price(
            .init(input: 1_250_000_000, cacheRead: 125_000_000, output: 10_000_000_000),
            longPrompt: .init(
                above: 200_000, rates: .init(input: 2_500_000_000, cacheRead: 250_000_000, output: 15_000_000_000)))
        #expect(price.cost(of: Usage(uncachedInput: input, output: 1_000)) == NanoCredits(nano))
        #expect(price.bound(inputTokens: input, outputTokens: 1_000) == NanoCredits(nano))
    }

    /// Two prompts of half the length are not one long one, and what they cost is rounded once.
    @Test func attemptsArePricedEachByItsOwnPrompt() {
        let price = Price(
            .init(input: 1_250_000_000, output: 10_000_000_000),
            longPrompt: .init(above: 200_000, rates: .init(input: 2_500_000_000, output: 15_000_000_000)))
        let usage = Usage(uncachedInput: 150_000, output: 1_000)
        #expect(price.cost(of: [usage, usage]).rawValue == price.cost(of: usage).rawValue * 2)
        #expect(price.cost(of: usage + usage) > price.cost(of: [usage, usage]))
        let odd = Price(.init(input: 500_000, output: 0))
        #expect(odd.cost(of: Usage(uncachedInput: 1)) == NanoCredits(1), "half a nano-credit, up")
        #expect(odd.cost(of: [Usage(uncachedInput: 1), Usage(uncachedInput: 1)]) == NanoCredits(1))
        #expect(odd.bound(inputTokens: 1, outputTokens: 0, attempts: 2) == NanoCredits(1))
        #expect(price.cost(of: [usage, usage]) <= price.bound(inputTokens: 150_000, outputTokens: 1_000, attempts: 2))
    }

    @Test func absurdUsageDoesNotOverflow() {
        let usage = Usage(uncachedInput: Usage.limit, output: Usage.limit)
        #expect(Price(.init(input: .max, output: .max)).cost(of: usage) == NanoCredits(.max))
    }
}
