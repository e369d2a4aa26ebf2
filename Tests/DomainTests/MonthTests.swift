import Domain
import Testing

@Suite struct MonthTests {
    @Test func monthsFollowOnOneAnother() throws {
        var month = try #require(Month("1970-01"))
        var day = 0
        for number in 0..<(12 * 430) {
            #expect(month.days.lowerBound.sinceEpoch == day)
            #expect(month.description.hasSuffix(number % 12 < 9 ? "-0\(number % 12 + 1)" : "-\(number % 12 + 1)"))
            for inside in [month.days.lowerBound, month.days.upperBound] { #expect(Month(of: inside) == month) }
            #expect(Month(month.description) == month)
            day = month.days.upperBound.sinceEpoch + 1
            month = month.next
        }
        #expect(month.description == "2400-01")
    }

    @Test func itsNameIsForPeople() throws {
        let month = try #require(Month("2026-11"))
        #expect(month.name == "November 2026")
        #expect("\(month.days.lowerBound) \(month.days.upperBound)" == "2026-11-01 2026-11-30")
        #expect(Month("2028-02")?.days.upperBound.description == "2028-02-29")
        #expect(Month("9999-12")?.days.upperBound.description == "9999-12-31")
    }

    @Test(arguments: [
        "", "2026", "2026-1", "2026-00", "2026-13", "1969-12", "2026-11-01", "2026/11", "x026-11", "２026-1",
    ])
    func whatIsNoneIsRefused(_ text: String) { #expect(Month(text) == nil) }
}
