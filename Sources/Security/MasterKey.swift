import COpenSSL
import Domain

/// The key that seals provider keys at rest: AES-256-GCM, a random nonce each, the owner of the secret as
/// associated data, so that a sealed value moved to another record does not open.
///
/// A sealed value is: 1 byte format (1), 8 bytes id of the master key, 12 bytes nonce, ciphertext, 16 bytes tag.
package struct MasterKey: Sendable {
    package static let byteCount = 32
    private static let format: UInt8 = 1
    private static let idCount = 8
    private static let nonceCount = 12
    private static let tagCount = 16

    private let key: [UInt8]
    /// Which master key this is: the beginning of an HMAC under it, which tells nothing about it.
    package let id: [UInt8]

    /// Nil unless there are exactly 32 bytes.
    package init?(_ key: [UInt8]) {
        guard key.count == Self.byteCount else { return nil }
        self.key = key
        id = Array(hmacSHA256(key: key, "tollgate master key id").bytes.prefix(Self.idCount))
    }

    /// Reads 64 hexadecimal digits, white space around them allowed.
    package init?(hexadecimal text: String) {
        guard let bytes = Hexadecimal.decode(text.filter { !$0.isWhitespace }) else { return nil }
        self.init(bytes)
    }

    /// A new key as 64 hexadecimal digits, to be kept.
    package static func generate() -> String { Hexadecimal.encode(randomBytes(byteCount)) }

    package func seal(_ secret: [UInt8], for owner: String) throws(SealFault) -> [UInt8] {
        let nonce = randomBytes(Self.nonceCount)
        let cipher = try Cipher.begin(key: key, nonce: nonce, encrypting: true)
        try cipher.authenticate(owner)
        let text = try cipher.update(secret)
        return [Self.format] + id + nonce + text + (try cipher.finishAndTag(count: Self.tagCount))
    }

    package func open(_ sealed: [UInt8], for owner: String) throws(SealFault) -> [UInt8] {
        let head = 1 + Self.idCount + Self.nonceCount
        guard sealed.count >= head + Self.tagCount, sealed[0] == Self.format else { throw .malformed }
        guard Array(sealed[1..<1 + Self.idCount]) == id else { throw .otherMasterKey }
        let nonce = Array(sealed[1 + Self.idCount..<head])
        let tag = Array(sealed.suffix(Self.tagCount))
        let cipher = try Cipher.begin(key: key, nonce: nonce, encrypting: false)
        try cipher.authenticate(owner)
        let text = try cipher.update(Array(sealed[head..<sealed.count - Self.tagCount]))
        try cipher.finish(checking: tag)
        return text
    }
}

package enum SealFault: Error {
    /// Not what `seal` writes.
    case malformed
    /// Sealed under another master key than the one at hand.
    case otherMasterKey
    /// Changed since it was sealed, or sealed for another owner.
    case notAuthentic
    /// OpenSSL refused.
    case failed
}
