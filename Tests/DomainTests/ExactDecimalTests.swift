import Testing

@testable import Domain

@Suite struct ExactDecimalTests {
    /// Text, power of ten, value, whether it is exact.
    @Test(
        arguments: [
            ("0.4", 9, 400_000_000, true), ("2", 9, 2_000_000_000, true), ("1e-07", 15, 100_000_000, true),
            ("1.5E-7", 15, 150_000_000, true), ("0.00000015", 15, 150_000_000, true), ("3e+0", 9, 3_000_000_000, true),
            ("0.035", 15, 35_000_000_000_000, true), ("0", 9, 0, true), ("0.000", 9, 0, true), ("007", 0, 7, true),
            // A float that was meant to be 0.18, and one that was meant to be 1.04.
            ("0.18000000000000002", 9, 180_000_000, false), ("1.0399999999999998", 9, 1_040_000_000, false),
            ("0.0833333333333333", 9, 83_333_333, false), ("0.0416666666666667", 9, 41_666_667, false),
            ("0.5", 0, 1, false), ("0.49", 0, 0, false), ("0.05", 0, 0, false), ("1e-40", 9, 0, false),
            ("9223372036854775807", 0, Int64.max, true),
        ] as [(String, Int, Int64, Bool)])
    func decimalsAreExact(_ text: String, _ power: Int, _ value: Int64, _ isExact: Bool) throws {
        let decimal = try #require(ExactDecimal(text))
        let scaled = try #require(decimal.scaled(byPowerOfTen: power))
        #expect(scaled == (value, isExact))
        #expect(decimal.isZero == text.allSatisfy { "0.".contains($0) })
    }

    @Test(arguments: [
        "", "-1", "+1", ".5", "1.", "1.e5", "1e", "1e+", "e5", "1 ", " 1", "1,5", "0x1", "NaN", "1e99", "1e-99",
        "1.5.2",
        "1234567890123456789012345678901",
    ])
    func otherTextsAreNone(_ text: String) { #expect(ExactDecimal(text) == nil) }

    @Test(arguments: [("9223372036854775808", 0), ("1", 30), ("9.3", 18)])
    func whatDoesNotFitIsNone(_ text: String, _ power: Int) throws {
        #expect(try #require(ExactDecimal(text)).scaled(byPowerOfTen: power) == nil)
    }
}
