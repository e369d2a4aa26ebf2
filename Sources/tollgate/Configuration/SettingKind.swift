import Domain
import Gateway
import Simulator

/// What text a setting takes, and the value it says.
struct SettingKind<Value: Sendable>: Sendable {
    /// For people: "an integer from 1 to 64".
    let expects: String
    let read: @Sendable (String) -> Value?
    /// The inverse of `read`, as the default configuration file spells it.
    let write: @Sendable (Value) -> String
}

extension SettingKind where Value == Int {
    static func integer(_ range: ClosedRange<Int>) -> Self {
        Self(
            expects: "an integer from \(range.lowerBound) to \(range.upperBound)",
            read: { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }, write: { String($0) })
    }

    static let port = integer(0...65_535)
    static let milliseconds = integer(1...86_400_000)

    /// A count of bytes, plain or with one of the units KiB, MiB, GiB, TiB.
    static func bytes(_ range: ClosedRange<Int>) -> Self {
        Self(
            expects: "a size from \(ByteSize.text(range.lowerBound)) to \(ByteSize.text(range.upperBound)), like 64MiB",
            read: { text in ByteSize.bytes(text).flatMap { range.contains($0) ? $0 : nil } },
            write: ByteSize.text)
    }
}

extension SettingKind where Value == Int64 {
    static let tokens = Self(
        expects: "an integer from 0 to 10000000",
        read: { text in Int64(text).flatMap { (0...10_000_000).contains($0) ? $0 : nil } }, write: { String($0) })
}

extension SettingKind where Value == Bool {
    static let flag = Self(
        expects: "true or false", read: { $0 == "true" ? true : $0 == "false" ? false : nil }, write: { String($0) })
}

extension SettingKind where Value == String {
    private static func text(_ expects: String, where isValid: @escaping @Sendable (String) -> Bool) -> Self {
        Self(expects: expects, read: { isValid($0) ? $0 : nil }, write: { $0.isEmpty ? "\"\"" : $0 })
    }

    private static func isOneWord(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 32 && $0 != 127 }
    }

    static let path = text("a path") { !$0.isEmpty && !$0.utf8.contains(0) }
    static let host = text("a host name or an address", where: isOneWord)
    static let slug = text("a name of a-z, 0-9 and hyphens", where: Slug.isValid)
    static let dialect = text("one of " + GatewaySettings.dialects.joined(separator: ", ")) {
        GatewaySettings.dialects.contains($0)
    }
    static let faults = text("kinds with probabilities, like 429:0.1,reset:0.05") {
        SimulatorConfiguration.faults(parsing: $0) != nil
    }

    /// The base of an HTTP API. A slash at its end is dropped; a user name, query or fragment has no place in one.
    static let url = Self(
        expects: "a URL like https://host/path, without user name, query or fragment",
        read: { text in
            let schemes = ["http://", "https://"]
            guard isOneWord(text), let scheme = schemes.first(where: text.hasPrefix) else { return nil }
            let rest = text.dropFirst(scheme.count)
            let host = rest.prefix { $0 != "/" }
            guard !host.isEmpty, !rest.contains(where: { "@?#".contains($0) }) else { return nil }
            return text.hasSuffix("/") ? String(text.dropLast()) : text
        },
        write: { $0 })
}

extension SettingKind where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    static var oneOf: Self {
        Self(
            expects: "one of " + Value.allCases.map(\.rawValue).joined(separator: ", "),
            read: { Value(rawValue: $0) }, write: { $0.rawValue })
    }
}

/// Counts of bytes as people write them.
enum ByteSize {
    private static let units: [(name: String, shift: Int)] = [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]

    static func bytes(_ text: String) -> Int? {
        guard let unit = units.first(where: { text.hasSuffix($0.name) }) else { return Int(text) }
        let count = text.dropLast(unit.name.count).trimmingSpaces
        guard let count = Int(count) else { return nil }
        let (bytes, overflows) = count.multipliedReportingOverflow(by: 1 << unit.shift)
        return overflows ? nil : bytes
    }

    /// In the largest unit that says it exactly.
    static func text(_ bytes: Int) -> String {
        let unit = units.first { bytes >= 1 << $0.shift && bytes.isMultiple(of: 1 << $0.shift) }
        return unit.map { "\(bytes >> $0.shift)\($0.name)" } ?? String(bytes)
    }
}

extension StringProtocol {
    /// Without white space at its ends.
    var trimmingSpaces: String {
        let start = drop { $0.isWhitespace }
        let end = start.lastIndex { !$0.isWhitespace }
        return end.map { String(start[...$0]) } ?? ""
    }
}
