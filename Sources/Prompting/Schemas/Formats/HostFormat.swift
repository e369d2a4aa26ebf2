/// Host names (RFC 1123) and addresses.
enum HostFormat {
    static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        DateFormat.isDigit(byte) || (97...122).contains(byte | 0x20)
    }

    static func isHexadecimal(_ byte: UInt8) -> Bool { DateFormat.isDigit(byte) || (97...102).contains(byte | 0x20) }

    static func isName(_ text: ArraySlice<UInt8>) -> Bool {
        guard !text.isEmpty, text.count <= 253 else { return false }
        return text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            guard isPlainLabel(label) else { return false }
            // A label in Punycode must say an international one.
            guard label.count >= 4, label.prefix(4).map({ $0 | 0x20 }) == Array("xn--".utf8) else {
                // Other labels with two hyphens there are kept for the future.
                return label.count < 4 || !label.dropFirst(2).prefix(2).elementsEqual("--".utf8)
            }
            return InternationalHostFormat.isEncodedLabel(label)
        }
    }

    /// Letters, digits and hyphens, no hyphen at either end, 63 at most.
    static func isPlainLabel(_ label: ArraySlice<UInt8>) -> Bool {
        (1...63).contains(label.count) && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
            && label.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") }
    }

    static func isIPv4(_ text: ArraySlice<UInt8>) -> Bool {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy(DateFormat.isDigit)
                    && (part.count == 1 || part.first != UInt8(ascii: "0"))
                    && part.reduce(0) { $0 * 10 + Int($1 - 48) } <= 255
            }
    }

    static func isIPv6(_ text: ArraySlice<UInt8>) -> Bool {
        var groups = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        guard groups.count >= 3, groups.count <= 9 else { return false }
        var count = 0
        if let last = groups.last, last.contains(UInt8(ascii: ".")) {
            guard isIPv4(last) else { return false }
            groups.removeLast()
            count = 2
        }
        // An empty group is `::`; at either end of the text it comes as two.
        let isOpenAtStart = groups.first?.isEmpty == true
        let isOpenAtEnd = count == 0 && groups.last?.isEmpty == true
        if isOpenAtStart {
            guard groups.count > 1, groups[1].isEmpty else { return false }
            groups.removeFirst()
        }
        if isOpenAtEnd {
            guard groups.count > 1, groups[groups.count - 2].isEmpty else { return false }
            groups.removeLast()
        }
        let gaps = groups.count { $0.isEmpty }
        guard gaps <= 1, groups.allSatisfy({ $0.count <= 4 && $0.allSatisfy(isHexadecimal) }) else { return false }
        count += groups.count - gaps
        return gaps == 0 ? count == 8 : count < 8
    }
}
