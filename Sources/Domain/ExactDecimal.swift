/// A decimal as price lists write it, `0.40` or `1.5e-07`, exactly: no binary fraction comes near it.
package struct ExactDecimal: Hashable, Sendable {
    /// The value is this times ten to the power of `exponent`.
    private let digits: Int128
    private let exponent: Int

    /// Longer ones are no prices.
    private static let maximumDigits = 30
    private static let maximumExponent = 60

    /// Reads what JSON calls a number, without a sign before it; nil for anything else.
    package init?(_ text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        var digits: Int128 = 0
        var count = 0
        func take(_ rest: inout ArraySlice<UInt8>) -> Int {
            let run = rest.prefix { (48...57).contains($0) }
            for digit in run {
                // Zeros in front are no digits to count.
                if digits > 0 || digit > 48 { count += 1 }
                if count <= Self.maximumDigits { digits = digits * 10 + Int128(digit - 48) }
            }
            rest = rest.dropFirst(run.count)
            return run.count
        }
        guard take(&rest) > 0 else { return nil }
        var places = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            places = take(&rest)
            guard places > 0 else { return nil }
        }
        var exponent = 0
        if let letter = rest.first, letter | 32 == UInt8(ascii: "e") {
            let written = String(decoding: rest.dropFirst(), as: UTF8.self)
            guard let value = Int(written), abs(value) <= Self.maximumExponent else { return nil }
            exponent = value
            rest = []
        }
        guard rest.isEmpty, count <= Self.maximumDigits, places <= Self.maximumExponent else { return nil }
        self.digits = digits
        self.exponent = exponent - places
    }

    package var isZero: Bool { digits == 0 }

    /// This times ten to the power of `power`, rounded half up to an integer; nil where it does not fit.
    package func scaled(byPowerOfTen power: Int) -> (value: Int64, isExact: Bool)? {
        var value = digits
        var shift = exponent + power
        while shift > 0, value > 0 {
            guard value <= Int128(Int64.max) else { return nil }
            value *= 10
            shift -= 1
        }
        var divisor: Int128 = 1
        while shift < 0 {
            // More digits than there are: nothing is left of them.
            guard divisor <= digits else { return (0, digits == 0) }
            divisor *= 10
            shift += 1
        }
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        let rounded = remainder * 2 >= divisor ? quotient + 1 : quotient
        return Int64(exactly: rounded).map { ($0, remainder == 0) }
    }
}
