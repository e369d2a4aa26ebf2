import COpenSSL

/// An RSA private key that signs: RS256 (RFC 7518, section 3.3).
///
/// `@safe`: the key is there from the end of `init` to `deinit` and never lent. `@unchecked Sendable`: OpenSSL's keys are
/// only read once they are made, and guard by locks of their own what they work out from then on.
@safe package final class RSAPrivateKey: @unchecked Sendable {
    /// RFC 7518 wants 2048 bits or more.
    private static let leastBits: Int32 = 2048
    /// In bytes; a key of 16,384 bits has 13 KB.
    private static let longestText = 64 * 1024

    private let key: OpaquePointer

    /// - Parameter pem: PKCS #8 (`BEGIN PRIVATE KEY`), not encrypted.
    package init(pem: some StringProtocol) throws(RSAKeyFault) {
        let text = Array(pem.utf8.prefix(Self.longestText + 1))
        guard !text.isEmpty, text.count <= Self.longestText else { throw .unreadable }
        let read = unsafe text.withUnsafeBytes { text in
            unsafe tollgate_read_private_key(text.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(text.count))
        }
        guard let read = unsafe read else { throw .unreadable }
        let fault: RSAKeyFault? = unsafe Self.fault(read)
        if let fault {
            unsafe EVP_PKEY_free(read)
            throw fault
        }
        unsafe key = unsafe read
    }

    deinit { unsafe EVP_PKEY_free(key) }

    private static func fault(_ key: OpaquePointer) -> RSAKeyFault? {
        guard unsafe EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA else { return .notRSA }
        return unsafe EVP_PKEY_get_bits(key) >= leastBits ? nil : .tooShort
    }

    /// As many bytes as the key has. Takes about a millisecond for 2048 bits.
    package func signature(of message: [UInt8]) throws(RSAKeyFault) -> [UInt8] {
        // A signature has as many bytes as the key says at most, and those written are counted.
        var size = Int(unsafe EVP_PKEY_get_size(key))
        var signature = [UInt8](repeating: 0, count: size)
        guard unsafe tollgate_rs256(key, message, message.count, &signature, &size) == 1, size <= signature.count else {
            throw .failed
        }
        signature.removeLast(signature.count - size)
        return signature
    }
}

/// Why there is no key, or no signature. Says nothing of the text.
package enum RSAKeyFault: Error, Hashable, Sendable {
    /// No private key in PEM, or an encrypted one.
    case unreadable
    /// A key of another kind (an elliptic curve's).
    case notRSA
    /// Below 2048 bits.
    case tooShort
    /// OpenSSL refused.
    case failed
}
