/// Reading numbers as Python's `int()` and `float()` do.
enum NumberParsing {
    enum Integer {
        case int(Int)
        /// Well written, but beyond 64 bits.
        case tooLarge
    }

    /// - Parameter base: 0, or from 2 to 36.
    /// - Returns: nil where Python raises a ValueError.
    static func integer(_ text: [UInt8], base: Int) -> Integer? {
        guard var digits = asciiDigits(text) else { return nil }
        guard base == 0 || (2...36).contains(base) else { return nil }
        var isNegative = false
        if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            digits = digits.dropFirst()
        }
        var base = base
        let prefixBase = Self.prefixBase(digits)
        var isUnderscoreAllowed = false
        if let prefixBase, base == 0 || base == prefixBase {
            base = prefixBase
            digits = digits.dropFirst(2)
            // `0x_1f`
            isUnderscoreAllowed = true
        } else if base == 0 {
            // `010` is neither octal nor decimal to Python.
            if digits.first == 48, digits.contains(where: { $0 != 48 && $0 != UInt8(ascii: "_") }) { return nil }
            base = 10
        }
        var value = 0
        var isTooLarge = false
        var isAfterDigit = isUnderscoreAllowed
        guard !digits.isEmpty else { return nil }
        for byte in digits {
            if byte == UInt8(ascii: "_") {
                guard isAfterDigit else { return nil }
                isAfterDigit = false
                continue
            }
            guard let digit = digitValue(byte), digit < base else { return nil }
            isAfterDigit = true
            let (scaled, overflows) = value.multipliedReportingOverflow(by: base)
            let (sum, overflowsToo) =
                isNegative ? scaled.subtractingReportingOverflow(digit) : scaled.addingReportingOverflow(digit)
            if overflows || overflowsToo { isTooLarge = true }
            value = isTooLarge ? 0 : sum
        }
        guard isAfterDigit else { return nil }
        return isTooLarge ? .tooLarge : .int(value)
    }

    private static func prefixBase(_ digits: ArraySlice<UInt8>) -> Int? {
        guard digits.count >= 2, digits.first == 48 else { return nil }
        switch digits[digits.startIndex + 1] | 0x20 {
        case UInt8(ascii: "x"): return 16
        case UInt8(ascii: "o"): return 8
        case UInt8(ascii: "b"): return 2
        case _: return nil
        }
    }

    private static func digitValue(_ byte: UInt8) -> Int? {
        switch byte {
        case 48...57: Int(byte) - 48
        case 65...90: Int(byte) - 55
        case 97...122: Int(byte) - 87
        case _: nil
        }
    }

    /// - Returns: nil where Python raises a ValueError.
    static func float(_ text: [UInt8]) -> Double? {
        guard let trimmed = asciiDigits(text) else { return nil }
        var rest = trimmed
        var cleaned: [UInt8] = []
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            cleaned.append(sign)
            rest = rest.dropFirst()
        }
        let isNegative = cleaned.first == UInt8(ascii: "-")
        switch String(decoding: rest.map { $0 | 0x20 }, as: UTF8.self) {
        case "inf", "infinity": return isNegative ? -.infinity : .infinity
        case "nan": return .nan
        case _: break
        }
        let whole = takeDigits(&rest, to: &cleaned)
        var fraction = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            if whole == 0 { cleaned.append(48) }
            cleaned.append(UInt8(ascii: "."))
            guard let count = takeDigits(&rest, to: &cleaned) else { return nil }
            fraction = count
            if count == 0 { cleaned.append(48) }
        }
        guard let whole, whole + fraction > 0 else { return nil }
        if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            cleaned.append(UInt8(ascii: "e"))
            if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
                cleaned.append(sign)
                rest = rest.dropFirst()
            }
            guard let count = takeDigits(&rest, to: &cleaned), count > 0 else { return nil }
        }
        guard rest.isEmpty else { return nil }
        return Double(String(decoding: cleaned, as: UTF8.self))
    }

    /// Takes digits, single underscores between them left out; nil where one stands elsewhere.
    private static func takeDigits(_ rest: inout ArraySlice<UInt8>, to output: inout [UInt8]) -> Int? {
        var count = 0
        var isAfterDigit = false
        while let byte = rest.first {
            if byte == UInt8(ascii: "_") {
                guard isAfterDigit else { return nil }
                isAfterDigit = false
            } else if (48...57).contains(byte) {
                isAfterDigit = true
                output.append(byte)
                count += 1
            } else {
                break
            }
            rest = rest.dropFirst()
        }
        return count == 0 || isAfterDigit ? count : nil
    }

    /// White space around it cut, the digits of other scripts in ASCII; nil where something else is not ASCII.
    private static func asciiDigits(_ text: [UInt8]) -> ArraySlice<UInt8>? {
        let trimmed = RenderContext.stripped(text[...], \.isPythonSpace)
        if trimmed.isASCII { return trimmed }
        var output: [UInt8] = []
        for scalar in Scalars(trimmed) {
            if let digit = scalar.decimalDigit {
                output.append(48 + UInt8(digit))
            } else if scalar.isASCII {
                output.append(scalar)
            } else {
                return nil
            }
        }
        return output[...]
    }
}
