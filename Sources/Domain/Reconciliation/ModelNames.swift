/// One name for what a provider bills under a snapshot's name and an application asked for by an alias.
///
/// A name without a date (`gpt-4o`, `claude-sonnet-4-latest`) may be served by any of its dated snapshots
/// (`gpt-4o-2024-08-06`, `claude-sonnet-4-20250514`). So where either side has the undated name, all its snapshots are
/// one model under it; where neither has, every snapshot stands for itself.
struct ModelNames: Sendable {
    private let aliases: Set<String>

    /// - Parameter names: of both sides, on all days.
    init(_ names: some Sequence<String>) {
        aliases = Set(names.compactMap { Self.isAlias($0) ? Self.undated($0) : nil })
    }

    func canonical(_ name: String) -> String {
        let undated = Self.undated(name)
        return aliases.contains(undated) ? undated : name
    }

    private static func isAlias(_ name: String) -> Bool { undated(name) == name || name.hasSuffix(latest) }

    private static let latest = "-latest"

    /// The name without `-2024-08-06`, `-20240806`, `@20240806`, `-0613` (month and day) or `-latest` at its end.
    static func undated(_ name: String) -> String {
        if name.hasSuffix(latest) { return String(name.dropLast(latest.count)) }
        let bytes = Array(name.utf8)
        for (pattern, separators) in [("-0000-00-00", "-"), ("-00000000", "-@"), ("-0000", "-")] {
            let tail = bytes.suffix(pattern.utf8.count)
            guard tail.count == pattern.utf8.count, bytes.count > tail.count, let first = tail.first,
                separators.utf8.contains(first),
                zip(tail.dropFirst(), pattern.utf8.dropFirst()).allSatisfy({ fits($0, $1) }),
                isDate(tail.filter { (48...57).contains($0) })
            else { continue }
            return String(decoding: bytes.dropLast(tail.count), as: UTF8.self)
        }
        return name
    }

    private static func fits(_ byte: UInt8, _ pattern: UInt8) -> Bool {
        pattern == UInt8(ascii: "0") ? (48...57).contains(byte) : byte == pattern
    }

    /// Whether the digits end in a month and a day, after a year of ours where they have one.
    private static func isDate(_ digits: [UInt8]) -> Bool {
        let values = digits.map { Int($0 - 48) }
        let month = values[values.count - 4] * 10 + values[values.count - 3]
        let day = values[values.count - 2] * 10 + values[values.count - 1]
        let century = values.count == 8 ? values[0] * 10 + values[1] : 20
        return (1...12).contains(month) && (1...31).contains(day) && century == 20
    }
}
