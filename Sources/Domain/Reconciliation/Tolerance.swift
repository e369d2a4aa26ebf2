/// How far what is recorded may be from what is billed: a part of what is billed, or so much at all, whichever is more.
package struct Tolerance: Hashable, Sendable {
    /// Of what is billed, in thousand-millionths: 5,000,000 is 0.5%.
    package var part: Int64
    package var credits: NanoCredits
    package var tokens: Int64

    package init(part: Int64 = 5_000_000, credits: NanoCredits = NanoCredits(10_000_000), tokens: Int64 = 0) {
        self.part = part
        self.credits = credits
        self.tokens = tokens
    }

    /// Reads `0.5`, `0.5%` or `0`: a percentage with at most seven places, of 100 at most. Nil for all else.
    package static func part(percent text: some StringProtocol) -> Int64? {
        let number = text.hasSuffix("%") ? text.dropLast() : text[...]
        guard number.utf8.allSatisfy({ (48...57).contains($0) || $0 == UInt8(ascii: ".") }),
            let part = NanoCredits(decimal: number)?.rawValue, part.isMultiple(of: 100)
        else { return nil }
        return part <= 100 * NanoCredits.perCredit ? part / 100 : nil
    }

    /// The part as a percentage: `0.5`.
    package var percent: String { NanoCredits(part * 100).description }

    func allows(_ measure: Measure, recorded: Int64, billed: Int64) -> Bool {
        let difference = (Int128(recorded) - Int128(billed)).magnitude
        let atAll = measure == .cost ? credits.rawValue : measure.isOfTokens ? tokens : .max
        return difference <= UInt128(atAll)
            || difference * UInt128(NanoCredits.perCredit) <= UInt128(billed.magnitude) * UInt128(part)
    }
}
