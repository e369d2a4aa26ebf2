/// Python's format specification: `[[fill]align][sign][z][#][0][width][,_][.precision][type]`.
struct FormatSpec {
    var fill: [UInt8] = [0x20]
    /// `<`, `>`, `=` or `^`; nil where it is not said.
    var alignment: UInt8?
    /// 0 where it is not said.
    var sign: UInt8 = 0
    /// `0` before the width: zeros go between a number's sign and its digits.
    var fillsWithZeros = false
    var avoidsNegativeZero = false
    var isAlternate = false
    var width = 0
    var separator: UInt8?
    var precision: Int?
    /// 0 where it is not said.
    var type: UInt8 = 0

    init(_ spec: [UInt8]) throws(RenderFault) {
        var position = 0
        func byte(_ ahead: Int = 0) -> UInt8? { position + ahead < spec.count ? spec[position + ahead] : nil }
        func isAlignment(_ byte: UInt8?) -> Bool {
            byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">") || byte == UInt8(ascii: "=")
                || byte == UInt8(ascii: "^")
        }
        var scalars = Scalars(spec)
        _ = scalars.next()
        if scalars.position < spec.count, isAlignment(spec[scalars.position]) {
            fill = Array(spec[..<scalars.position])
            alignment = spec[scalars.position]
            position = scalars.position + 1
        } else if isAlignment(byte()) {
            alignment = byte()
            position = 1
        }
        let isFillGiven = position > 1
        if let next = byte(), next == UInt8(ascii: "+") || next == UInt8(ascii: "-") || next == 0x20 {
            sign = next
            position += 1
        }
        if byte() == UInt8(ascii: "z") {
            avoidsNegativeZero = true
            position += 1
        }
        if byte() == UInt8(ascii: "#") {
            isAlternate = true
            position += 1
        }
        if byte() == 48, !isFillGiven {
            fill = [48]
            fillsWithZeros = alignment == nil
            position += 1
        }
        if let number = try Self.number(spec, &position) { width = number }
        if byte() == UInt8(ascii: ",") {
            separator = byte()
            position += 1
        }
        if byte() == UInt8(ascii: "_") {
            if separator != nil { throw .value("Cannot specify both ',' and '_'.") }
            separator = byte()
            position += 1
        }
        if byte() == UInt8(ascii: ",") { throw .value("Cannot specify both ',' and '_'.") }
        if byte() == UInt8(ascii: ".") {
            position += 1
            precision = try Self.number(spec, &position)
            if precision == nil { throw .value("Format specifier missing precision") }
        }
        guard spec.count - position <= 1 else { throw .value("Invalid format specifier") }
        type = byte() ?? 0
        if separator != nil {
            switch type {
            case 0, UInt8(ascii: "d"), UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "f"), UInt8(ascii: "F"),
                UInt8(ascii: "g"), UInt8(ascii: "G"), UInt8(ascii: "%"):
                break
            case UInt8(ascii: "b"), UInt8(ascii: "o"), UInt8(ascii: "x"), UInt8(ascii: "X"):
                if separator == UInt8(ascii: ",") { throw .value("Cannot specify ',' with '\(typeName)'.") }
            case _: throw .value("Cannot specify a separator with '\(typeName)'.")
            }
        }
    }

    var typeName: String { String(UnicodeScalar(type)) }

    private static func number(_ spec: [UInt8], _ position: inout Int) throws(RenderFault) -> Int? {
        let start = position
        var number = 0
        while position < spec.count, (48...57).contains(spec[position]) {
            number = number * 10 + Int(spec[position]) - 48
            if number > Int(Int32.max) { throw .value("Too many decimal digits in format string") }
            position += 1
        }
        return position > start ? number : nil
    }
}

extension RenderContext {
    /// Python's `format(value, spec)`.
    func formatted(_ value: Value, _ spec: [UInt8]) throws(RenderFault) -> Text {
        if spec.isEmpty { return try text(of: value) }
        let value = plain(value)
        switch value {
        case .string(let text):
            if text.isMarkup { throw .value("Unsupported format specification for Markup.") }
            return try format(text, FormatSpec(spec))
        case .bool(let bool): return try format(bool ? 1 : 0, FormatSpec(spec))
        case .int(let number): return try format(number, FormatSpec(spec))
        case .float(let number): return try format(number, FormatSpec(spec))
        case .input(let node) where inputKind(node) == .number: throw .integerTooLarge
        case .undefined, .none, .list, .tuple, .dict, .range, .input, .object, .rare:
            throw .type("unsupported format string passed to \(typeName(of: value)).__format__")
        }
    }

    private func format(_ text: Text, _ spec: FormatSpec) throws(RenderFault) -> Text {
        guard spec.type == 0 || spec.type == UInt8(ascii: "s") else { throw unknownCode(spec, "str") }
        if spec.sign != 0 { throw .value("Sign not allowed in string format specifier") }
        if spec.avoidsNegativeZero { throw .value("Negative zero coercion (z) not allowed in string format specifier") }
        if spec.isAlternate { throw .value("Alternate form (#) not allowed in string format specifier") }
        if spec.separator != nil { throw .value("Cannot specify a separator with 's'.") }
        if spec.alignment == UInt8(ascii: "=") {
            throw .value("'=' alignment not allowed in string format specifier")
        }
        var bytes = text.bytes[...]
        if let precision = spec.precision { bytes = bytes[..<bytes.offset(ofScalar: precision)] }
        return try padded([], bytes, spec, defaultAlignment: UInt8(ascii: "<"))
    }

    func unknownCode(_ spec: FormatSpec, _ type: String) -> RenderFault {
        .value("Unknown format code for object of type '\(type)'")
    }

    private func format(_ number: Int, _ spec: FormatSpec) throws(RenderFault) -> Text {
        var spec = spec
        switch spec.type {
        case UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "g"),
            UInt8(ascii: "G"), UInt8(ascii: "%"):
            return try format(Double(number), spec)
        case 0, UInt8(ascii: "d"), UInt8(ascii: "n"), UInt8(ascii: "b"), UInt8(ascii: "o"), UInt8(ascii: "x"),
            UInt8(ascii: "X"), UInt8(ascii: "c"):
            break
        case _: throw unknownCode(spec, "int")
        }
        if spec.precision != nil { throw .value("Precision not allowed in integer format specifier") }
        if spec.avoidsNegativeZero {
            throw .value("Negative zero coercion (z) not allowed in format specifier with integer format code")
        }
        if spec.type == UInt8(ascii: "c") {
            if spec.sign != 0 { throw .value("Sign not allowed with integer format specifier 'c'") }
            if spec.isAlternate { throw .value("Alternate form (#) not allowed with integer format specifier 'c'") }
            guard let scalar = UInt32(exactly: number).flatMap(Unicode.Scalar.init) else {
                throw RenderFault(.overflow, "%c arg not in range(0x110000)")
            }
            var bytes: [UInt8] = []
            bytes.append(scalar)
            return try padded([], bytes[...], spec, defaultAlignment: UInt8(ascii: ">"))
        }
        var prefix = signBytes(isNegative: number < 0, spec.sign)
        let radix: Int
        switch spec.type {
        case UInt8(ascii: "b"): radix = 2
        case UInt8(ascii: "o"): radix = 8
        case UInt8(ascii: "x"), UInt8(ascii: "X"): radix = 16
        case _: radix = 10
        }
        if spec.isAlternate, radix != 10 { prefix += [48, spec.type] }
        let digits = Array(
            String(number.magnitude, radix: radix, uppercase: spec.type == UInt8(ascii: "X")).utf8)
        if spec.type == UInt8(ascii: "n") { spec.separator = nil }
        return try padded(
            prefix, grouped(digits, by: radix == 10 ? 3 : 4, spec, prefixCount: prefix.count, tailCount: 0)[...],
            spec, defaultAlignment: UInt8(ascii: ">"))
    }

    func format(_ number: Double, _ spec: FormatSpec) throws(RenderFault) -> Text {
        let isPercent = spec.type == UInt8(ascii: "%")
        switch spec.type {
        case 0, UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "g"),
            UInt8(ascii: "G"), UInt8(ascii: "n"), UInt8(ascii: "%"):
            break
        case _: throw unknownCode(spec, "float")
        }
        let value = isPercent ? number * 100 : number
        try spend(bytes: 400 + (spec.precision ?? 0))
        var digits: [UInt8]
        if spec.type == 0 {
            digits = FloatFormat.general(value.magnitude, precision: spec.precision, isAlternate: spec.isAlternate)
        } else {
            digits = FloatFormat.digits(
                of: value.magnitude, type: isPercent ? UInt8(ascii: "f") : spec.type, precision: spec.precision ?? 6,
                isAlternate: spec.isAlternate)
        }
        if isPercent { digits.append(UInt8(ascii: "%")) }
        var isNegative = value.sign == .minus && !value.isNaN
        if isNegative, spec.avoidsNegativeZero, !digits.contains(where: { (49...57).contains($0) }), value.isFinite {
            isNegative = false
        }
        let prefix = signBytes(isNegative: isNegative, spec.sign)
        let whole = digits.prefix { (48...57).contains($0) }
        let tail = digits[whole.count...]
        let body =
            whole.isEmpty
            ? Array(tail)
            : try grouped(Array(whole), by: 3, spec, prefixCount: prefix.count, tailCount: tail.count) + tail
        return try padded(prefix, body[...], spec, defaultAlignment: UInt8(ascii: ">"))
    }

    private func signBytes(isNegative: Bool, _ sign: UInt8) -> [UInt8] {
        if isNegative { return [UInt8(ascii: "-")] }
        return sign == 0 || sign == UInt8(ascii: "-") ? [] : [sign]
    }

    /// Digits with separators between their groups; zeros that fill up to the width are grouped too.
    private func grouped(
        _ digits: [UInt8], by size: Int, _ spec: FormatSpec, prefixCount: Int, tailCount: Int
    ) throws(RenderFault) -> [UInt8] {
        guard let separator = spec.separator else { return digits }
        var digits = digits
        if spec.fill == [48], spec.alignment == UInt8(ascii: "=") || spec.fillsWithZeros {
            let width = spec.width - prefixCount - tailCount
            // A group and its separator take one more than its digits; no group may begin with a separator.
            while digits.count + (digits.count - 1) / size < width {
                try spend(bytes: 2)
                digits.insert(48, at: 0)
                if digits.count > 4096 { throw .tooMuchMemory(limits.bytes) }
            }
        }
        var output: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % size == 0 { output.append(separator) }
            output.append(digit)
        }
        return output
    }

    private func padded(
        _ prefix: [UInt8], _ body: ArraySlice<UInt8>, _ spec: FormatSpec, defaultAlignment: UInt8
    ) throws(RenderFault) -> Text {
        let missing = max(spec.width - prefix.count - body.scalarCount, 0)
        try spend(bytes: spec.fill.count, times: missing)
        try spend(bytes: body.count)
        let alignment =
            spec.alignment
            ?? (spec.fillsWithZeros && defaultAlignment == UInt8(ascii: ">") ? UInt8(ascii: "=") : defaultAlignment)
        let left: Int
        switch alignment {
        case UInt8(ascii: "<"): left = 0
        case UInt8(ascii: "^"): left = missing / 2
        case _: left = missing
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(prefix.count + body.count + missing * spec.fill.count)
        if alignment == UInt8(ascii: "=") { bytes += prefix }
        for _ in 0..<left { bytes += spec.fill }
        if alignment != UInt8(ascii: "=") { bytes += prefix }
        bytes += body
        for _ in left..<missing { bytes += spec.fill }
        return Text(bytes)
    }
}
