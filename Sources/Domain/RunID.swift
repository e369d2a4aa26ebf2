/// The identity of a run: 48 bits of time in milliseconds, then 80 random bits (a ULID), so that ids sort by time.
package struct RunID: Hashable, Sendable {
    package static let byteCount = 16
    private static let prefix = "run_"

    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter milliseconds: since 1970.
    package init(milliseconds: Int64, using generator: inout some RandomNumberGenerator) {
        high =
            UInt64(truncatingIfNeeded: milliseconds) << 16 | UInt64(UInt16.random(in: .min ... .max, using: &generator))
        low = .random(in: .min ... .max, using: &generator)
    }

    package init(milliseconds: Int64) {
        var generator = SystemRandomNumberGenerator()
        self.init(milliseconds: milliseconds, using: &generator)
    }

    /// Big-endian, so that bytes sort as ids do.
    package var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Self.byteCount)
        for index in 0..<8 {
            bytes[index] = UInt8(truncatingIfNeeded: high >> (56 - 8 * UInt64(index)))
            bytes[8 + index] = UInt8(truncatingIfNeeded: low >> (56 - 8 * UInt64(index)))
        }
        return bytes
    }
}

extension RunID: CustomStringConvertible {
    /// `run_` and 32 lower-case hexadecimal digits.
    package var description: String { Self.prefix + Hexadecimal.encode(bytes) }

    package init?(_ text: some StringProtocol) {
        guard text.hasPrefix(Self.prefix), let all = Hexadecimal.decode(text.dropFirst(Self.prefix.count)),
            all.count == Self.byteCount
        else { return nil }
        high = all[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = all[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
