import COpenSSL
import Domain

/// HMAC-SHA-256 (RFC 2104).
package func hmacSHA256(key: UnsafeRawBufferPointer, _ message: UnsafeRawBufferPointer) -> Digest {
    unsafe withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 8) { output in
        // It fails for no input, and writes all 32 bytes.
        unsafe tollgate_hmac_sha256(
            key.baseAddress, key.count, message.baseAddress, message.count,
            output.bindMemory(to: UInt8.self).baseAddress)
        guard let mac = unsafe Digest(UnsafeRawBufferPointer(output)) else {
            preconditionFailure("32 bytes were allocated")
        }
        return mac
    }
}

package func hmacSHA256(key: [UInt8], _ message: [UInt8]) -> Digest {
    unsafe key.withUnsafeBytes { key in
        unsafe message.withUnsafeBytes { message in unsafe hmacSHA256(key: key, message) }
    }
}

package func hmacSHA256(key: [UInt8], _ message: String) -> Digest { hmacSHA256(key: key, Array(message.utf8)) }

/// Under what another HMAC came to.
package func hmacSHA256(key: Digest, _ message: [UInt8]) -> Digest {
    unsafe key.withBytes { key in
        unsafe message.withUnsafeBytes { message in unsafe hmacSHA256(key: key, message) }
    }
}
