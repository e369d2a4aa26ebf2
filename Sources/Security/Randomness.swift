import COpenSSL
import Domain

/// Cryptographic random bytes. A generator that fails has no safe continuation, so it stops the process.
package func randomBytes(_ count: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        // The buffer has room for `count` bytes, and success means that all of them were written.
        guard unsafe RAND_bytes(buffer.baseAddress, Int32(count)) == 1 else {
            preconditionFailure("the system has no randomness")
        }
        initialized = count
    }
}

/// A new secret to give to someone, once: a prefix that says what it is, and 32 random bytes in hexadecimal.
package func newSecret(prefix: String) -> String { prefix + Hexadecimal.encode(randomBytes(32)) }

/// A new identifier: a prefix that says of what, and 12 random bytes in hexadecimal.
package func newIdentifier(prefix: String) -> String { prefix + Hexadecimal.encode(randomBytes(12)) }
