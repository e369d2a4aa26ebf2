import Testing

@testable import Domain

@Suite struct NanoCreditsTests {
    @Test(arguments: [
        (0, "0"), (1, "0.000000001"), (420_000, "0.00042"), (1_000_000_000, "1"), (12_500_000_000, "12.5"),
        (-1, "-0.000000001"), (-1_500_000_000, "-1.5"), (Int64.max, "9223372036.854775807"),
    ])
    func writesAndReadsDecimals(_ nano: Int64, _ text: String) {
        #expect(NanoCredits(nano).description == text)
        #expect(NanoCredits(decimal: text) == NanoCredits(nano))
    }

    @Test(arguments: ["", "-", ".5", "1.", "1.0000000001", "1e3", "+1", "1,5", "--1", "9223372036.854775808", "٣"])
    func refusesWhatIsNoAmount(_ text: String) { #expect(NanoCredits(decimal: text) == nil) }

    @Test func sumsThatDoNotFitAreNil() {
        #expect(NanoCredits(.max).adding(NanoCredits(1)) == nil)
        #expect(NanoCredits(.max).adding(NanoCredits(-1)) == NanoCredits(.max - 1))
    }
}
