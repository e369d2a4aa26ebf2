import Domain
import Testing

@Suite struct SignedDecimalTests {
    /// What the text is in nano-credits, taken as dollars.
    static let dollars: [(String, Int64?)] = [
        ("0", 0), ("-0", 0), ("0.06", 60_000_000), ("1e-05", 10_000), ("1E+2", 100_000_000_000), ("12", 12_000_000_000),
        ("0.1", 100_000_000), ("0.30000000000000004", 300_000_000), ("0.08000000000000000", 80_000_000),
        ("0.0000000004999", 0), ("0.0000000005", 1), ("-0.0000000005", -1), ("-0.00000000049", 0),
        ("0.0000000015", 2), ("0.9999999995", 1_000_000_000), ("00012.50", 12_500_000_000), ("+1", 1_000_000_000),
        (".5", 500_000_000), ("5e-10", 1), ("4e-10", 0), ("1e-9999", 0), ("0e9999", 0),
        ("9223372036.854775807", .max), ("-9223372036.854775807", -.max), ("9223372036.8547758074", .max),
        ("9223372036.8547758075", nil), ("9223372037", nil), ("18446744073.7095516155", nil), ("1e10", nil),
        ("1e9999", nil),
    ]

    @Test(arguments: dollars)
    func roundsToNanoCredits(_ text: String, _ nano: Int64?) throws {
        let decimal = try #require(SignedDecimal(text))
        #expect(NanoCredits(dollars: decimal)?.rawValue == nano)
    }

    @Test(arguments: [("123.45", 1_234_500_000), ("0.00000005", 1), ("0.000000049", 0), ("-1", -10_000_000)])
    func centsAreAHundredthOfThat(_ text: String, _ nano: Int64) throws {
        #expect(NanoCredits(cents: try #require(SignedDecimal(text)))?.rawValue == nano)
    }

    @Test(arguments: [
        "", "-", ".", "1.", "e5", "1e", "1e1.5", "1e99999", "1,5", "0x10", " 1", "1 ", "NaN", "inf", "1_000", "--1",
        "١",
        String(repeating: "1", count: 401),
    ])
    func refuses(_ text: String) { #expect(SignedDecimal(text) == nil) }

    @Test(
        arguments: [
            ("59200.0", 59_200), ("0.000", 0), ("1e3", 1_000), ("120e-1", 12), ("-3", -3), ("1.5", nil), ("1e-1", nil),
            ("9223372036854775807", .max), ("9223372036854775808", nil),
        ] as [(String, Int64?)])
    func wholeNumbers(_ text: String, _ value: Int64?) throws {
        #expect(try #require(SignedDecimal(text)).wholeNumber == value)
    }

    @Test func readsWhatNanoCreditsWrite() throws {
        for value in [0, 1, -1, 999_999_999, 1_000_000_001, -12_345_678_900, Int64.max, -Int64.max] {
            let amount = NanoCredits(value)
            #expect(NanoCredits(dollars: try #require(SignedDecimal(amount.description))) == amount)
        }
    }
}
