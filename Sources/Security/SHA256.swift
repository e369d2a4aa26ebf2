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

extension Digest {
    /// Its 64 digits, as `description` has them.
    func appendHexadecimal(to text: inout [UInt8]) {
        unsafe withBytes { bytes in
            for index in 0..<Digest.byteCount {
                let byte = unsafe bytes[index]
                text.append(Self.digit(byte >> 4))
                text.append(Self.digit(byte & 15))
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
}
