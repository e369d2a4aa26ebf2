/// What may be sent at all. libcurl checks little of this: a line break in a header value would begin a header of its own.
extension ExchangeRequest {
    func fault() -> TransportError? {
        if !Self.isPlainURL(url) { return TransportError(.badURL, requestSent: false) }
        if !Self.isToken(method) { return TransportError(.badRequest, requestSent: false, label: "method") }
        for (name, value) in headers where !Self.isToken(name) || !Self.isValue(value) || Self.isFraming(name) {
            return TransportError(.badRequest, requestSent: false, label: "header")
        }
        return nil
    }

    /// Printable ASCII, one of two schemes, a host, no credentials (they would reach logs).
    private static func isPlainURL(_ url: String) -> Bool {
        let bytes = url.utf8
        guard bytes.count <= 8_192, bytes.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return false }
        guard let scheme = ["https://", "http://"].first(where: { hasPrefix(bytes, ignoringCase: $0.utf8) }) else {
            return false
        }
        let ends: [UInt8] = [UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#")]
        let authority = bytes.dropFirst(scheme.utf8.count).prefix { !ends.contains($0) }
        return !authority.isEmpty && authority.first != UInt8(ascii: ":")
            && !authority.contains { $0 == UInt8(ascii: "@") || $0 == UInt8(ascii: "\\") }
    }

    /// RFC 9110, 5.6.2.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "^")...UInt8(ascii: "z"), UInt8(ascii: "#")...UInt8(ascii: "'"),
                    UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "|"), UInt8(ascii: "~"):
                    true
                default: false
                }
            }
    }

    private static func isValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }

    private static func isFraming(_ name: String) -> Bool {
        equalIgnoringCase(name.utf8, "content-length".utf8) || equalIgnoringCase(name.utf8, "transfer-encoding".utf8)
            || equalIgnoringCase(name.utf8, "connection".utf8)
    }

    private static func hasPrefix(_ bytes: String.UTF8View, ignoringCase prefix: String.UTF8View) -> Bool {
        bytes.count >= prefix.count && zip(bytes, prefix).allSatisfy { lowercase($0) == $1 }
    }
}

func lowercase(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}

func equalIgnoringCase(_ a: String.UTF8View, _ b: String.UTF8View) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { lowercase($0) == lowercase($1) }
}
