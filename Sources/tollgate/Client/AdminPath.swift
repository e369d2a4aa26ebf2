/// Paths of the admin API, with what people typed made safe in them.
enum AdminPath {
    /// `/api/v1/` and the parts; members of the query that are nil are left out.
    static func make(_ parts: [String], query: [(String, String?)] = []) -> String {
        let path = "/api/v1/" + parts.map(encode).joined(separator: "/")
        let query = query.compactMap { name, value in value.map { "\(name)=\(encode($0))" } }
        return query.isEmpty ? path : path + "?" + query.joined(separator: "&")
    }

    /// All but RFC 3986's unreserved characters as percent signs and digits.
    static func encode(_ text: String) -> String {
        // A part of dots alone would climb in the path.
        let isDots = !text.isEmpty && text.allSatisfy { $0 == "." }
        return text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: ".") where isDots: "%2E"
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                String(UnicodeScalar(byte))
            case _: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }
}
