/// A UTC month, `2026-11`.
package struct Month: Hashable, Sendable, CustomStringConvertible {
    package let days: ClosedRange<Day>

    /// Nil for what is no month of the years 1970 to 9999.
    package init?(_ text: String) {
        guard text.utf8.count == 7, let first = Day(text + "-01") else { return nil }
        self.init(from: first)
    }

    package init(of day: Day) {
        let date = civilDate(daysSince1970: Int64(day.sinceEpoch))
        self.init(from: Day(sinceEpoch: day.sinceEpoch - Int(date.day - 1)))
    }

    private init(from first: Day) {
        // The 32nd day of any month is in the next one.
        let later = civilDate(daysSince1970: Int64(first.sinceEpoch + 31))
        days = first...Day(sinceEpoch: first.sinceEpoch + 31 - Int(later.day))
    }

    package var next: Month { Month(of: Day(sinceEpoch: days.upperBound.sinceEpoch + 1)) }

    package var description: String { String(days.lowerBound.description.prefix(7)) }

    /// For people: `November 2026`.
    package var name: String {
        let date = civilDate(daysSince1970: Int64(days.lowerBound.sinceEpoch))
        return "\(Self.names[Int(date.month - 1)]) \(date.year)"
    }

    private static let names = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
