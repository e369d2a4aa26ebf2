import Domain

/// A request as Signature Version 4 wants it written, so that both sides hash the same text: method, path, query,
/// headers, their names, SHA-256 of the body.
struct CanonicalRequest {
    let bytes: [UInt8]
    /// The names, sorted, semicolons between them.
    let signedHeaders: [UInt8]

    /// - Parameter headers: further ones, beside the request's own and `host`.
    init(_ request: SigV4.Request, headers: [(String, String)]) {
        let all = Self.sorted(request.headers + headers + [("host", request.host)])
        var names: [UInt8] = []
        for header in all {
            if !names.isEmpty { names.append(UInt8(ascii: ";")) }
            names += header.name
        }
        signedHeaders = names

        var text: [UInt8] = []
        text.reserveCapacity(512 + request.path.utf8.count * 2 + request.query.utf8.count)
        text += request.method.utf8
        text.append(Self.lineFeed)
        Self.append(path: Array(request.path.utf8), to: &text)
        text.append(Self.lineFeed)
        Self.append(query: Array(request.query.utf8), to: &text)
        text.append(Self.lineFeed)
        for header in all {
            text += header.name
            text.append(UInt8(ascii: ":"))
            text += header.value
            text.append(Self.lineFeed)
        }
        text.append(Self.lineFeed)
        text += names
        text.append(Self.lineFeed)
        sha256(request.body).appendHexadecimal(to: &text)
        bytes = text
    }

    private static let lineFeed = UInt8(ascii: "\n")
    private static let slash = UInt8(ascii: "/")

    /// By name, in lower case; those of one name become one, its values in their order with commas between them.
    private static func sorted(_ headers: [(String, String)]) -> [(name: [UInt8], value: [UInt8])] {
        var sorted: [(name: [UInt8], value: [UInt8])] = []
        sorted.reserveCapacity(headers.count)
        for (name, value) in headers {
            let name = name.utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
            let value = trimmed(value)
            // Few: put where it belongs, one by one.
            let place = sorted.firstIndex { !$0.name.lexicographicallyPrecedes(name) } ?? sorted.endIndex
            if place < sorted.endIndex, sorted[place].name == name {
                sorted[place].value.append(UInt8(ascii: ","))
                sorted[place].value += value
            } else {
                sorted.insert((name, value), at: place)
            }
        }
        return sorted
    }

    /// Without white space at its ends, and with one space for all there is between two words.
    private static func trimmed(_ value: String) -> [UInt8] {
        var trimmed: [UInt8] = []
        let bytes = Array(value.utf8)
        trimmed.reserveCapacity(bytes.count)
        var isApart = false
        for byte in bytes {
            if byte == 0x20 || (0x09...0x0D).contains(byte) {
                isApart = !trimmed.isEmpty
                continue
            }
            if isApart { trimmed.append(0x20) }
            isApart = false
            trimmed.append(byte)
        }
        return trimmed
    }

    /// Dot segments resolved and empty ones left out (RFC 3986, section 5.2.4, and a rule of AWS's own); then encoded
    /// again, so that `%3A` becomes `%253A`.
    private static func append(path: [UInt8], to text: inout [UInt8]) {
        guard needsResolving(path) else {
            for byte in path { append(encoded: byte, to: &text) }
            return
        }
        var segments: [ArraySlice<UInt8>] = []
        for segment in path.split(separator: slash) where segment != [UInt8(ascii: ".")] {
            if segment == [UInt8(ascii: "."), UInt8(ascii: ".")] {
                _ = segments.popLast()
            } else {
                segments.append(segment)
            }
        }
        for segment in segments {
            text.append(slash)
            for byte in segment { append(encoded: byte, to: &text) }
        }
        if segments.isEmpty || path.last == slash { text.append(slash) }
    }

    /// Whether a segment is empty, or begins with a dot.
    private static func needsResolving(_ path: [UInt8]) -> Bool {
        guard path.first == slash else { return true }
        for index in 1..<path.count where path[index - 1] == slash {
            if path[index] == slash || path[index] == UInt8(ascii: ".") { return true }
        }
        return false
    }

    private static func append(encoded byte: UInt8, to text: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), slash:
            text.append(byte)
        case _:
            text.append(UInt8(ascii: "%"))
            text.append(digit(byte >> 4))
            text.append(digit(byte & 15))
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 55 + value }

    /// Sorted by name, then by value; a name without a value has an empty one.
    private static func append(query: [UInt8], to text: inout [UInt8]) {
        guard !query.isEmpty else { return }
        var pairs: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
        for pair in query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
            let mark = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            pairs.append((pair[..<mark], pair[mark...].dropFirst()))
        }
        pairs.sort { left, right in
            if left.name != right.name { return left.name.lexicographicallyPrecedes(right.name) }
            return left.value.lexicographicallyPrecedes(right.value)
        }
        for (index, pair) in pairs.enumerated() {
            if index > 0 { text.append(UInt8(ascii: "&")) }
            text += pair.name
            text.append(UInt8(ascii: "="))
            text += pair.value
        }
    }
}
