/// A JSON number as the decimal it is written as: nothing is rounded, and `1`, `1.0` and `10e-1` are one.
struct JSONNumber: Hashable, Sendable {
    private(set) var isNegative = false
    /// The number is 0.lead… times ten to this; 0 of zero. Beyond a milliard either way it is held there.
    private(set) var exponent = 0
    /// The first 19 significant digits, filled up with zeros behind; 0 of zero.
    private(set) var lead: UInt64 = 0
    /// The significant digits after them, without zeros at the end.
    private(set) var tail: [UInt8] = []

    static let leadDigits = 19
    private static let exponentLimit = 1_000_000_000

    /// - Parameter text: a JSON number.
    init(_ text: some Collection<UInt8>) {
        var written = 0
        var point: Int?
        var leadingZeros = 0
        var digits = 0
        var power = 0
        var isPowerNegative = false
        var isInPower = false
        for byte in text {
            switch byte {
            case UInt8(ascii: "-"):
                if isInPower { isPowerNegative = true } else { isNegative = true }
            case UInt8(ascii: "."):
                point = written
            case UInt8(ascii: "e"), UInt8(ascii: "E"):
                isInPower = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = byte - UInt8(ascii: "0")
                if isInPower {
                    power = min(power * 10 + Int(digit), Self.exponentLimit)
                    continue
                }
                written += 1
                if digits == 0 && digit == 0 {
                    leadingZeros += 1
                } else if digits < Self.leadDigits {
                    lead = lead * 10 + UInt64(digit)
                    digits += 1
                } else {
                    tail.append(digit)
                    digits += 1
                }
            case _: break  // +
            }
        }
        guard digits > 0 else {
            isNegative = false
            return
        }
        for _ in 0..<max(0, Self.leadDigits - digits) { lead *= 10 }
        while tail.last == 0 { tail.removeLast() }
        exponent = (point ?? written) - leadingZeros + (isPowerNegative ? -power : power)
    }

    init(_ value: Int64) { self.init(String(value).utf8) }

    var isZero: Bool { lead == 0 }

    /// How many digits it has from its first that is not zero to its last.
    private var significantDigits: Int {
        if isZero { return 0 }
        if !tail.isEmpty { return Self.leadDigits + tail.count }
        return Self.leadDigits - trailingZeros
    }

    private var trailingZeros: Int {
        var rest = lead
        var count = 0
        while rest != 0 && rest % 10 == 0 {
            rest /= 10
            count += 1
        }
        return count
    }

    var isInteger: Bool { exponent >= significantDigits }

    /// Where it is an integer that 64 bits hold.
    var int64: Int64? {
        if isZero { return 0 }
        guard isInteger, tail.isEmpty, exponent <= Self.leadDigits else { return nil }
        var magnitude = lead
        for _ in exponent..<Self.leadDigits { magnitude /= 10 }
        if isNegative { return magnitude <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil }
        return Int64(exactly: magnitude)
    }
}

extension JSONNumber: Comparable {
    static func < (one: Self, other: Self) -> Bool {
        if one.isZero || other.isZero || one.isNegative != other.isNegative {
            return one.sign < other.sign
        }
        return one.isNegative ? other.isNearerZero(than: one) : one.isNearerZero(than: other)
    }

    private var sign: Int { isZero ? 0 : isNegative ? -1 : 1 }

    private func isNearerZero(than other: Self) -> Bool {
        if exponent != other.exponent { return exponent < other.exponent }
        if lead != other.lead { return lead < other.lead }
        return tail.lexicographicallyPrecedes(other.tail)
    }
}

// MARK: - Multiples

extension JSONNumber {
    /// Whether it can stand as a `multipleOf`: above zero, and of no more than 19 digits.
    var isDivisor: Bool { !isNegative && !isZero && tail.isEmpty }

    /// Whether this is `divisor` (which `isDivisor`) times some integer, exactly.
    func isMultiple(of divisor: JSONNumber) -> Bool {
        if isZero { return true }
        let modulus = divisor.lead / Self.power(divisor.trailingZeros)
        let divisorUnit = divisor.exponent - divisor.significantDigits
        let unit = exponent - significantDigits
        // Both are integers times ten to their unit. This one ends in no zero, so a larger unit of the divisor's, which
        // would make every multiple end in one, excludes it.
        guard unit >= divisorUnit else { return false }
        var rest = tail.isEmpty ? lead / Self.power(trailingZeros) % modulus : lead % modulus
        for digit in tail { rest = Self.add(Self.multiply(rest, 10, modulus), UInt64(digit) % modulus, modulus) }
        return Self.multiply(rest, Self.powerOfTen(unit - divisorUnit, modulus), modulus) == 0
    }

    private static func power(_ exponent: Int) -> UInt64 {
        var power: UInt64 = 1
        for _ in 0..<exponent { power *= 10 }
        return power
    }

    private static func powerOfTen(_ exponent: Int, _ modulus: UInt64) -> UInt64 {
        var result = 1 % modulus
        var base = 10 % modulus
        var left = exponent
        while left > 0 {
            if left & 1 == 1 { result = multiply(result, base, modulus) }
            base = multiply(base, base, modulus)
            left >>= 1
        }
        return result
    }

    /// Both factors are below the modulus, so the high half of their product is too.
    private static func multiply(_ one: UInt64, _ other: UInt64, _ modulus: UInt64) -> UInt64 {
        modulus == 1 ? 0 : modulus.dividingFullWidth((one % modulus).multipliedFullWidth(by: other % modulus)).remainder
    }

    private static func add(_ one: UInt64, _ other: UInt64, _ modulus: UInt64) -> UInt64 {
        let (sum, overflows) = one.addingReportingOverflow(other)
        return overflows || sum >= modulus ? sum &- modulus : sum
    }
}
