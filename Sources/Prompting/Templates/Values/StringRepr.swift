/// Appends a string as Python's `repr` does: in single quotes unless it holds some and no double ones; what cannot be
/// printed is escaped.
func appendRepr(of text: ArraySlice<UInt8>, to output: inout [UInt8]) {
    let quote =
        text.contains(UInt8(ascii: "'")) && !text.contains(UInt8(ascii: "\"")) ? UInt8(ascii: "\"") : UInt8(ascii: "'")
    output.append(quote)
    var plainStart = text.startIndex
    var position = text.startIndex
    while position < text.endIndex {
        let byte = text[position]
        if byte >= 0x20, byte < 0x7F, byte != quote, byte != UInt8(ascii: "\\") {
            position += 1
            continue
        }
        var scalars = Scalars(text[position...])
        guard let scalar = scalars.next() else { break }
        if byte >= 0x80, scalar.isPrintable {
            position = scalars.position
            continue
        }
        output.append(contentsOf: text[plainStart..<position])
        position = scalars.position
        plainStart = position
        appendReprEscape(of: scalar, to: &output)
    }
    output.append(contentsOf: text[plainStart...])
    output.append(quote)
}

/// Appends `ascii()`: like `repr`, all beyond ASCII escaped.
func appendASCIIRepr(of repr: [UInt8], to output: inout [UInt8]) {
    for scalar in Scalars(repr) {
        if scalar.isASCII { output.append(scalar) } else { appendReprEscape(of: scalar, to: &output) }
    }
}

private func appendReprEscape(of scalar: Unicode.Scalar, to output: inout [UInt8]) {
    output.append("\\")
    switch scalar {
    case "\\", "'", "\"": output.append(scalar)
    case "\n": output.append("n")
    case "\r": output.append("r")
    case "\t": output.append("t")
    case _:
        let code = scalar.value
        let (letter, digits): (StaticString, UInt32) = code <= 0xFF ? ("x", 2) : code <= 0xFFFF ? ("u", 4) : ("U", 8)
        output.append(letter)
        for digit in (0..<digits).reversed() { output.append(hexDigit(UInt8(code >> (4 * digit) & 15))) }
    }
}

func hexDigit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
