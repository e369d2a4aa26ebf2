/// The price list is found, can be read, and is not from long ago.
enum PriceListCheck: Check {
    static let name = "price list"
    /// Days.
    static let oldAge = 90

    static func run(_ patient: Patient) -> [Finding] {
        do throws(PriceList.Fault) {
            let list = try PriceList.load(PriceList.search(patient.configuration, file: patient.file))
            guard !list.rows.isEmpty else {
                return [.warning("the price list is empty", mend: "set prices to a list of what your models cost")]
            }
            let date = list.date
            let age = Int(patient.now / 86_400_000) - days(date)
            guard age <= oldAge else {
                return [
                    .warning(
                        "of \(text(date)), \(age) days old: providers may charge otherwise by now",
                        mend: "compare it with the providers' pages, bring it up to date, and send the server SIGHUP")
                ]
            }
            return [.ok("of \(text(date)), \(Set(list.rows.map(\.model)).count) models")]
        } catch {
            return [.error(error.description, mend: "set prices to a list like config/prices.json")]
        }
    }

    /// - Parameter date: as 20261121.
    static func days(_ date: UInt32) -> Int {
        let (year, month, day) = (Int(date) / 10_000, Int(date) / 100 % 100, Int(date) % 100)
        // Days since 1970 of a date in the Gregorian calendar, years beginning in March (Hinnant's days_from_civil).
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func text(_ date: UInt32) -> String {
        let digits = String(date)
        return "\(digits.prefix(4))-\(digits.dropFirst(4).prefix(2))-\(digits.dropFirst(6))"
    }
}
