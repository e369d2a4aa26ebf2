/// All decimal digits of a double, exactly: what Python's `round` and `%.3f` decide on.
struct DecimalExpansion {
    /// 0 to 9 each. Before the point there are `point` of them; none are left out on either side of it.
    private(set) var digits: [UInt8]
    private(set) var point: Int

    /// - Parameter number: finite, not negative.
    init(_ number: Double) {
        guard number > 0 else {
            digits = []
            point = 0
            return
        }
        let mantissa = number.significandBitPattern | (number.isNormal ? 1 << 52 : 0)
        let exponent = max(Int(number.exponentBitPattern), 1) - 1075
        digits = []
        point = 0
        if exponent >= 0 {
            appendInteger(mantissa, shiftedLeft: exponent)
        } else {
            // Below 64 the integer part is in the mantissa's high bits; a shift by more leaves nothing.
            appendInteger(exponent > -64 ? mantissa >> UInt64(-exponent) : 0, shiftedLeft: 0)
            let fraction = exponent > -64 ? mantissa & (1 << UInt64(-exponent) - 1) : mantissa
            appendFraction(fraction, bits: -exponent)
        }
    }

    /// The digits before the point in ASCII, `0` where there are none.
    var integerDigits: [UInt8] { point == 0 ? [48] : digits[..<point].map { $0 + 48 } }

    private mutating func appendInteger(_ value: UInt64, shiftedLeft shift: Int) {
        var limbs = [UInt32](repeating: 0, count: shift / 32 + 3)
        let low = value << UInt64(shift % 32)
        let high = shift % 32 == 0 ? 0 : value >> UInt64(64 - shift % 32)
        limbs[shift / 32] = UInt32(truncatingIfNeeded: low)
        limbs[shift / 32 + 1] = UInt32(truncatingIfNeeded: low >> 32)
        limbs[shift / 32 + 2] = UInt32(truncatingIfNeeded: high)
        var groups: [UInt32] = []
        while let last = limbs.lastIndex(where: { $0 != 0 }) {
            var rest: UInt64 = 0
            for place in (0...last).reversed() {
                let part = rest << 32 | UInt64(limbs[place])
                limbs[place] = UInt32(part / 1_000_000_000)
                rest = part % 1_000_000_000
            }
            groups.append(UInt32(rest))
        }
        for group in groups.reversed() { appendGroup(group) }
        digits.removeFirst(digits.prefix { $0 == 0 }.count)
        point = digits.count
    }

    private mutating func appendFraction(_ fraction: UInt64, bits: Int) {
        // The fraction as limbs, the lowest first, of which the topmost bit has the weight 1/2.
        let count = (bits + 31) / 32
        let padding = count * 32 - bits
        var limbs = [UInt32](repeating: 0, count: max(count, 3))
        let low = fraction << UInt64(padding)
        let high = padding == 0 ? 0 : fraction >> UInt64(64 - padding)
        limbs[0] = UInt32(truncatingIfNeeded: low)
        limbs[1] = UInt32(truncatingIfNeeded: low >> 32)
        limbs[2] = UInt32(truncatingIfNeeded: high)
        limbs.removeLast(limbs.count - count)
        while limbs.contains(where: { $0 != 0 }) {
            var carry: UInt64 = 0
            for place in limbs.indices {
                let product = UInt64(limbs[place]) * 1_000_000_000 + carry
                limbs[place] = UInt32(truncatingIfNeeded: product)
                carry = product >> 32
            }
            appendGroup(UInt32(carry))
        }
        while digits.count > point, digits.last == 0 { digits.removeLast() }
    }

    private mutating func appendGroup(_ group: UInt32) {
        var divisor: UInt32 = 100_000_000
        while divisor > 0 {
            digits.append(UInt8(group / divisor % 10))
            divisor /= 10
        }
    }

    /// Rounds half to even so that `places` digits follow the point; below zero, so that as many before it are zeros.
    mutating func round(places: Int) {
        let kept = point + places
        guard kept < digits.count else { return }
        guard kept >= 0 else {
            digits = []
            point = 0
            return
        }
        let isHalf = digits[kept] == 5 && digits[(kept + 1)...].allSatisfy { $0 == 0 }
        let isOdd = kept > 0 && digits[kept - 1] % 2 == 1
        let goesUp = isHalf ? isOdd : digits[kept] >= 5
        let integerCount = point
        digits.removeLast(digits.count - kept)
        if goesUp {
            var place = kept - 1
            while place >= 0, digits[place] == 9 {
                digits[place] = 0
                place -= 1
            }
            if place >= 0 {
                digits[place] += 1
            } else {
                digits.insert(1, at: 0)
                point += 1
            }
        }
        // What was cut before the point counts on as zeros.
        if kept < integerCount { digits.append(contentsOf: repeatElement(0, count: integerCount - kept)) }
    }

    /// Rounds half to even to that many digits from the first that is not zero.
    mutating func round(significant: Int) {
        round(places: significant - exponent - 1)
    }

    /// Ten to this power, times a digit other than zero, is the leading digit's worth; 0 of zero.
    var exponent: Int {
        guard let first = digits.firstIndex(where: { $0 != 0 }) else { return 0 }
        return point - 1 - first
    }

    /// The digit worth ten to that power.
    func digit(worth power: Int) -> UInt8 {
        let place = point - 1 - power
        return digits.indices.contains(place) ? digits[place] : 0
    }
}
