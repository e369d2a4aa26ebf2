/// Host names in all alphabets: IDNA 2008 (RFC 5891 to 5893, without the rules for right-to-left text).
enum InternationalHostFormat {
    static func isName(_ text: ArraySlice<UInt8>) -> Bool {
        guard !text.isEmpty else { return false }
        let scalars = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
        // The full stops of other scripts part labels too.
        let labels = scalars.split(omittingEmptySubsequences: false) {
            [0x2E, 0x3002, 0xFF0E, 0xFF61].contains($0.value)
        }
        var length = labels.count - 1
        for label in labels {
            guard let count = encodedCount(Array(label)) else { return false }
            length += count
        }
        return length <= 253
    }

    /// `xn--…`, hyphens and ASCII letters being as they must.
    static func isEncodedLabel(_ label: ArraySlice<UInt8>) -> Bool {
        let code = label.dropFirst(4)
        guard let scalars = Punycode.decode(ArraySlice(code.map { (65...90).contains($0) ? $0 | 0x20 : $0 })),
            scalars.contains(where: { !$0.isASCII }), Punycode.encodedCount(scalars) == code.count
        else { return false }
        return isLabel(scalars)
    }

    /// The bytes a label takes as ASCII; nil where it is none.
    private static func encodedCount(_ label: [Unicode.Scalar]) -> Int? {
        guard !label.isEmpty else { return nil }
        if label.allSatisfy(\.isASCII) {
            let bytes = label.map { UInt8($0.value) }
            return HostFormat.isName(bytes[...]) ? bytes.count : nil
        }
        guard isLabel(label), let count = Punycode.encodedCount(label), count + 4 <= 63 else { return nil }
        return count + 4
    }

    private static func isLabel(_ label: [Unicode.Scalar]) -> Bool {
        guard let first = label.first, first != "-", label.last != "-", !isMark(first),
            !(label.count >= 4 && label[2] == "-" && label[3] == "-")
        else { return false }
        return label.indices.allSatisfy { isAllowed(label, at: $0) }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        case _: false
        }
    }

    /// RFC 5892: the exceptions, the rules of context, and what else is PVALID.
    private static func isAllowed(_ label: [Unicode.Scalar], at index: Int) -> Bool {
        let scalar = label[index]
        let before = index > 0 ? label[index - 1] : nil
        let after = index + 1 < label.count ? label[index + 1] : nil
        switch scalar.value {
        case 0x2D: return true
        case 0xDF, 0x3C2, 0x6FD, 0x6FE, 0xF0B, 0x3007: return true
        case 0x640, 0x7FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: return false
        // MIDDLE DOT, between two l.
        case 0xB7: return before == "l" && after == "l"
        // GREEK LOWER NUMERAL SIGN, before a Greek letter.
        case 0x375: return after.map { isGreek($0) } == true
        // HEBREW PUNCTUATION GERESH and GERSHAYIM, behind a Hebrew letter.
        case 0x5F3, 0x5F4: return before.map { (0x591...0x5F4).contains($0.value) } == true
        // KATAKANA MIDDLE DOT, beside a letter of Japan.
        case 0x30FB: return label.contains { isJapanese($0) }
        // Arabic-Indic digits, and extended ones, never both.
        case 0x660...0x669: return !label.contains { (0x6F0...0x6F9).contains($0.value) }
        case 0x6F0...0x6F9: return !label.contains { (0x660...0x669).contains($0.value) }
        // ZERO WIDTH NON-JOINER and JOINER: behind a virama, the former also between joining letters.
        case 0x200C: return isVirama(before) || before.map(isJoining) == true && after.map(isJoining) == true
        case 0x200D: return isVirama(before)
        case _: break
        }
        if scalar.isASCII { return (97...122).contains(scalar.value) || (48...57).contains(scalar.value) }
        let properties = scalar.properties
        if properties.changesWhenNFKCCaseFolded || properties.isDefaultIgnorableCodePoint { return false }
        switch properties.generalCategory {
        case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber:
            return !(0x1100...0x11FF).contains(scalar.value)
        case _: return false
        }
    }

    private static func isVirama(_ scalar: Unicode.Scalar?) -> Bool {
        scalar?.properties.canonicalCombiningClass.rawValue == 9
    }

    private static func isGreek(_ scalar: Unicode.Scalar) -> Bool {
        (0x370...0x3FF).contains(scalar.value) || (0x1F00...0x1FFF).contains(scalar.value)
    }

    private static func isJapanese(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30FB: false
        case 0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FF, 0x31F0...0x31FF, 0x3005, 0x3007, 0x3400...0x4DBF,
            0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3134F:
            true
        case _: false
        }
    }

    /// Letters of the Arabic kind, of which nearly all join; the standard's table of those that do is not at hand.
    private static func isJoining(_ scalar: Unicode.Scalar) -> Bool {
        (0x620...0x6FF).contains(scalar.value) || (0x710...0x74A).contains(scalar.value)
            || (0x750...0x77F).contains(scalar.value) || (0x8A0...0x8C9).contains(scalar.value)
    }
}
