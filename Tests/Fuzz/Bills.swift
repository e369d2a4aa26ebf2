import Domain
import Protocols

extension FuzzTarget {
    /// An export of any format: what is read lies within the days it covers, counts nothing negative, and is the same
    /// from the same file with a byte order mark; a fault lies within the file.
    static let bills = FuzzTarget(name: "bills") { input in
        guard let first = input.first else { return }
        let format = BillFormat.allCases[Int(first) % BillFormat.allCases.count]
        let file = Array(input.dropFirst())
        do throws(BillFault) {
            let bill = try BillFormat.read(file, as: format)
            for (place, figures) in bill.lines {
                guard bill.days?.contains(place.day) == true, place.day.sinceEpoch >= 0 else {
                    throw BillFault(line: 0, "a line lies within the days covered")
                }
                for measure in Measure.allCases where measure != .cost && figures[measure] ?? 0 < 0 {
                    throw BillFault(line: 0, "a count is not negative")
                }
            }
            if !file.starts(with: [0xEF, 0xBB, 0xBF]) {
                guard try BillFormat.read([0xEF, 0xBB, 0xBF] + file, as: format) == bill else {
                    throw BillFault(line: 0, "a byte order mark changes nothing")
                }
            }
        } catch {
            try hold(error.line > 0, error.message)
            try hold(error.line <= 1 + file.count { $0 == 0x0A }, "a fault lies within the file")
        }
    }
}
