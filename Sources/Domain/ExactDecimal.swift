/// A number as price lists and bills write it (`0.06`, `1.5e-07`, `-12`), digit by digit: never by way of a binary
/// fraction, which comes near none of them.
package struct ExactDecimal: Hashable, Sendable {
    /// More digits than any amount has; longer texts are refused.
    private static let maximumDigits = 400

    package let isNegative: Bool
    /// Without zeros in front.
    private let digits: [UInt8]
    /// The digits are this power of ten too large: value = digits * 10^exponent.
    private let exponent: Int

    /// JSON's numbers, and also a plus in front, a point without digits before it, and zeros in front. Nil for all else.
    package init?(_ text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        isNegative = rest.first == UInt8(ascii: "-")
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest.removeFirst() }
        var digits = Self.takeDigits(&rest)
        var exponent = 0
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            let fraction = Self.takeDigits(&rest)
            guard !fraction.isEmpty else { return nil }
            digits += fraction
            exponent = -fraction.count
        }
        guard !digits.isEmpty, digits.count <= Self.maximumDigits else { return nil }
        if let mark = rest.first, mark == UInt8(ascii: "e") || mark == UInt8(ascii: "E") {
            guard let power = Int(String(decoding: rest.dropFirst(), as: UTF8.self)), power.magnitude <= 10_000 else {
                return nil
            }
            exponent += power
            rest = []
        }
        guard rest.isEmpty else { return nil }
        self.digits = Array(digits.drop { $0 == 0 })
        self.exponent = exponent
    }

    private static func takeDigits(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        let found = rest.prefix { (48...57).contains($0) }
        rest = rest[found.endIndex...]
        return found.map { $0 - 48 }
    }

    package var isZero: Bool { digits.isEmpty }

    /// Whether the value times 10^`power` is a whole number.
    package func isWhole(scaledBy power: Int) -> Bool {
        let places = digits.count + exponent + power
        return digits.indices.allSatisfy { $0 < places || digits[$0] == 0 }
    }

    /// The value times 10^`power`, rounded half up (a half goes away from zero); nil where it does not fit.
    package func scaled(by power: Int) -> Int64? {
        // So many of the digits stand before the point.
        let whole = digits.count + exponent + power
        var value: UInt64 = 0
        for place in 0..<max(0, digits.isEmpty ? 0 : whole) {
            let (tens, overflows) = value.multipliedReportingOverflow(by: 10)
            let digit = place < digits.count ? UInt64(digits[place]) : 0
            let (sum, overflowsToo) = tens.addingReportingOverflow(digit)
            guard !overflows, !overflowsToo else { return nil }
            value = sum
        }
        guard value <= UInt64(Int64.max) else { return nil }
        if digits.indices.contains(whole), digits[whole] >= 5 { value += 1 }
        guard value <= UInt64(Int64.max) else { return nil }
        return isNegative ? -Int64(value) : Int64(value)
    }

    /// The value, where it is a whole number (`12`, `59200.0`, `1e3`) that fits.
    package var wholeNumber: Int64? { isWhole(scaledBy: 0) ? scaled(by: 0) : nil }
}

extension NanoCredits {
    /// US dollars, with as many places as they may have, rounded half up to a nano-credit; nil where they do not fit.
    package init?(dollars: ExactDecimal) {
        guard let value = dollars.scaled(by: 9) else { return nil }
        self.init(value)
    }

    /// US cents, likewise.
    package init?(cents: ExactDecimal) {
        guard let value = cents.scaled(by: 7) else { return nil }
        self.init(value)
    }
}
