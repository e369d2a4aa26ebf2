import Domain
import JSON

/// A value of an export in JSON, and where it stands, so that a fault can say so. A member that is null counts as absent.
struct BillValue {
    let value: JSONValue
    /// Of the file: where the text begins.
    let line: Int
    let pointer: String

    init(_ value: JSONValue, line: Int, pointer: String = "") {
        self.value = value
        self.line = line
        self.pointer = pointer
    }

    func fault(_ message: String) -> BillFault { BillFault(line: line, pointer: pointer, message) }

    func expectObject() throws(BillFault) {
        guard value.kind == .object else { throw fault("expects an object") }
    }

    subscript(name: String) -> BillValue? {
        value.present(name).map { BillValue($0, line: line, pointer: "\(pointer)/\(name)") }
    }

    func required(_ name: String) throws(BillFault) -> BillValue {
        guard let member = self[name] else { throw fault("expects a member \(name)") }
        return member
    }

    var elements: [BillValue] {
        value.elements().enumerated().map { BillValue($1, line: line, pointer: "\(pointer)/\($0)") }
    }

    func list(_ name: String) throws(BillFault) -> [BillValue] {
        let member = try required(name)
        guard member.value.kind == .array else { throw member.fault("expects an array") }
        return member.elements
    }

    /// Nil where it is absent or empty.
    func text(_ name: String) throws(BillFault) -> String? {
        guard let member = self[name] else { return nil }
        guard let text = member.value.string, text.utf8.count <= BillLimits.nameBytes else {
            throw member.fault("expects a string of at most \(BillLimits.nameBytes) bytes")
        }
        return text.isEmpty ? nil : text
    }

    func count(_ name: String) throws(BillFault) -> Int64? {
        guard let member = self[name] else { return nil }
        guard let count = BillLimits.count(try member.decimal()) else {
            throw member.fault("expects a count: a whole number, not negative")
        }
        return count
    }

    /// Of a number or of a string that says one.
    func decimal() throws(BillFault) -> ExactDecimal {
        let text = value.string ?? (value.kind == .number ? String(decoding: value.raw, as: UTF8.self) : "")
        guard let decimal = ExactDecimal(text) else { throw fault("expects a decimal number") }
        return decimal
    }

    func expectDollars(_ name: String) throws(BillFault) {
        guard let currency = try text(name), currency.lowercased() == "usd" else {
            throw (self[name] ?? self).fault("expects usd as the currency")
        }
    }

    /// The UTC day in which both times lie; the second one may be the day's end.
    func day(from start: Timestamp, to end: Timestamp?) throws(BillFault) -> Day {
        let day = Day(of: start)
        if let end, end.milliseconds > start.milliseconds,
            Day(of: Timestamp(milliseconds: end.milliseconds - 1)) != day
        {
            throw fault("expects a time within one day of UTC: ask for buckets of a day or less")
        }
        return day
    }
}

/// What an export's values are held to.
enum BillLimits {
    static let nameBytes = 300
    /// As JSON's numbers are exact everywhere; a sum of a thousand fits.
    static let count: Int64 = 1 << 53

    static func count(_ decimal: ExactDecimal) -> Int64? {
        decimal.wholeNumber.flatMap { (0...count).contains($0) ? $0 : nil }
    }
}
