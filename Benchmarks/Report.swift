import Foundation

/// What was measured, and which of it must stay within a limit.
struct Report {
    struct Row: Codable {
        var name: String
        var value: Double
        var unit: String
        /// The most it may be; nil where it is told only.
        var limit: Double?
    }

    private(set) var rows: [Row] = []

    mutating func add(_ name: String, _ value: Double, _ unit: String, limit: Double? = nil) {
        rows.append(Row(name: name, value: value, unit: unit, limit: limit))
        FileHandle.standardError.write(Data("\(Self.words(rows[rows.count - 1]))\n".utf8))
    }

    var isBroken: Bool { rows.contains { $0.isBroken } }

    /// A table, and the same as JSON in the last line.
    func show() {
        print("")
        for row in rows { print(Self.words(row)) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        if let json = try? encoder.encode(rows) { print(String(decoding: json, as: UTF8.self)) }
    }

    private static func words(_ row: Row) -> String {
        let name = row.name.padding(toLength: 62, withPad: " ", startingAt: 0)
        let value = String(format: "%12.2f", row.value)
        let limit = row.limit.map { String(format: "  at most %g", $0) + (row.isBroken ? "  BROKEN" : "") } ?? ""
        return "\(name) \(value) \(row.unit)\(limit)"
    }
}

extension Report.Row {
    var isBroken: Bool { limit.map { value > $0 } ?? false }
}

func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
}

extension Duration {
    var nanoseconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) * 1e9 + Double(attoseconds) / 1e9
    }
}
