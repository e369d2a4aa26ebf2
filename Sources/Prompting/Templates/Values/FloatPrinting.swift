/// Appends a float as Python's `repr` does: the fewest digits that read back as it, an exponent from 1e16 up and below
/// 1e-4.
func appendFloat(_ number: Double, to output: inout [UInt8]) {
    guard number.isFinite else {
        output.append(number.isNaN ? "nan" : number < 0 ? "-inf" : "inf")
        return
    }
    if number.sign == .minus { output.append("-") }
    if number == 0 { return output.append("0.0") }
    let (digits, point) = shortestDigits(of: number.magnitude)
    switch point {
    case -3...0:
        output.append("0.")
        output.append(repeating: 48, count: -point)
        output.append(contentsOf: digits)
    case 1...16:
        if digits.count <= point {
            output.append(contentsOf: digits)
            output.append(repeating: 48, count: point - digits.count)
            output.append(".0")
        } else {
            output.append(contentsOf: digits[..<point])
            output.append(".")
            output.append(contentsOf: digits[point...])
        }
    case _:
        output.append(digits[0])
        if digits.count > 1 {
            output.append(".")
            output.append(contentsOf: digits[1...])
        }
        appendExponent(point - 1, to: &output)
    }
}

/// `e+05`: a sign, and two digits at least.
func appendExponent(_ exponent: Int, to output: inout [UInt8], letter: UInt8 = UInt8(ascii: "e")) {
    output.append(letter)
    output.append(exponent < 0 ? "-" : "+")
    if exponent.magnitude < 10 { output.append("0") }
    output.append(decimal: Int(exponent.magnitude))
}

/// The shortest digits that read back as a finite number above zero, without zeros at either end, and how many of them
/// stand before the point (below zero: how many zeros stand between the point and them).
func shortestDigits(of number: Double) -> (digits: [UInt8], point: Int) {
    var digits: [UInt8] = []
    var point: Int?
    var exponent = 0
    var isExponentNegative = false
    var isInExponent = false
    for byte in number.description.utf8 {
        switch byte {
        case 48...57 where isInExponent: exponent = exponent * 10 + Int(byte) - 48
        case 48...57: digits.append(byte)
        case UInt8(ascii: "."): point = digits.count
        case UInt8(ascii: "e"): isInExponent = true
        case UInt8(ascii: "-"): isExponentNegative = true
        case _: break
        }
    }
    var place = (point ?? digits.count) + (isExponentNegative ? -exponent : exponent)
    let zeros = digits.prefix { $0 == 48 }.count
    digits.removeFirst(zeros)
    place -= zeros
    while digits.last == 48, digits.count > 1 { digits.removeLast() }
    return (digits, place)
}
