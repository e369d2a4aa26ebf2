/// Makes a provider's message fit to be shown and logged: providers quote keys in their errors.
package enum Redaction {
    /// The most of a message that is kept, in bytes.
    package static let maximumByteCount = 500
    /// What is looked at of a message, in bytes.
    private static let maximumInput = 8192

    /// The message without control characters, with everything that looks like a secret, and every secret given,
    /// replaced by `***`, and cut to `maximumByteCount`.
    package static func clean(_ message: some Sequence<UInt8>, secrets: [String] = []) -> String {
        var bytes = Array(message.prefix(maximumInput + 1))
        if bytes.count > maximumInput {
            // A word cut in two might no longer look like the secret it is.
            bytes = Array(bytes[..<(bytes.lastIndex(of: UInt8(ascii: " ")) ?? 0)])
        }
        for secret in secrets where !secret.isEmpty { bytes = replacing(Array(secret.utf8), in: bytes) }
        bytes = bytes.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 }
        return cut(withoutSecrets(bytes))
    }

    private static let mask = Array("***".utf8)

    private static func withoutSecrets(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        /// Whether what was read last announces a secret: `Bearer `, `key=`.
        var isAnnounced = false
        var index = 0
        while index < bytes.count {
            let end = bytes[index...].firstIndex { !isWordByte($0) } ?? bytes.count
            let word = bytes[index..<end]
            if word.isEmpty {
                if bytes[index] != UInt8(ascii: " ") { isAnnounced = isAnnounced && bytes[index] == UInt8(ascii: "\"") }
                result.append(bytes[index])
                index += 1
                continue
            }
            result += isAnnounced || looksSecret(word) ? mask[...] : word
            let follower = end < bytes.count ? bytes[end] : 0
            if follower == UInt8(ascii: "=") {
                isAnnounced = namesSecret(word)
                if isAnnounced {
                    result.append(follower)
                    index = end + 1
                    continue
                }
            } else {
                isAnnounced = follower == UInt8(ascii: " ") && lowered(word) == Array("bearer".utf8)
            }
            index = end
        }
        return result
    }

    /// What keys are made of. `*` too: providers quote keys with the middle starred out.
    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "*"),
            UInt8(ascii: "."), UInt8(ascii: "+"):
            true
        case _: false
        }
    }

    private static let prefixes = [
        "sk-", "pk-", "rk-", "gsk_", "xai-", "aiza", "ya29.", "fw_", "eyj", "akia", "tg_",
    ]
    .map { Array($0.utf8) }

    /// By a prefix that keys have, or by being long and no word. Model names stay under the length.
    private static func looksSecret(_ word: ArraySlice<UInt8>) -> Bool {
        let lower = lowered(word)
        if word.count >= 6, prefixes.contains(where: lower.starts) { return true }
        if word.contains(UInt8(ascii: "*")), word.count > 3 { return true }
        guard word.count >= 32 else { return false }
        return word.count >= 48 || word.contains { (48...57).contains($0) }
    }

    private static func namesSecret(_ word: ArraySlice<UInt8>) -> Bool {
        let lower = lowered(word)
        return ["key", "token", "secret", "password", "authorization"].contains { name in
            lower.suffix(name.utf8.count).elementsEqual(name.utf8)
        }
    }

    private static func lowered(_ word: ArraySlice<UInt8>) -> [UInt8] {
        word.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
    }

    private static func replacing(_ secret: [UInt8], in bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index...].starts(with: secret) {
                result += mask
                index += secret.count
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return result
    }

    /// Cut between characters' bytes, not within.
    private static func cut(_ bytes: [UInt8]) -> String {
        var end = min(bytes.count, maximumByteCount)
        while end > 0, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }
}
