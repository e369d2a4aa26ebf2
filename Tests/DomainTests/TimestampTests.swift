import Domain
import Testing

@Suite struct TimestampTests {
    static let read: [(String, Int64?)] = [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("2026-11-21T09:30:00.5Z", 1_795_253_400_500),
        ("2026-11-21T09:30:00.123456Z", 1_795_253_400_123), ("2026-11-21T10:30:00+01:00", 1_795_253_400_000),
        ("2026-11-21T09:00:00-00:30", 1_795_253_400_000), ("2024-02-29T00:00:00z", 1_709_164_800_000),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999), ("1795253400500", 1_795_253_400_500), ("0", 0),
        ("2023-02-29T00:00:00Z", nil), ("2026-13-01T00:00:00Z", nil), ("2026-11-21T24:00:00Z", nil),
        ("2026-11-21T09:30:00", nil), ("2026-11-21 09:30:00Z", nil), ("2026-11-21T09:30:00.Z", nil),
        ("2026-11-21T09:30:00+0100", nil), ("2026-11-21", nil), ("-1", nil), ("253402300800000", nil), ("", nil),
        ("now", nil), ("1969-12-31T23:59:59Z", nil),
    ]

    @Test(arguments: read)
    func reads(_ text: String, _ milliseconds: Int64?) {
        #expect(Timestamp(text)?.milliseconds == milliseconds)
    }

    @Test(arguments: read.compactMap(\.1))
    func writesWhatItReads(_ milliseconds: Int64) {
        let time = Timestamp(milliseconds: milliseconds)
        #expect(Timestamp(time.description) == time)
    }

    @Test func daysCountOn() {
        var expected = 0
        for year in 1970...2400 {
            for (month, length) in [31, year.isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].enumerated() {
                let month = month < 9 ? "0\(month + 1)" : "\(month + 1)"
                #expect(Day("\(year)-\(month)-01")?.sinceEpoch == expected)
                expected += length
                #expect(Day("\(year)-\(month)-\(length)")?.sinceEpoch == expected - 1)
            }
        }
    }
}

extension Int {
    fileprivate var isLeap: Bool { isMultiple(of: 4) && (!isMultiple(of: 100) || isMultiple(of: 400)) }
}
