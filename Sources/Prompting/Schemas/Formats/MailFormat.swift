/// Mailboxes of RFC 5321, and with all alphabets' letters those of RFC 6531.
enum MailFormat {
    static func isAddress(_ text: ArraySlice<UInt8>, isInternational: Bool) -> Bool {
        guard let at = text.lastIndex(of: UInt8(ascii: "@")) else { return false }
        let (local, domain) = (text[..<at], text[(at + 1)...])
        guard !local.isEmpty, local.count <= 64 else { return false }
        let isLocal =
            local.first == UInt8(ascii: "\"") ? isQuoted(local, isInternational) : isDotted(local, isInternational)
        guard isLocal else { return false }
        if domain.first == UInt8(ascii: "[") {
            guard domain.last == UInt8(ascii: "]"), domain.count > 2 else { return false }
            let literal = domain.dropFirst().dropLast()
            let tag = Array("ipv6:".utf8)
            if literal.count > tag.count, literal.prefix(tag.count).map({ $0 | 0x20 }) == tag {
                return HostFormat.isIPv6(literal.dropFirst(tag.count))
            }
            return HostFormat.isIPv4(literal)
        }
        return isInternational ? InternationalHostFormat.isName(domain) : HostFormat.isName(domain)
    }

    private static func isDotted(_ text: ArraySlice<UInt8>, _ isInternational: Bool) -> Bool {
        text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { atom in
            !atom.isEmpty && atom.allSatisfy { isAtomByte($0, isInternational) }
        }
    }

    private static func isAtomByte(_ byte: UInt8, _ isInternational: Bool) -> Bool {
        if byte >= 0x80 { return isInternational }
        return HostFormat.isLetterOrDigit(byte) || Array("!#$%&'*+-/=?^_`{|}~".utf8).contains(byte)
    }

    private static func isQuoted(_ text: ArraySlice<UInt8>, _ isInternational: Bool) -> Bool {
        guard text.count >= 2, text.last == UInt8(ascii: "\"") else { return false }
        var isEscaped = false
        for byte in text.dropFirst().dropLast() {
            guard (0x20...0x7E).contains(byte) || byte >= 0x80 && isInternational else { return false }
            if !isEscaped && byte == UInt8(ascii: "\"") { return false }
            isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
        }
        return !isEscaped
    }
}
