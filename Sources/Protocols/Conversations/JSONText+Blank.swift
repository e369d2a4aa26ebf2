import JSON

extension JSONText {
    /// Whether there is nothing but white space.
    var isBlank: Bool { utf8.allSatisfy { $0 == UInt8(ascii: " ") || (0x09...0x0D).contains($0) } }
}
