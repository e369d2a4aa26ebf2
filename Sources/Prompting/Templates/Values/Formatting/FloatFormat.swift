/// The digits of floats as C's `printf` and Python's `format` write them, rounded exactly.
enum FloatFormat {
    /// - Parameters:
    ///   - number: not negative; may be infinite or NaN.
    ///   - type: `e`, `f`, `g` (or `n`), or their capitals.
    static func digits(of number: Double, type: UInt8, precision: Int, isAlternate: Bool) -> [UInt8] {
        let isUpper = type >= 65 && type <= 90
        guard number.isFinite else {
            return Array((number.isNaN ? isUpper ? "NAN" : "nan" : isUpper ? "INF" : "inf").utf8)
        }
        var output: [UInt8] = []
        switch type | 0x20 {
        case UInt8(ascii: "f"):
            appendFixed(DecimalExpansion(number), precision, isAlternate, to: &output)
        case UInt8(ascii: "e"):
            appendExponential(DecimalExpansion(number), precision, isAlternate, isUpper, to: &output)
        case _:
            var expansion = DecimalExpansion(number)
            let digits = max(precision, 1)
            expansion.round(significant: digits)
            let exponent = expansion.exponent
            if exponent < -4 || exponent >= digits {
                appendExponential(expansion, digits - 1, isAlternate, isUpper, cutsZeros: !isAlternate, to: &output)
            } else {
                appendFixed(expansion, digits - 1 - exponent, isAlternate, cutsZeros: !isAlternate, to: &output)
            }
        }
        return output
    }

    /// What no type means: like `repr` without a precision; with one like `g`, but one digit after the point at least.
    static func general(_ number: Double, precision: Int?, isAlternate: Bool) -> [UInt8] {
        guard let precision else {
            var output: [UInt8] = []
            appendFloat(number, to: &output)
            if isAlternate, !output.contains(UInt8(ascii: ".")), let letter = output.firstIndex(of: UInt8(ascii: "e")) {
                output.insert(UInt8(ascii: "."), at: letter)
            }
            return output
        }
        guard number.isFinite else {
            return digits(of: number, type: UInt8(ascii: "g"), precision: precision, isAlternate: isAlternate)
        }
        var expansion = DecimalExpansion(number)
        let digits = max(precision, 1)
        expansion.round(significant: digits)
        let exponent = expansion.exponent
        var output: [UInt8] = []
        // The exponent comes one digit earlier than with `g`, to leave room for the ".0".
        if exponent < -4 || exponent >= digits - 1 {
            appendExponential(expansion, digits - 1, isAlternate, false, cutsZeros: !isAlternate, to: &output)
        } else {
            appendFixed(expansion, digits - 1 - exponent, isAlternate, cutsZeros: !isAlternate, to: &output)
            if !output.contains(UInt8(ascii: ".")) { output.append(".0") }
        }
        return output
    }

    private static func appendFixed(
        _ number: DecimalExpansion, _ precision: Int, _ isAlternate: Bool, cutsZeros: Bool = false,
        to output: inout [UInt8]
    ) {
        var number = number
        number.round(places: precision)
        for power in (0...max(number.exponent, 0)).reversed() { output.append(48 + number.digit(worth: power)) }
        appendFraction(number, from: -1, precision, isAlternate, cutsZeros, to: &output)
    }

    private static func appendExponential(
        _ number: DecimalExpansion, _ precision: Int, _ isAlternate: Bool, _ isUpper: Bool, cutsZeros: Bool = false,
        to output: inout [UInt8]
    ) {
        var number = number
        number.round(significant: precision + 1)
        let exponent = number.exponent
        output.append(48 + number.digit(worth: exponent))
        appendFraction(number, from: exponent - 1, precision, isAlternate, cutsZeros, to: &output)
        appendExponent(exponent, to: &output, letter: UInt8(ascii: isUpper ? "E" : "e"))
    }

    private static func appendFraction(
        _ number: DecimalExpansion, from power: Int, _ precision: Int, _ isAlternate: Bool, _ cutsZeros: Bool,
        to output: inout [UInt8]
    ) {
        guard precision > 0 else {
            if isAlternate { output.append(".") }
            return
        }
        output.append(".")
        for offset in 0..<precision { output.append(48 + number.digit(worth: power - offset)) }
        guard cutsZeros else { return }
        while output.last == 48 { output.removeLast() }
        if output.last == UInt8(ascii: ".") { output.removeLast() }
    }
}
