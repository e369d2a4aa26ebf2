import Testing

@testable import Prompting

@Suite struct JSONNumberTests {
    private func number(_ text: String) -> JSONNumber { JSONNumber(text.utf8) }

    @Test(arguments: [
        ("1", "1.0"), ("10e-1", "1"), ("0", "-0.0e9"), ("1e2", "100"), ("0.001", "1E-3"),
        ("12345678901234567890", "1234567890123456789e1"),
        ("-1.50", "-15e-1"), ("100000000000000000000000", "1e23"),
    ])
    func equal(_ one: String, _ other: String) {
        #expect(number(one) == number(other))
        #expect(number(one).hashValue == number(other).hashValue)
    }

    @Test(arguments: [
        ("1", "2"), ("-2", "-1"), ("-1", "0"), ("0", "1e-300"), ("0.1", "0.2"), ("9", "10"),
        ("1.000000000000000000000001", "1.000000000000000000000002"),
        ("18446744073709551600", "18446744073709551615"), ("-1e308", "1e-308"), ("99999999999999999999", "1e20"),
        ("1", "1.00000000000000000000000001"),
    ])
    func ordered(_ one: String, _ other: String) {
        #expect(number(one) < number(other))
        #expect(!(number(other) < number(one)))
        #expect(number(one) != number(other))
    }

    @Test(arguments: [
        ("10", "2", true), ("7", "2", false), ("4.5", "1.5", true), ("0.0075", "0.0001", true),
        ("0.00751", "0.0001", false),
        ("1e308", "0.5", true), ("1e308", "0.123456789", false), ("12391239123", "1e-8", true), ("0", "7", true),
        ("-9", "3", true),
        ("0.3", "0.1", true), ("1.1", "0.1", true), ("19.99", "0.01", true), ("1e20", "3", false), ("3e20", "3", true),
        ("123456789012345678901234567890", "10", true), ("123456789012345678901234567891", "10", false),
        ("5", "10", false), ("10", "100", false), ("99999999999999999990", "9999999999999999999", true),
        ("1e-1000000000000", "1", false), ("7", "7", true), ("14", "7.0", true),
    ])
    func multiples(_ value: String, _ divisor: String, _ isMultiple: Bool) {
        #expect(number(divisor).isDivisor)
        #expect(number(value).isMultiple(of: number(divisor)) == isMultiple)
    }

    @Test(
        arguments: [
            ("1", 1), ("-1.0", -1), ("1e3", 1000), ("9223372036854775807", Int64.max),
            ("-9223372036854775808", Int64.min),
            ("9223372036854775808", nil), ("1.5", nil), ("1e19", nil), ("0.0", 0), ("-9223372036854775809", nil),
        ] as [(String, Int64?)])
    func integers(_ text: String, _ value: Int64?) { #expect(number(text).int64 == value) }
}
