import JSON

/// A call's id as a provider takes it. What does not fit is made anew, the same for the same, so that results find their
/// calls.
extension JSONText {
    /// Letters, digits, `_` and `-`.
    var anthropicCallID: JSONText {
        let bytes = utf8
        let isFit = !bytes.isEmpty && bytes.allSatisfy { Self.isAlphanumeric($0) || "_-".utf8.contains($0) }
        return isFit ? self : JSONText("call_" + String(Self.hash(bytes), radix: 16))
    }

    /// Nine letters and digits (Mistral).
    var shortCallID: JSONText {
        let bytes = utf8
        if bytes.count == 9, bytes.allSatisfy(Self.isAlphanumeric) { return self }
        let text = String(Self.hash(bytes), radix: 36)
        return JSONText(String((String(repeating: "0", count: 9) + text).suffix(9)))
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case _: false
        }
    }

    /// FNV-1a.
    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
