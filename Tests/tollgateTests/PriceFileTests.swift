import Admin
import Domain
import JSON
import Storage
import Testing

@testable import tollgate

@Suite struct PriceFileTests {
    private func read(_ text: String, _ format: PriceFormat) throws -> PriceFile {
        try PriceFile(Array(text.utf8), format: format, name: "f")
    }

    private func prices(_ text: String, _ format: PriceFormat) throws -> [Price] {
        try read(text, format).prices.compactMap { row in
            if case .price(let price, _) = row.terms { price } else { nil }
        }
    }

    private func genai(_ prices: String) -> String { #"[{"id":"google","models":[{"id":"m","prices":\#(prices)}]}]"# }

    @Test func decimalsAreTakenAsTheyStand() throws {
        let text = genai(
            #"{"input_mtok":0.18000000000000002,"output_mtok":"2.5","cache_write_mtok":0.0416666666666667,"requests_kcount":12,"web_searches_kcount":14,"storage_searches_kcount":2.5}"#
        )
        let expected = Price(
            .init(
                input: 180_000_000, cacheWrite: 41_666_667, output: 2_500_000_000, toolCalls: 14_000_000_000_000),
            request: 12_000_000_000_000)
        #expect(try prices(text, .genaiPrices) == [expected])
        #expect(try read(text, .genaiPrices).prices.first?.model == PricedModel(provider: "gemini", model: "m"))
    }

    @Test func tiersFillUpFromWhatTheyLeaveOut() throws {
        let text = genai(
            #"{"input_mtok":{"base":1,"tiers":[{"start":32000,"price":2},{"start":128000,"price":3}]},"output_mtok":{"base":4,"tiers":[{"start":128000,"price":5}]},"cache_read_mtok":0.1}"#
        )
        func rates(_ input: Int64, _ output: Int64) -> Price.Rates {
            .init(input: input * 1_000_000_000, cacheRead: 100_000_000, output: output * 1_000_000_000)
        }
        let expected = Price(
            rates(1, 4), tiers: [.init(above: 32_000, rates: rates(2, 4)), .init(above: 128_000, rates: rates(3, 5))])
        #expect(try prices(text, .genaiPrices) == [expected])
    }

    /// The last condition that is met holds; one that holds at some hours counts for all of them where it is dearer.
    @Test(
        arguments: [
            (#"[{"prices":{"input_mtok":1,"output_mtok":1}}]"#, [(nil, 1)]),
            (
                #"[{"prices":{"input_mtok":1,"output_mtok":1}},{"constraint":{"start_date":"2026-12-01"},"prices":{"input_mtok":2,"output_mtok":2}}]"#,
                [(nil, 1), ("2026-12-01T00:00:00Z", 2)]
            ),
            (
                #"[{"prices":{"input_mtok":2,"output_mtok":2}},{"constraint":{"start_time":"16:30:00Z","end_time":"00:30:00Z"},"prices":{"input_mtok":1,"output_mtok":1}}]"#,
                [(nil, 2)]
            ),
            (
                #"[{"prices":{"input_mtok":2,"output_mtok":2}},{"constraint":{"start_time":"16:30:00Z","end_time":"00:30:00Z"},"prices":{"input_mtok":3,"output_mtok":3}},{"constraint":{"start_date":"2026-12-01"},"prices":{"input_mtok":1,"output_mtok":1}}]"#,
                [(nil, 3), ("2026-12-01T00:00:00Z", 1)]
            ),
        ] as [(String, [(String?, Int64)])])
    func conditionsAreRead(_ prices: String, _ expected: [(String?, Int64)]) throws {
        let rows = try read(genai(prices), .genaiPrices).prices
        #expect(rows.map(\.effectiveFrom) == expected.map { $0.0.flatMap { Timestamp($0) } })
        #expect(
            try self.prices(genai(prices), .genaiPrices).map { $0.rates.input / 1_000_000_000 } == expected.map(\.1))
    }

    @Test(arguments: [
        (#"{"input_mtok":1}"#, "has no price of input or of output"),
        (
            #"{"input_mtok":1,"output_mtok":1,"output_image_mtok":30}"#,
            "has a price of what we do not count: output_image_mtok"
        ),
        (#"{"input_mtok":0,"output_mtok":0}"#, "costs nothing, which only `price set --free` says"),
        (#"{"input_mtok":1e-11,"output_mtok":1}"#, "input_mtok is below a nano-credit for a million"),
        (#"{"input_mtok":1e12,"output_mtok":1}"#, "input_mtok is too large"),
        (
            #"[{"constraint":{"moon":"full"},"prices":{"input_mtok":1,"output_mtok":1}}]"#,
            "its price depends on what we do not know"
        ),
    ])
    func whatCannotBeSaidIsSkipped(_ prices: String, _ reason: String) throws {
        let file = try read(genai(prices), .genaiPrices)
        #expect(file.prices.isEmpty && file.skipped == [.init(name: "google/m", reason: reason)])
    }

    @Test(arguments: [
        #"{"input_mtok":-1,"output_mtok":1}"#, #"{"input_mtok":"much","output_mtok":1}"#, "7", "[]", "[7]",
        #"{"input_mtok":{"tiers":[]},"output_mtok":1}"#,
        #"{"input_mtok":{"base":1,"tiers":[{"price":1}]},"output_mtok":1}"#,
    ])
    func whatIsNoPriceRefusesTheFile(_ prices: String) {
        let fault = #expect(throws: PriceList.Fault.self) { try read(genai(prices), .genaiPrices) }
        #expect(fault?.description.hasPrefix("f: 0/models/0 (google/m): ") == true)
    }

    /// What is read is written to the server so that it is read as the same.
    @Test func rowsAreSentAsTheyAreRead() throws {
        let rows = [
            NewPrice(
                PricedModel(provider: "a", model: "m"),
                .price(
                    Price(
                        .init(input: 1, cacheRead: 2, output: 3, images: 4),
                        tiers: [.init(above: 5, rates: .init(input: 6, output: 7, toolCalls: 0))], request: 8),
                    maximumOutputTokens: 9), effectiveFrom: Timestamp(milliseconds: 1_000)),
            NewPrice(PricedModel(provider: "a", model: "m"), .price(.free, maximumOutputTokens: nil)),
            NewPrice(
                PricedModel(organization: "acme", provider: "a", model: "m"), .multiplier(partsPerMillion: 1_200_000)),
            NewPrice(PricedModel(organization: "acme", provider: "a", model: "m"), .withdrawn),
        ]
        for row in rows {
            var writer = JSONWriter()
            writer.newPrice(row)
            #expect(try NewPrice(try Fields(writer.bytes)) == row)
        }
    }
}
