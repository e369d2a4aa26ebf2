import Generators
import Testing

@testable import Domain

@Suite struct RequestMeasureTests {
    private let allowances = Allowances()

    private func measure(_ bytes: Int = 1_000, maximum: Int64 = 100, choices: Int64 = 1) -> RequestMeasure {
        RequestMeasure(bytes: bytes, maximumOutput: maximum, choices: choices)
    }

    @Test func theMostIsBytesAndTheMaximumOfEachChoice() {
        #expect(measure(choices: 3).most(allowances) == Foreseen(input: 1_000, output: 300))
        var request = measure()
        request.hasTools = true
        #expect(request.most(allowances).input == 2_000)
        request.predictionBytes = 40
        #expect(request.most(allowances).output == 140)
        request.asksForImages = true
        #expect(request.most(allowances).images == 10)
        request.asksForProviderTools = true
        #expect(request.most(allowances).toolCalls == 10)
        #expect(request.most(allowances).input == 2_000 + 128_000)
    }

    static let attachments: [(AttachmentTokens.Kind, inline: Int?, most: Int64, text: Int, sound: Bool)] = [
        (.image(isCoarse: false), nil, 50_000, 10_000, false), (.image(isCoarse: true), nil, 3_000, 10_000, false),
        (.image(isCoarse: false), 8_000, 50_000, 2_000, false),
        (.audio, nil, 115_200, 10_000, true), (.audio, 1_600, 101, 8_400, true),
        (.audio, 9_000_000, 562_501, 0, true),
        (.file, nil, 300_000, 10_000, true), (.file, 6_000, 300_000, 4_000, true), (.file, 600_000, 650_000, 0, true),
        (.video, nil, 1_000_000, 10_000, true), (.video, 5_000, 1_000_000, 5_000, true),
        (.other, nil, 1_000_000, 10_000, true), (.other, 5_000, 1_000_000, 10_000, true),
    ]

    /// What is base64 in the request counts as what it is, not as text.
    @Test(arguments: attachments)
    func anAttachmentHasAnAllowance(
        _ row: (kind: AttachmentTokens.Kind, inline: Int?, most: Int64, text: Int, sound: Bool)
    ) {
        var request = measure(10_000)
        request.attachments.add(row.kind, inline: row.inline, allowances)
        let most = request.most(allowances)
        #expect(most.input == Int64(row.text) + row.most)
        #expect(most.mayBeSound == row.sound)
        #expect(request.likelyInput <= most.input && request.likelyInput > 0)
    }

    static let outputs: [(maximum: Int64, likely: Int64)] = [
        (1, 1), (64, 64), (256, 256), (1_000, 256), (1_024, 256), (4_096, 1_024), (8_192, 2_048), (128_000, 2_048),
        (Usage.largestOutputMaximum, 2_048),
    ]

    @Test(arguments: outputs) func aQuarterOfTheMaximumIsLikely(_ row: (maximum: Int64, likely: Int64)) {
        #expect(RequestMeasure.likelyOutput(row.maximum) == row.likely)
        #expect(measure(maximum: row.maximum, choices: 4).likely(allowances).output == 4 * row.likely)
    }

    private static func random(_ generator: inout SeededGenerator) -> RequestMeasure {
        var request = RequestMeasure(
            bytes: .random(in: 0...100_000, using: &generator),
            maximumOutput: .random(in: 1...200_000, using: &generator),
            choices: .random(in: 1...128, using: &generator))
        request.hasTools = .random(using: &generator)
        request.asksForProviderTools = .random(using: &generator)
        request.asksForImages = .random(using: &generator)
        request.predictionBytes = .random(in: 0...100, using: &generator)
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            let kinds: [AttachmentTokens.Kind] = [
                .image(isCoarse: true), .image(isCoarse: false), .audio, .file, .video, .other,
            ]
            let inline = Bool.random(using: &generator) ? nil : Int.random(in: 0...request.bytes, using: &generator)
            request.attachments.add(kinds.randomElement(using: &generator) ?? .other, inline: inline, Allowances())
        }
        return request
    }

    private static func price(_ generator: inout SeededGenerator) -> Price {
        func rates() -> Price.Rates {
            func maybe() -> Int64? {
                Bool.random(using: &generator) ? nil : .random(in: 0...50_000_000_000, using: &generator)
            }
            return Price.Rates(
                input: .random(in: 0...10_000_000_000, using: &generator), cacheRead: maybe(), cacheWrite: maybe(),
                cacheWriteHour: maybe(), audioInput: maybe(),
                output: .random(in: 1...10_000_000_000, using: &generator), reasoning: maybe(), audioOutput: maybe(),
                images: maybe(), toolCalls: maybe())
        }
        let tiers = Bool.random(using: &generator) ? [] : [Price.Tier(above: 50_000, rates: rates())]
        return Price(rates(), tiers: tiers, request: Bool.random(using: &generator) ? 0 : 1_000_000_000)
    }

    /// An estimate is never above the bound, never nothing, and never below what an interrupted run is charged for its
    /// input.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func anEstimateLiesWithinTheBound(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let request = Self.random(&generator)
            let price = Self.price(&generator)
            let most = price.bound(request.most(allowances))
            let likely = price.bound(request.likely(allowances))
            #expect(.zero < likely && likely <= most)
            #expect(price.cost(of: Usage(uncachedInput: request.likelyInput)) <= likely)
        }
    }

    /// No usage within what is foreseen costs more than the bound, whichever counters it is split into.
    @Test(arguments: [5, 6] as [UInt64]) func noUsageWithinTheMostCostsMore(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let request = Self.random(&generator)
            let price = Self.price(&generator)
            let most = request.most(allowances)
            var usage = Usage()
            var input = Int64.random(in: 0...most.input, using: &generator)
            let inputs: [Usage.Counter] = [.uncachedInput, .cacheRead, .cacheWrite, .cacheWriteHour]
            for counter in inputs + (most.mayBeSound ? [.audioInput] : []) {
                usage[counter] = .random(in: 0...input, using: &generator)
                input -= usage[counter]
            }
            var output = Int64.random(in: 0...most.output, using: &generator)
            for counter: Usage.Counter in [.output, .reasoning, .audioOutput] {
                usage[counter] = .random(in: 0...output, using: &generator)
                output -= usage[counter]
            }
            usage.images = .random(in: 0...most.images, using: &generator)
            usage.toolCalls = .random(in: 0...most.toolCalls, using: &generator)
            #expect(price.cost(of: usage) <= price.bound(most))
        }
    }

    @Test func anEstimateOfWhatNobodyReported() {
        var request = measure(4_001, maximum: 10, choices: 2)
        #expect(
            request.estimate(outputBytes: 9) == MeteredUsage(Usage(uncachedInput: 1_001, output: 3), isEstimated: true))
        #expect(request.estimate(outputBytes: 4_000).usage.output == 20, "no more than it was told to write")
        #expect(
            request.estimate(outputBytes: 4, spokenBytes: 15).usage
                == Usage(uncachedInput: 1_001, output: 1, audioOutput: 15))
        #expect(request.estimate(outputBytes: 90, spokenBytes: 90).usage.outputTotal == 20)
        // A picture of a megabyte is no million bytes of text.
        request.attachments.add(.image(isCoarse: false), inline: 4_000, allowances)
        #expect(request.estimate(outputBytes: 0).usage.uncachedInput == 1 + 1_600)
    }
}
