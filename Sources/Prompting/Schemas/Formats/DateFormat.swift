/// Dates and times of RFC 3339, and its durations (appendix A).
enum DateFormat {
    typealias Bytes = ArraySlice<UInt8>

    static func isDateTime(_ text: Bytes) -> Bool {
        guard text.count > 11, text[text.startIndex + 10] | 0x20 == UInt8(ascii: "t") else { return false }
        return isDate(text.prefix(10)) && isTime(text.dropFirst(11))
    }

    /// `2026-11-21`.
    static func isDate(_ text: Bytes) -> Bool {
        guard text.count == 10 else { return false }
        let parts = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, let year = number(parts[0]), let month = number(parts[1], 2),
            let day = number(parts[2], 2), (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[month - 1]).contains(day)
    }

    /// `08:30:06.283Z`, `08:30:06+01:00`; a leap second only where it is 23:59:60 in UTC.
    static func isTime(_ text: Bytes) -> Bool {
        guard text.count >= 9, let (hour, minute) = clock(text.prefix(5)),
            text[text.startIndex + 5] == UInt8(ascii: ":"),
            let second = number(text.dropFirst(6).prefix(2), 2), second <= 60
        else { return false }
        var rest = text.dropFirst(8)
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { isDigit($0) }
            guard !digits.isEmpty else { return false }
            rest = rest.dropFirst(1 + digits.count)
        }
        guard let sign = rest.popFirst() else { return false }
        var offset = 0
        switch sign {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): guard rest.isEmpty else { return false }
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard let (hours, minutes) = clock(rest) else { return false }
            offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "+") ? 1 : -1)
        case _: return false
        }
        guard second == 60 else { return true }
        let day = 24 * 60
        return ((hour * 60 + minute - offset) % day + day) % day == day - 1
    }

    /// `23:59`.
    private static func clock(_ text: Bytes) -> (hour: Int, minute: Int)? {
        guard text.count == 5, text[text.startIndex + 2] == UInt8(ascii: ":"), let hour = number(text.prefix(2), 2),
            let minute = number(text.suffix(2), 2), hour <= 23, minute <= 59
        else { return nil }
        return (hour, minute)
    }

    /// `P1Y2M3DT4H5M6S`, `P2W`. Units are in order, and none between two of them is left out.
    static func isDuration(_ text: Bytes) -> Bool {
        var rest = text
        guard rest.popFirst() == UInt8(ascii: "P") else { return false }
        if rest.last == UInt8(ascii: "W") { return rest.count > 1 && rest.dropLast().allSatisfy(isDigit) }
        guard let date = units(&rest, "YMD") else { return false }
        guard let mark = rest.popFirst() else { return date > 0 }
        guard mark == UInt8(ascii: "T"), let time = units(&rest, "HMS") else { return false }
        return time > 0 && rest.isEmpty
    }

    /// Reads counts of the units; nil where one comes out of order or one in between is missing.
    private static func units(_ text: inout Bytes, _ names: String) -> Int? {
        let names = Array(names.utf8)
        var last: Int?
        var count = 0
        while let first = text.first, isDigit(first) {
            text = text.drop(while: isDigit)
            guard let name = text.popFirst(), let place = names.firstIndex(of: name),
                last.map({ place == $0 + 1 }) ?? true
            else { return nil }
            last = place
            count += 1
        }
        return count
    }

    static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func number(_ text: Bytes, _ count: Int? = nil) -> Int? {
        guard !text.isEmpty, text.allSatisfy(isDigit), count.map({ $0 == text.count }) ?? true else { return nil }
        return text.reduce(0) { $0 * 10 + Int($1 - 48) }
    }
}
