/// A SHA-256, held inline: the key of a token (of its secret) and the identity of a version (of its canonical form).
package struct Digest: Hashable, Sendable {
    package static let byteCount = 32
    /// The 32 bytes in their order, each eight as this machine reads them.
    package private(set) var words: (UInt64, UInt64, UInt64, UInt64)

    /// What stands before the first of a chain.
    package static let zero = Digest()

    private init() { words = (0, 0, 0, 0) }

    /// Takes the first 32 bytes; nil where there are fewer.
    package init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count >= Self.byteCount else { return nil }
        words = (
            bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        )
    }

    package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        var words = words
        var result: Result<R, E>?
        withUnsafeBytes(of: &words) { bytes in
            do throws(E) { result = .success(try body(bytes)) } catch { result = .failure(error) }
        }
        guard let result else { preconditionFailure("withUnsafeBytes runs its body once") }
        return try result.get()
    }

    package var bytes: [UInt8] { withBytes { Array($0) } }

    package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension Digest: CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package var description: String { Hexadecimal.encode(bytes) }

    package init?(hexadecimal text: some StringProtocol) {
        guard let bytes = Hexadecimal.decode(text), bytes.count == Self.byteCount else { return nil }
        guard let digest = bytes.withUnsafeBytes({ Digest($0) }) else { return nil }
        self = digest
    }
}
