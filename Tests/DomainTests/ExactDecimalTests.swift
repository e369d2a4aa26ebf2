import Domain
import Testing

@Suite struct ExactDecimalTests {
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
        let decimal = try #require(ExactDecimal(text))
        #expect(NanoCredits(dollars: decimal)?.rawValue == nano)
    }

    @Test(arguments: [("123.45", 1_234_500_000), ("0.00000005", 1), ("0.000000049", 0), ("-1", -10_000_000)])
    func centsAreAHundredthOfThat(_ text: String, _ nano: Int64) throws {
        #expect(NanoCredits(cents: try #require(ExactDecimal(text)))?.rawValue == nano)
    }

    @Test(arguments: [
        "", "-", ".", "1.", "e5", "1e", "1e1.5", "1e99999", "1,5", "0x10", " 1", "1 ", "NaN", "inf", "1_000", "--1",
        "١",
        String(repeating: "1", count: 401),
    ])
    func refuses(_ text: String) { #expect(ExactDecimal(text) == nil) }

    @Test(
        arguments: [
            ("59200.0", 59_200), ("0.000", 0), ("1e3", 1_000), ("120e-1", 12), ("-3", -3), ("1.5", nil), ("1e-1", nil),
            ("9223372036854775807", .max), ("9223372036854775808", nil),
        ] as [(String, Int64?)])
    func wholeNumbers(_ text: String, _ value: Int64?) throws {
        #expect(try #require(ExactDecimal(text)).wholeNumber == value)
    }

    /// As price lists write them: text, power of ten, value, whether nothing was rounded.
    @Test(
        arguments: [
            ("0.4", 9, 400_000_000, true), ("1e-07", 15, 100_000_000, true), ("1.5E-7", 15, 150_000_000, true),
            ("0.00000015", 15, 150_000_000, true), ("3e+0", 9, 3_000_000_000, true), ("007", 0, 7, true),
            // A float that was meant to be 0.18, and one that was meant to be 1.04.
            ("0.18000000000000002", 9, 180_000_000, false), ("1.0399999999999998", 9, 1_040_000_000, false),
            ("0.0833333333333333", 9, 83_333_333, false), ("0.0416666666666667", 9, 41_666_667, false),
            ("0.5", 0, 1, false), ("0.49", 0, 0, false), ("1e-40", 9, 0, false),
            ("9223372036854775807", 0, Int64.max, true),
        ] as [(String, Int, Int64, Bool)])
    func scalesByAPowerOfTen(_ text: String, _ power: Int, _ value: Int64, _ isWhole: Bool) throws {
        let decimal = try #require(ExactDecimal(text))
        #expect(decimal.scaled(by: power) == value && decimal.isWhole(scaledBy: power) == isWhole)
        #expect(!decimal.isNegative && !decimal.isZero)
    }

    @Test(arguments: [("9223372036854775808", 0), ("1", 30), ("9.3", 18)])
    func whatDoesNotFitIsNone(_ text: String, _ power: Int) throws {
        #expect(try #require(ExactDecimal(text)).scaled(by: power) == nil)
    }

    @Test(arguments: ["0", "0.000", "-0", "0e5"]) func zeroIsZero(_ text: String) throws {
        #expect(try #require(ExactDecimal(text)).isZero)
    }

    @Test func readsWhatNanoCreditsWrite() throws {
        for value in [0, 1, -1, 999_999_999, 1_000_000_001, -12_345_678_900, Int64.max, -Int64.max] {
            let amount = NanoCredits(value)
            #expect(NanoCredits(dollars: try #require(ExactDecimal(amount.description))) == amount)
        }
    }
}
