/// Addresses of RFC 3986 (URI) and, with all alphabets' letters, RFC 3987 (IRI).
struct AddressFormat {
    let isInternational: Bool
    typealias Bytes = ArraySlice<UInt8>

    func isAddress(_ text: Bytes) -> Bool { scheme(of: text) != nil && isReference(text) }

    func isReference(_ text: Bytes) -> Bool {
        var rest = text
        if let hash = rest.firstIndex(of: UInt8(ascii: "#")) {
            guard areCharacters(rest[(hash + 1)...], "/?:@") else { return false }
            rest = rest[..<hash]
        }
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            guard areCharacters(rest[(mark + 1)...], "/?:@", isQuery: true) else { return false }
            rest = rest[..<mark]
        }
        let scheme = scheme(of: rest)
        if let scheme { rest = rest.dropFirst(scheme.count + 1) }
        if rest.starts(with: "//".utf8) {
            rest = rest.dropFirst(2)
            let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
            return isAuthority(rest[..<end]) && areCharacters(rest[end...], "/:@")
        }
        // Without a scheme the first segment has no colon, which would make it one.
        if scheme == nil, rest.prefix(while: { $0 != UInt8(ascii: "/") }).contains(UInt8(ascii: ":")) { return false }
        return areCharacters(rest, "/:@")
    }

    private func scheme(of text: Bytes) -> Bytes? {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), let first = text.first,
            (97...122).contains(first | 0x20)
        else { return nil }
        let scheme = text[..<colon]
        return scheme.allSatisfy { HostFormat.isLetterOrDigit($0) || "+-.".utf8.contains($0) } ? scheme : nil
    }

    private func isAuthority(_ text: Bytes) -> Bool {
        var rest = text
        if let at = rest.lastIndex(of: UInt8(ascii: "@")) {
            guard areCharacters(rest[..<at], ":") else { return false }
            rest = rest[(at + 1)...]
        }
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
            let literal = rest[..<end].dropFirst()
            guard HostFormat.isIPv6(literal) || isFutureLiteral(literal) else { return false }
            rest = rest[(end + 1)...]
            return rest.isEmpty || rest.first == UInt8(ascii: ":") && rest.dropFirst().allSatisfy(DateFormat.isDigit)
        }
        if let colon = rest.firstIndex(of: UInt8(ascii: ":")) {
            guard rest[(colon + 1)...].allSatisfy(DateFormat.isDigit) else { return false }
            rest = rest[..<colon]
        }
        return areCharacters(rest, "")
    }

    private func isFutureLiteral(_ text: Bytes) -> Bool {
        guard let first = text.first, first | 0x20 == UInt8(ascii: "v"),
            let dot = text.firstIndex(of: UInt8(ascii: "."))
        else { return false }
        let version = text[..<dot].dropFirst()
        return !version.isEmpty && version.allSatisfy(HostFormat.isHexadecimal) && dot + 1 < text.endIndex
            && areCharacters(text[(dot + 1)...], ":")
    }

    /// Unreserved characters, sub-delimiters, percent escapes, and `more`.
    private func areCharacters(_ text: Bytes, _ more: String, isQuery: Bool = false) -> Bool {
        var at = text.startIndex
        let scalars = isInternational ? nil : Optional(false)
        while at < text.endIndex {
            let byte = text[at]
            if byte == UInt8(ascii: "%") {
                guard at + 2 < text.endIndex, HostFormat.isHexadecimal(text[at + 1]),
                    HostFormat.isHexadecimal(text[at + 2])
                else { return false }
                at += 3
                continue
            }
            guard byte >= 0x80 ? scalars == nil : isPlain(byte) || more.utf8.contains(byte) else { return false }
            at += 1
        }
        return !isInternational || areInternational(text, isQuery)
    }

    private func isPlain(_ byte: UInt8) -> Bool {
        HostFormat.isLetterOrDigit(byte) || "-._~!$&'()*+,;=".utf8.contains(byte)
    }

    /// ucschar, and in queries iprivate.
    private func areInternational(_ text: Bytes, _ isQuery: Bool) -> Bool {
        String(decoding: text, as: UTF8.self).unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0..<0x80, 0xA0...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFEF: true
            case 0xE000...0xF8FF, 0xF0000...0xFFFFD, 0x100000...0x10FFFD: isQuery
            case 0x10000...0xEFFFF: scalar.value & 0xFFFF < 0xFFFE
            case _: false
            }
        }
    }
}

/// Templates of RFC 6570.
enum AddressTemplateFormat {
    static func isTemplate(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "{"):
                guard let end = rest.firstIndex(of: UInt8(ascii: "}")), isExpression(rest[..<end]) else { return false }
                rest = rest[(end + 1)...]
            case UInt8(ascii: "%"):
                guard rest.count >= 2, rest.prefix(2).allSatisfy(HostFormat.isHexadecimal) else { return false }
                rest = rest.dropFirst(2)
            case 0...0x20, 0x7F, UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
                UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "}"):
                return false
            case _: break
            }
        }
        return true
    }

    private static func isExpression(_ text: ArraySlice<UInt8>) -> Bool {
        var rest = text
        if let first = rest.first, "+#./;?&=,!@|".utf8.contains(first) { rest.removeFirst() }
        return rest.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).allSatisfy(isVariable)
    }

    private static func isVariable(_ text: ArraySlice<UInt8>) -> Bool {
        var name = text
        if name.last == UInt8(ascii: "*") {
            name.removeLast()
        } else if let colon = name.firstIndex(of: UInt8(ascii: ":")) {
            let length = name[(colon + 1)...]
            guard (1...4).contains(length.count), length.allSatisfy(DateFormat.isDigit),
                length.first != UInt8(ascii: "0")
            else { return false }
            name = name[..<colon]
        }
        return name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { part in
            guard !part.isEmpty else { return false }
            var rest = part
            while let byte = rest.popFirst() {
                if byte == UInt8(ascii: "%") {
                    guard rest.count >= 2, rest.prefix(2).allSatisfy(HostFormat.isHexadecimal) else { return false }
                    rest = rest.dropFirst(2)
                } else if !HostFormat.isLetterOrDigit(byte) && byte != UInt8(ascii: "_") {
                    return false
                }
            }
            return true
        }
    }
}
