import COpenSSL
import Domain

/// SHA-256 of bytes.
package func sha256(_ bytes: UnsafeRawBufferPointer) -> Digest {
    unsafe withUnsafeTemporaryAllocation(byteCount: Digest.byteCount, alignment: 8) { output in
        // It fails for no input, and writes all 32 bytes.
        unsafe tollgate_sha256(bytes.baseAddress, bytes.count, output.bindMemory(to: UInt8.self).baseAddress)
        guard let digest = unsafe Digest(UnsafeRawBufferPointer(output)) else {
            preconditionFailure("32 bytes were allocated")
        }
        return digest
    }
}

package func sha256(_ bytes: [UInt8]) -> Digest { unsafe bytes.withUnsafeBytes { unsafe sha256($0) } }

package func sha256(_ text: String) -> Digest {
    var text = text
    return text.withUTF8 { unsafe sha256(UnsafeRawBufferPointer($0)) }
}
