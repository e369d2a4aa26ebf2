import FoundationEssentials

/// Numbers and marks that are the same wherever they are made of the same.
enum Deterministic {
    /// FNV-1a, 64 bits.
    static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// SplitMix64 (Steele, Lea and Flood 2014).
    static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// What proves to a protocol that reasoning is its own: base64, good for this text in this protocol alone.
    static func signature(_ protocolName: String, over text: String) -> String {
        base64("\(protocolName)/\(String(hash(protocolName + "/" + text), radix: 16))")
    }

    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
