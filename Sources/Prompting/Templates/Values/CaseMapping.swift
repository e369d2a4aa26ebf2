/// Python's `upper`, `lower`, `title` …: Unicode's full mappings, a final sigma included, of valid UTF-8.
enum CaseMapping {
    static func upper(_ text: [UInt8]) -> [UInt8] {
        if text.isASCII { return text.map { $0 >= 97 && $0 <= 122 ? $0 - 32 : $0 } }
        return mapped(text) { scalar, output in output.append(scalar.properties.uppercaseMapping) }
    }

    static func lower(_ text: [UInt8]) -> [UInt8] {
        if text.isASCII { return text.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 } }
        let scalars = Array(Scalars(text))
        var output: [UInt8] = []
        output.reserveCapacity(text.count + 8)
        for place in scalars.indices { appendLower(scalars, place, to: &output) }
        return output
    }

    /// The first character in title case, all others in lower case.
    static func capitalized(_ text: [UInt8]) -> [UInt8] {
        let scalars = Array(Scalars(text))
        var output: [UInt8] = []
        output.reserveCapacity(text.count + 8)
        for place in scalars.indices {
            if place == 0 {
                appendTitle(scalars[0], to: &output)
            } else {
                appendLower(scalars, place, to: &output)
            }
        }
        return output
    }

    /// Python's own `str.title`, which begins a word behind whatever has no case.
    static func titled(_ text: [UInt8]) -> [UInt8] {
        let scalars = Array(Scalars(text))
        var output: [UInt8] = []
        output.reserveCapacity(text.count + 8)
        var isInWord = false
        for place in scalars.indices {
            if isInWord {
                appendLower(scalars, place, to: &output)
            } else {
                appendTitle(scalars[place], to: &output)
            }
            isInWord = scalars[place].isPythonCased
        }
        return output
    }

    static func swapped(_ text: [UInt8]) -> [UInt8] {
        let scalars = Array(Scalars(text))
        var output: [UInt8] = []
        output.reserveCapacity(text.count + 8)
        for place in scalars.indices {
            let scalar = scalars[place]
            if scalar.isPythonUppercase {
                appendLower(scalars, place, to: &output)
            } else if scalar.isPythonLowercase {
                appendUpper(scalar, to: &output)
            } else {
                output.append(scalar)
            }
        }
        return output
    }

    /// What texts are compared by regardless of case.
    static func folded(_ text: [UInt8]) -> [UInt8] {
        if text.isASCII { return lower(text) }
        return mapped(text) { scalar, output in
            switch scalar.value {
            // Those that keep apart what upper case makes one, or fold to upper case: dotless i, and Cherokee.
            case 0x131, 0x13A0...0x13F5: output.append(scalar)
            case 0x13F8...0x13FD: output.append(scalar.properties.uppercaseMapping)
            case 0xAB70...0xABBF: output.append(scalar.properties.uppercaseMapping)
            case 0x1E9E: output.append("ss")
            case _:
                for upper in scalar.properties.uppercaseMapping.unicodeScalars {
                    output.append(upper.properties.lowercaseMapping)
                }
            }
        }
    }

    private static func mapped(_ text: [UInt8], _ append: (Unicode.Scalar, inout [UInt8]) -> Void) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.count + 8)
        for scalar in Scalars(text) { append(scalar, &output) }
        return output
    }

    private static func appendUpper(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
        if scalar.isASCII {
            output.append(scalar.isPythonLowercase ? UInt8(scalar.value) - 32 : UInt8(scalar.value))
        } else {
            output.append(scalar.properties.uppercaseMapping)
        }
    }

    private static func appendTitle(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
        if scalar.isASCII {
            appendUpper(scalar, to: &output)
        } else {
            output.append(scalar.properties.titlecaseMapping)
        }
    }

    private static func appendLower(_ scalars: [Unicode.Scalar], _ place: Int, to output: inout [UInt8]) {
        let scalar = scalars[place]
        if scalar.isASCII {
            output.append(scalar.isPythonUppercase ? UInt8(scalar.value) + 32 : UInt8(scalar.value))
        } else if scalar.value == 0x3A3 {
            output.append(isFinalSigma(scalars, place) ? "\u{3C2}" : "\u{3C3}")
        } else {
            output.append(scalar.properties.lowercaseMapping)
        }
    }

    /// A capital sigma at the end of a word: behind a cased character and before none, what has no say left out.
    private static func isFinalSigma(_ scalars: [Unicode.Scalar], _ place: Int) -> Bool {
        guard let before = scalars[..<place].last(where: { !$0.properties.isCaseIgnorable }), before.isPythonCased
        else {
            return false
        }
        guard let after = scalars[(place + 1)...].first(where: { !$0.properties.isCaseIgnorable }) else { return true }
        return !after.isPythonCased
    }
}
