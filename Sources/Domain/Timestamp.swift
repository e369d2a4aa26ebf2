/// A point in time as we write it: RFC 3339 in UTC with milliseconds, `2026-11-21T09:30:00.000Z`.
package struct Timestamp: Hashable, Sendable {
    /// Since 1970.
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package static let millisecondsPerDay: Int64 = 86_400_000
    /// The end of the year 9999, the last that RFC 3339 can say.
    private static let latest: Int64 = 253_402_300_799_999
}

extension Timestamp: CustomStringConvertible {
    package var description: String { Domain.timestamp(milliseconds: milliseconds) }

    /// Reads RFC 3339, or an integer of milliseconds since 1970; nil for anything else, and for what is past 9999.
    package init?(_ text: some StringProtocol) {
        if let milliseconds = Int64(text) {
            guard (0...Self.latest).contains(milliseconds) else { return nil }
            self.milliseconds = milliseconds
            return
        }
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let day = Day(String(decoding: bytes[..<10], as: UTF8.self)),
            let hour = Day.number(bytes[11..<13]), let minute = Day.number(bytes[14..<16]),
            let second = Day.number(bytes[17..<19]), hour < 24, minute < 60, second <= 60
        else { return nil }
        var rest = bytes[19...]
        var fraction: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { (48...57).contains($0) }
            guard !digits.isEmpty else { return nil }
            for place in 0..<3 {
                let index = digits.startIndex + place
                fraction = fraction * 10 + (index < digits.endIndex ? Int64(digits[index] - 48) : 0)
            }
            rest = rest[digits.endIndex...]
        }
        guard let offset = Self.offset(rest) else { return nil }
        let seconds = Int64(hour * 3600 + minute * 60 + second - offset)
        let value = Int64(day.sinceEpoch) * Self.millisecondsPerDay + seconds * 1000 + fraction
        guard (0...Self.latest).contains(value) else { return nil }
        milliseconds = value
    }

    /// Seconds that a zone (`Z`, `+02:00`) is ahead of UTC.
    private static func offset(_ zone: ArraySlice<UInt8>) -> Int? {
        let zone = Array(zone)
        if zone == [UInt8(ascii: "Z")] || zone == [UInt8(ascii: "z")] { return 0 }
        guard zone.count == 6, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
            zone[3] == UInt8(ascii: ":"),
            let hours = Day.number(zone[1..<3]), let minutes = Day.number(zone[4..<6]), hours < 24, minutes < 60
        else { return nil }
        let seconds = hours * 3600 + minutes * 60
        return zone[0] == UInt8(ascii: "-") ? -seconds : seconds
    }
}

/// A time as RFC 3339 has it, in UTC with milliseconds: `2026-11-21T04:06:49.000Z`. Years 1970 to 9999.
package func timestamp(milliseconds: Int64) -> String {
    let (days, inDay) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
    let date = civilDate(daysSince1970: days)
    func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let day = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
    let minutes = "\(padded(inDay / 3_600_000, 2)):\(padded(inDay / 60_000 % 60, 2))"
    return "\(day)T\(minutes):\(padded(inDay / 1_000 % 60, 2)).\(padded(inDay % 1_000, 3))Z"
}

/// The Gregorian date of a day, counted in eras of 400 years that begin on 1 March, where leap days come last.
package func civilDate(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
}
