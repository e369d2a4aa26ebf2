import Generators
import Testing

@testable import Domain

@Suite struct PriceTests {
    /// $0.40 in, $0.10 from the cache, $1.60 out.
    private let price = Price(input: 400_000_000, cacheRead: 100_000_000, output: 1_600_000_000)

    @Test func chargesEachCounterAtItsPrice() {
        // 1,000 x 400 + 500 x 100 + 10 x 400 (no price for writes) + 200 x 1,600 + 50 x 1,600 nano-credits.
        let usage = Usage(uncachedInput: 1_000, cacheRead: 500, cacheWrite: 10, output: 200, reasoning: 50)
        #expect(price.cost(of: usage) == NanoCredits(400_000 + 50_000 + 4_000 + 320_000 + 80_000))
    }

    @Test(arguments: [(499_999, 0), (500_000, 1), (1_499_999, 1), (1_500_000, 2)] as [(Int64, Int64)])
    func roundsTheSumOnceHalfUp(_ perMillion: Int64, _ nano: Int64) {
        #expect(Price(input: perMillion, output: 0).cost(of: Usage(uncachedInput: 1)) == NanoCredits(nano))
        // Two halves make a whole: the parts are not rounded by themselves.
        let halves = Price(input: 500_000, output: 500_000)
        #expect(halves.cost(of: Usage(uncachedInput: 1, output: 1)) == NanoCredits(1))
    }

    @Test func boundIsNeverBelowACostWithin() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let price = Price(
                input: .random(in: 0...100_000_000_000, using: &generator),
                cacheRead: Bool.random(using: &generator) ? .random(in: 0...100_000_000_000, using: &generator) : nil,
                cacheWrite: Bool.random(using: &generator) ? .random(in: 0...200_000_000_000, using: &generator) : nil,
                output: .random(in: 0...100_000_000_000, using: &generator),
                reasoning: Bool.random(using: &generator) ? .random(in: 0...100_000_000_000, using: &generator) : nil)
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

    @Test func absurdUsageDoesNotOverflow() {
        let usage = Usage(uncachedInput: Usage.limit, output: Usage.limit)
        #expect(Price(input: .max, output: .max).cost(of: usage) == NanoCredits(.max))
    }
}
