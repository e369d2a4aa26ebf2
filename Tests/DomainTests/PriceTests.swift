import Generators
import Testing

@testable import Domain

@Suite struct PriceTests {
    /// $0.40 in, $0.10 from the cache, $1.60 out.
    private let price = Price(.init(input: 400_000_000, cacheRead: 100_000_000, output: 1_600_000_000))

    @Test(arguments: [(499_999, 0), (500_000, 1), (1_499_999, 1), (1_500_000, 2)] as [(Int64, Int64)])
    func roundsTheSumOnceHalfUp(_ perMillion: Int64, _ nano: Int64) {
        #expect(Price(.init(input: perMillion, output: 0)).cost(of: Usage(uncachedInput: 1)) == NanoCredits(nano))
        // Two halves make a whole: the parts are not rounded by themselves.
        let halves = Price(.init(input: 500_000, output: 500_000))
        #expect(halves.cost(of: Usage(uncachedInput: 1, output: 1)) == NanoCredits(1))
    }

    /// What is not stated costs what the next more general kind does.
    @Test func everyCounterHasItsRateOrTheNextOnes() {
        let plain = Price.Rates(input: 2, output: 5)
        for counter in Usage.Counter.allCases {
            let fallback: Int64? = counter.isOfTokens ? (counter.rawValue < 5 ? 2 : 5) : nil
            #expect(plain.rate(of: counter) == fallback, "\(counter)")
            var stated = plain
            stated[counter] = 7
            #expect(stated.rate(of: counter) == 7, "\(counter)")
        }
        #expect(Price.Rates(input: 2, cacheWrite: 3, output: 5).rate(of: .cacheWriteHour) == 3)
    }

    @Test func whatHasNoPriceIsNamed() {
        #expect(price.unpriced(in: Usage(uncachedInput: 1, images: 2, toolCalls: 1)) == [.images, .toolCalls])
        #expect(price.unpriced(in: Usage(uncachedInput: 1, cacheWriteHour: 1, audioOutput: 1)).isEmpty)
        let searching = Price(.init(input: 1, output: 1, toolCalls: 0))
        #expect(searching.unpriced(in: Usage(toolCalls: 3)).isEmpty, "zero is a price")
        #expect(Price.free.unpriced(in: Usage(images: 1, toolCalls: 1)).isEmpty)
    }

    @Test func freeIsSaid() {
        #expect(Price.free.isFree)
        #expect(Price.free.cost(of: Usage(uncachedInput: 1 << 30, output: 9, images: 3, toolCalls: 1)) == .zero)
        #expect(!price.isFree && !Price(.init(input: 0, output: 0)).isFree)
    }

    @Test func nothingConsumedCostsNothing() {
        let asked = Price(.init(input: 1_000_000, output: 1_000_000), request: 5_000_000_000_000)
        #expect(asked.cost(of: Usage()) == .zero)
        #expect(asked.cost(of: Usage(output: 1)) == NanoCredits(5_000_001))
    }

    @Test func absurdUsageDoesNotOverflow() {
        var usage = Usage()
        for counter in Usage.Counter.allCases { usage[counter] = Usage.limit }
        var rates = Price.Rates(input: .max, output: .max)
        for counter in Usage.Counter.allCases { rates[counter] = .max }
        #expect(Price(rates, request: .max).cost(of: usage) == NanoCredits(.max))
        #expect(
            Price(rates, request: .max).bound(
                inputTokens: Usage.limit, outputTokens: Usage.limit, images: Usage.limit, toolCalls: Usage.limit,
                attempts: 255) == NanoCredits(.max))
    }

    /// 1.2 x $0.40 and so on; a rate of one nano-credit a million comes to 1.5, and so to 2.
    @Test func aMultiplierRoundsEachRateHalfUp() {
        let odd = Price(
            .init(input: 400_000_000, cacheRead: 1, output: 1_600_000_000, toolCalls: 3),
            tiers: [.init(above: 9, rates: .init(input: 5, output: 7))], request: 11)
        #expect(
            odd.multiplied(partsPerMillion: 1_500_000)
                == Price(
                    .init(input: 600_000_000, cacheRead: 2, output: 2_400_000_000, toolCalls: 5),
                    tiers: [.init(above: 9, rates: .init(input: 8, output: 11))], request: 17))
        #expect(odd.multiplied(partsPerMillion: 1_000_000) == odd)
        let dearest = Price(.init(input: Price.largestRate, output: 0))
        #expect(dearest.multiplied(partsPerMillion: Price.largestMultiplier).rates.input == Price.largestRate * 100)
    }
}

/// Over random prices of every shape, and usage of every kind.
@Suite struct PricePropertyTests {
    private var generator = SeededGenerator(seed: 7)

    @Test mutating func boundIsNeverBelowACostWithin() {
        for round in 0..<3_000 {
            let price = price()
            let attempts = (1...3).map { _ in usage() }
            let sound = attempts.contains { $0.audioInput > 0 }
            let bound = price.bound(
                inputTokens: attempts.map(\.inputTotal).max() ?? 0,
                outputTokens: attempts.map(\.outputTotal).max() ?? 0, images: attempts.map(\.images).max() ?? 0,
                toolCalls: attempts.map(\.toolCalls).max() ?? 0, mayBeSound: sound, attempts: attempts.count)
            let cost = attempts.reduce(NanoCredits.zero) { $0 + price.cost(of: $1) }
            #expect(cost <= bound, "round \(round)")
        }
    }

    /// More of anything never costs less, within one tier.
    @Test mutating func costGrowsWithEachCounter() {
        for round in 0..<1_000 {
            let price = price(tiers: 0)
            let usage = usage()
            var more = usage
            for counter in Usage.Counter.allCases {
                more[counter] += .random(in: 0...1_000, using: &generator)
                #expect(price.cost(of: usage) <= price.cost(of: more), "round \(round), \(counter)")
            }
        }
    }

    /// Against exact arithmetic done otherwise: whole nano-credits and what is left over, apart.
    @Test mutating func costIsTheExactSumRoundedOnce() {
        for round in 0..<1_000 {
            let price = price()
            let usage = usage()
            let rates =
                price.tiers.filter { usage.inputTotal > $0.above }.max { $0.above < $1.above }?.rates ?? price.rates
            var whole: Int64 = 0
            var millionths: Int64 = 0
            func add(_ count: Int64, _ rate: Int64) {
                let (high, low) = count.multipliedFullWidth(by: rate)
                let (quotient, remainder) = Int64(1_000_000).dividingFullWidth((high, low))
                whole += quotient
                millionths += remainder
            }
            for counter in Usage.Counter.allCases { add(usage[counter], rates.rate(of: counter) ?? 0) }
            if usage != Usage() { add(1, price.request) }
            let rounded = (millionths + 500_000) / 1_000_000
            #expect(price.cost(of: usage) == NanoCredits(whole + rounded), "round \(round)")
        }
    }

    private mutating func usage() -> Usage {
        var usage = Usage()
        for counter in Usage.Counter.allCases where Int.random(in: 0..<3, using: &generator) > 0 {
            usage[counter] = .random(in: 0...(counter.isOfTokens ? 100_000 : 20), using: &generator)
        }
        return usage
    }

    private mutating func price(tiers: Int? = nil) -> Price {
        let count = tiers ?? .random(in: 0...3, using: &generator)
        return Price(
            rates(),
            tiers: (0..<count).map { _ in .init(above: .random(in: 0...300_000, using: &generator), rates: rates()) },
            request: Bool.random(using: &generator) ? .random(in: 0...10_000_000_000_000, using: &generator) : 0)
    }

    private mutating func rates() -> Price.Rates {
        var rates = Price.Rates(
            input: .random(in: 0...100_000_000_000, using: &generator),
            output: .random(in: 0...100_000_000_000, using: &generator))
        for counter in Usage.Counter.allCases where Bool.random(using: &generator) {
            rates[counter] = .random(in: 0...200_000_000_000, using: &generator)
        }
        return rates
    }
}
