/// Python's notions of characters, from the Unicode properties it reads them off.
extension Unicode.Scalar {
    /// What Python's `str.isspace`, `strip` and `split` take for white space.
    var isPythonSpace: Bool {
        switch value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000:
            true
        case _: false
        }
    }

    /// What ends a line for `splitlines`; `\r\n` is one end.
    var isPythonLineEnd: Bool {
        switch value {
        case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029: true
        case _: false
        }
    }

    var isPrintable: Bool {
        if value < 0x7F { return value >= 0x20 }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation,
            .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
            .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
            return true
        @unknown default: return false
        }
    }

    var isPythonAlpha: Bool {
        if isASCII { return value | 0x20 >= 0x61 && value | 0x20 <= 0x7A }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        case _: return false
        }
    }

    var isPythonDecimal: Bool { isASCII ? value >= 48 && value <= 57 : properties.numericType == .decimal }

    var isPythonDigit: Bool {
        if isASCII { return value >= 48 && value <= 57 }
        let type = properties.numericType
        return type == .decimal || type == .digit
    }

    var isPythonNumeric: Bool { isASCII ? value >= 48 && value <= 57 : properties.numericType != nil }
    var isPythonAlphanumeric: Bool { isPythonAlpha || isPythonNumeric }

    /// `\w` of Python's `re`.
    var isWordCharacter: Bool { self == "_" || isPythonAlphanumeric }

    /// The digit that a decimal of any script stands for.
    var decimalDigit: Int? {
        if isASCII { return value >= 48 && value <= 57 ? Int(value) - 48 : nil }
        guard properties.numericType == .decimal, let value = properties.numericValue else { return nil }
        return Int(value)
    }

    var isPythonUppercase: Bool { isASCII ? value >= 65 && value <= 90 : properties.isUppercase }
    var isPythonLowercase: Bool { isASCII ? value >= 97 && value <= 122 : properties.isLowercase }
    var isTitlecase: Bool { !isASCII && properties.generalCategory == .titlecaseLetter }
    /// As Python's own casing sees it.
    var isPythonCased: Bool { isASCII ? isPythonAlpha : properties.isCased }
}
