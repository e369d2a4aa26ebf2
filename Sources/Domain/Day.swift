/// A UTC day, `2026-11-21`, after Howard Hinnant's `days_from_civil` (proleptic Gregorian calendar).
package struct Day: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01.
    package var sinceEpoch: Int

    package init(sinceEpoch: Int) { self.sinceEpoch = sinceEpoch }

    package init(of time: Timestamp) { sinceEpoch = Int(time.milliseconds / Timestamp.millisecondsPerDay) }

    package static func < (left: Self, right: Self) -> Bool { left.sinceEpoch < right.sinceEpoch }

    /// Nil for what is no day of the years 1970 to 9999.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10]), year >= 1970, (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        sinceEpoch = era * 146_097 + dayOfEra - 719_468
        // 30 February would come back as a day of March.
        guard description == text else { return nil }
    }

    package var description: String {
        String(timestamp(milliseconds: Int64(sinceEpoch) * Timestamp.millisecondsPerDay).prefix(10))
    }

    /// What digits, and nothing else, say.
    static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
}
