/// An amount of money: 1 credit is 1 USD, held as an integer number of nano-credits (1e-9 credits).
///
/// Sums are checked: an amount that does not fit 64 bits (9.2 billion credits) traps in `+`,
/// so everything that comes from outside goes through `init(decimal:)` or `adding(_:)` first.
package struct NanoCredits: Hashable, Comparable, Sendable {
    package var rawValue: Int64

    package init(_ rawValue: Int64) { self.rawValue = rawValue }

    package static let zero = NanoCredits(0)
    package static let perCredit: Int64 = 1_000_000_000

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    package static func + (left: Self, right: Self) -> Self { NanoCredits(left.rawValue + right.rawValue) }
    package static func - (left: Self, right: Self) -> Self { NanoCredits(left.rawValue - right.rawValue) }
    package static prefix func - (value: Self) -> Self { NanoCredits(-value.rawValue) }
    package static func += (left: inout Self, right: Self) { left = left + right }

    /// The sum; where it does not fit, the end of the range on that side. For sums that are shown, and for what is read
    /// from a disk and may be damaged: never for what decides.
    package func addingClamped(_ other: Self) -> Self {
        adding(other) ?? NanoCredits(other.rawValue < 0 ? .min : .max)
    }

    /// The sum, or nil where it does not fit.
    package func adding(_ other: Self) -> Self? {
        let (sum, overflow) = rawValue.addingReportingOverflow(other.rawValue)
        return overflow ? nil : NanoCredits(sum)
    }
}

extension NanoCredits: CustomStringConvertible {
    /// Credits as a decimal with as many of nine places as are needed: `0.00042`, `12`, `-1.5`.
    package var description: String {
        let magnitude = rawValue.magnitude
        let whole = magnitude / UInt64(Self.perCredit)
        var fraction = magnitude % UInt64(Self.perCredit)
        var text = rawValue < 0 ? "-\(whole)" : "\(whole)"
        guard fraction > 0 else { return text }
        var places = 9
        while fraction % 10 == 0 {
            fraction /= 10
            places -= 1
        }
        let digits = String(fraction)
        text += "." + String(repeating: "0", count: places - digits.count) + digits
        return text
    }

    /// Reads credits written as a decimal with at most nine places; nil for anything else.
    package init?(decimal text: some StringProtocol) {
        var digits = text[...]
        let negative = digits.first == "-"
        if negative { digits = digits.dropFirst() }
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, !first.isEmpty else { return nil }
        var fraction = ""
        if parts.count == 2 {
            guard !parts[1].isEmpty, parts[1].count <= 9 else { return nil }
            fraction = String(parts[1])
        }
        fraction += String(repeating: "0", count: 9 - fraction.count)
        let all = String(first) + fraction
        guard all.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let value = Int64(all) else { return nil }
        rawValue = negative ? -value : value
    }
}
