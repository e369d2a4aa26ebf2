enum NumberFilters {
    static func absolute(
        _ value: Value, _ arguments: Arguments, _ context: RenderContext
    ) throws(RenderFault) -> Value {
        try arguments.none("abs")
        if case .undefined(let undefined) = value {
            throw RenderFault(.type, "bad operand type for abs(): 'Undefined'", path: undefined.path)
        }
        switch try context.requireNumber(value, "abs()") {
        case .int(let number):
            if number == .min { throw .integerTooLarge }
            return .int(abs(number))
        case .float(let number): return .float(abs(number))
        case .large(let digits):
            if digits.first == UInt8(ascii: "-") { throw .integerTooLarge }
            return value
        }
    }

    static func int(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let bound = try arguments.bound(to: ["default", "base"], of: "int")
        let fallback = bound[0] ?? .int(0)
        if case .undefined(let undefined) = value { throw undefined.fault }
        switch context.number(value) {
        case .int(let number): return .int(number)
        case .large: return value
        case .float(let number):
            if number.isNaN { return fallback }
            return .int(try context.truncated(number))
        case nil: break
        }
        guard context.isString(value) else { return fallback }
        let text = try context.text(of: value)
        try context.spend(reading: text.bytes.count)
        var base: Int?
        if let given = bound[1] { base = try context.index(given) } else { base = 10 }
        if let base, let integer = NumberParsing.integer(text.bytes, base: base) {
            switch integer {
            case .int(let number): return .int(number)
            case .tooLarge: throw .integerTooLarge
            }
        }
        // Jinja2's way to make 42 of "42.23".
        guard let float = NumberParsing.float(text.bytes), float.isFinite else { return fallback }
        return .int(try context.truncated(float))
    }

    static func float(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let fallback = try arguments.bound(to: ["default"], of: "float")[0] ?? .float(0)
        return try context.float(value).map { .float($0) } ?? fallback
    }

    static func sum(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let bound = try arguments.bound(to: ["attribute", "start"], of: "sum")
        let path = try AttributePath(optional: bound[0], context)
        var sum = bound[1] ?? .int(0)
        let elements = try context.elements(of: value)
        if context.isString(sum) { throw .type("sum() can't sum strings [use ''.join(seq) instead]") }
        for index in 0..<elements.count {
            try context.spend()
            var element = elements[index]
            if let path { element = try path.value(of: element, context) }
            sum = try context.binary(.add, sum, element)
        }
        return sum
    }

    static func fileSize(
        _ value: Value, _ arguments: Arguments, _ context: RenderContext
    ) throws(RenderFault) -> Value {
        let isBinary = try arguments.bound(to: ["binary"], of: "filesizeformat").flag(0, context)
        guard let bytes = try context.float(value) else {
            throw context.isString(value)
                ? .value("could not convert string to float")
                : .type("float() argument must be a string or a real number, not '\(context.typeName(of: value))'")
        }
        let base: Double = isBinary ? 1024 : 1000
        if bytes == 1 { return "1 Byte" }
        var output: [UInt8] = []
        if bytes < base {
            output.append(decimal: try context.truncated(bytes))
            output.append(" Bytes")
            return .string(output)
        }
        let letters: [StaticString] =
            isBinary
            ? [" KiB", " MiB", " GiB", " TiB", " PiB", " EiB", " ZiB", " YiB"]
            : [" kB", " MB", " GB", " TB", " PB", " EB", " ZB", " YB"]
        var unit = base
        var place = -1
        repeat {
            unit *= base
            place += 1
        } while !(bytes < unit) && place < letters.count - 1
        output += FloatFormat.digits(
            of: base * bytes / unit, type: UInt8(ascii: "f"), precision: 1, isAlternate: false)
        output.append(letters[place])
        return .string(output)
    }

    static func round(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let bound = try arguments.bound(to: ["precision", "method"], of: "round")
        var method = "common"
        if let given = bound[1] {
            method = context.isString(given) ? try context.text(of: given).string : ""
            guard ["common", "ceil", "floor"].contains(method) else {
                throw RenderFault(.filterArgument, "method must be common, ceil or floor")
            }
        }
        if method != "common" { return try roundedOutwards(value, bound[0] ?? .int(0), method, context) }
        guard let number = context.number(value) else {
            throw .type("type \(context.typeName(of: value)) doesn't define __round__ method")
        }
        // Python's round(x, None) is an int.
        if let precision = bound[0], context.isNone(precision) {
            guard case .float(let number) = number else { return context.plus(number, value) }
            return .int(try context.truncated(number.rounded(.toNearestOrEven)))
        }
        let precision = try bound[0].map { value throws(RenderFault) in try context.requireIndex(value) } ?? 0
        switch number {
        case .int(let number): return .int(try rounded(number, precision))
        case .float(let number): return .float(try rounded(number, precision))
        case .large:
            if precision >= 0 { return value }
            throw .integerTooLarge
        }
    }

    /// To a multiple of ten to the power of `-precision`, a half to the even one.
    private static func rounded(_ number: Int, _ precision: Int) throws(RenderFault) -> Int {
        guard precision < 0 else { return number }
        guard precision >= -18 else { return 0 }
        let unit = (0..<(-precision)).reduce(1) { value, _ in value * 10 }
        var quotient = number / unit
        let rest = (number % unit).magnitude
        let half = UInt(unit / 2)
        if rest > half || rest == half && quotient % 2 != 0 { quotient += number < 0 ? -1 : 1 }
        let (product, overflows) = quotient.multipliedReportingOverflow(by: unit)
        if overflows { throw .integerTooLarge }
        return product
    }

    static func rounded(_ number: Double, _ precision: Int) throws(RenderFault) -> Double {
        guard number.isFinite, precision <= 323 else { return number }
        if precision < -308 { return number * 0 }
        var expansion = DecimalExpansion(number.magnitude)
        expansion.round(places: precision)
        var digits: [UInt8] = expansion.integerDigits
        digits.append(".")
        digits += expansion.digits[expansion.point...].map { $0 + 48 }
        if expansion.digits.count == expansion.point { digits.append(48) }
        let rounded = Double(String(decoding: digits, as: UTF8.self)) ?? .infinity
        if rounded.isInfinite { throw RenderFault(.overflow, "rounded value too large to represent") }
        return number.sign == .minus ? -rounded : rounded
    }

    /// `ceil(value * 10 ** precision) / 10 ** precision`, as Jinja2 has it.
    private static func roundedOutwards(
        _ value: Value, _ precision: Value, _ method: String, _ context: RenderContext
    ) throws(RenderFault) -> Value {
        let scale = try context.binary(.power, .int(10), precision)
        let scaled = try context.binary(.multiply, value, scale)
        let whole: Value
        switch context.number(scaled) {
        case .int(let number): whole = .int(number)
        case .float(let number):
            whole = .int(try context.truncated(number.rounded(method == "ceil" ? .up : .down)))
        case .large: throw .integerTooLarge
        case nil: throw .type("must be real number, not \(context.typeName(of: scaled))")
        }
        return try context.binary(.divide, whole, scale)
    }
}

extension RenderContext {
    /// Python's `int()` of a float.
    func truncated(_ number: Double) throws(RenderFault) -> Int {
        if number.isNaN { throw .value("cannot convert float NaN to integer") }
        if number.isInfinite { throw RenderFault(.overflow, "cannot convert float infinity to integer") }
        guard let whole = Int(exactly: number.rounded(.towardZero)) else { throw .integerTooLarge }
        return whole
    }

    /// Python's `float()`; nil where it raises a TypeError or ValueError.
    func float(_ value: Value) throws(RenderFault) -> Double? {
        if case .undefined(let undefined) = value { throw undefined.fault }
        switch number(value) {
        case .int(let number): return Double(number)
        case .float(let number): return number
        case .large(let digits): return Double(String(decoding: digits, as: UTF8.self))
        case nil: break
        }
        guard isString(value) else { return nil }
        let text = try text(of: value)
        try spend(reading: text.bytes.count)
        return NumberParsing.float(text.bytes)
    }

    /// An integer as a value of its own, a bool made one.
    fileprivate func plus(_ number: Number, _ value: Value) -> Value {
        if case .int(let number) = number { return .int(number) }
        return value
    }
}

extension Value: ExpressibleByStringLiteral {
    init(stringLiteral value: String) { self = .string(Text(value)) }
}
