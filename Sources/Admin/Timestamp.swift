import Domain

/// A point in time as the admin port writes it: RFC 3339 in UTC with milliseconds, `2026-11-21T09:30:00.000Z`.
package struct Timestamp: Hashable, Sendable {
    /// Since 1970.
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    static let millisecondsPerDay: Int64 = 86_400_000
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

/// A UTC day, `2026-11-21`, after Howard Hinnant's `days_from_civil` (proleptic Gregorian calendar).
package struct Day: Hashable, Sendable, CustomStringConvertible {
    /// Days since 1970-01-01.
    package var sinceEpoch: Int

    package init(sinceEpoch: Int) { self.sinceEpoch = sinceEpoch }

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
