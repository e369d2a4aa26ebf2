extension RenderContext {
    /// Python's `format % arguments` of a string; of markup it escapes what it takes in.
    func percentFormat(_ format: Text, _ arguments: Value) throws(RenderFault) -> Text {
        try spend(bytes: format.bytes.count)
        var filling = PercentFormat(context: self, isMarkup: format.isMarkup, arguments)
        return Text(try filling.filled(format.bytes), isMarkup: format.isMarkup)
    }
}

/// One `%` formatting under way.
private struct PercentFormat {
    let context: RenderContext
    let isMarkup: Bool
    /// What `%(name)s` looks in: anything with items but a tuple or a string.
    private var mapping: Value?
    private var values: [Value]
    private var position = 0
    private var isSingle: Bool

    init(context: RenderContext, isMarkup: Bool, _ arguments: Value) {
        self.context = context
        self.isMarkup = isMarkup
        if let tuple = context.tupleElements(arguments) {
            values = tuple
            isSingle = false
            return
        }
        values = [arguments]
        isSingle = true
        switch arguments {
        case .list, .dict, .range, .undefined: mapping = arguments
        case .input: if !context.isString(arguments), context.number(arguments) == nil { mapping = arguments }
        case .none, .bool, .int, .float, .string, .tuple, .object, .rare: break
        }
    }

    private struct Conversion {
        var isLeft = false
        var hasPlus = false
        var hasSpace = false
        var isAlternate = false
        var hasZero = false
        var width = 0
        var precision: Int?
        var type: UInt8 = 0
    }

    mutating func filled(_ format: [UInt8]) throws(RenderFault) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(format.count + 16)
        var place = 0
        while place < format.count {
            let byte = format[place]
            place += 1
            if byte != UInt8(ascii: "%") {
                output.append(byte)
                continue
            }
            try context.spend()
            try convert(format, &place, to: &output)
        }
        if mapping == nil, position < values.count {
            throw .type("not all arguments converted during string formatting")
        }
        return output
    }

    private mutating func next() throws(RenderFault) -> Value {
        guard position < values.count else { throw .type("not enough arguments for format string") }
        position += 1
        return values[position - 1]
    }

    private mutating func convert(_ format: [UInt8], _ place: inout Int, to output: inout [UInt8]) throws(RenderFault) {
        func byte() throws(RenderFault) -> UInt8 {
            guard place < format.count else { throw .value("incomplete format") }
            return format[place]
        }
        // With anything between them, the second is an unknown conversion.
        if try byte() == UInt8(ascii: "%") {
            place += 1
            return output.append("%")
        }
        var conversion = Conversion()
        var keyed: Value?
        if try byte() == UInt8(ascii: "(") {
            guard let mapping else { throw .type("format requires a mapping") }
            place += 1
            let start = place
            var depth = 1
            while place < format.count {
                if format[place] == UInt8(ascii: "(") { depth += 1 }
                if format[place] == UInt8(ascii: ")") { depth -= 1 }
                if depth == 0 { break }
                place += 1
            }
            guard place < format.count else { throw .value("incomplete format key") }
            keyed = try member(of: mapping, Text(format[start..<place]))
            place += 1
        }
        flags: while true {
            switch try byte() {
            case UInt8(ascii: "-"): conversion.isLeft = true
            case UInt8(ascii: "+"): conversion.hasPlus = true
            case UInt8(ascii: " "): conversion.hasSpace = true
            case UInt8(ascii: "#"): conversion.isAlternate = true
            case UInt8(ascii: "0"): conversion.hasZero = true
            case _: break flags
            }
            place += 1
        }
        if try byte() == UInt8(ascii: "*") {
            place += 1
            let width = try starred()
            if width < 0 { conversion.isLeft = true }
            conversion.width = Int(clamping: width.magnitude)
        } else {
            conversion.width = try number(format, &place, "width") ?? 0
        }
        if try byte() == UInt8(ascii: ".") {
            place += 1
            if try byte() == UInt8(ascii: "*") {
                place += 1
                let precision = try starred()
                guard precision <= Int(Int32.max) else { throw RenderFault(.overflow, "precision too big") }
                conversion.precision = max(precision, 0)
            } else {
                conversion.precision = try number(format, &place, "precision") ?? 0
            }
        }
        if try [UInt8(ascii: "h"), UInt8(ascii: "l"), UInt8(ascii: "L")].contains(byte()) { place += 1 }
        conversion.type = try byte()
        place += 1
        if let keyed {
            try append(keyed, conversion, to: &output)
        } else {
            try append(next(), conversion, to: &output)
        }
    }

    private func member(of mapping: Value, _ key: Text) throws(RenderFault) -> Value {
        if case .undefined(let undefined) = mapping { throw undefined.fault }
        guard context.isDict(mapping) else {
            throw .type("\(context.typeName(of: mapping)) indices must be integers or slices, not str")
        }
        guard let value = try context.member(of: mapping, .string(key)) else {
            throw .value("the format names a key that is not there")
        }
        return value
    }

    private mutating func starred() throws(RenderFault) -> Int {
        guard let number = try context.index(try next()) else { throw .type("* wants int") }
        return number
    }

    private func number(_ format: [UInt8], _ place: inout Int, _ what: String) throws(RenderFault) -> Int? {
        let start = place
        var number = 0
        while place < format.count, (48...57).contains(format[place]) {
            number = number * 10 + Int(format[place]) - 48
            if number > Int(Int32.max) { throw .value("\(what) too big") }
            place += 1
        }
        return place > start ? number : nil
    }

    private func append(_ value: Value, _ conversion: Conversion, to output: inout [UInt8]) throws(RenderFault) {
        let value = context.plain(value)
        var prefix: [UInt8] = []
        var body: [UInt8]
        var isNumber = false
        switch conversion.type {
        case UInt8(ascii: "s"): body = isMarkup ? try context.escaped(value).bytes : try context.text(of: value).bytes
        case UInt8(ascii: "r"), UInt8(ascii: "a"):
            body = try context.repr(of: value).bytes
            if conversion.type == UInt8(ascii: "a") {
                let repr = body
                body = []
                appendASCIIRepr(of: repr, to: &body)
            }
            if isMarkup { body = try context.forceEscaped(Text(body)).bytes }
        case UInt8(ascii: "c"): body = try character(value)
        case UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "u"), UInt8(ascii: "o"), UInt8(ascii: "x"),
            UInt8(ascii: "X"):
            (prefix, body) = try integer(value, conversion)
            isNumber = true
        case UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "g"),
            UInt8(ascii: "G"):
            (prefix, body) = try float(value, conversion)
            isNumber = true
        case _: throw .value("unsupported format character")
        }
        if !isNumber, conversion.type != UInt8(ascii: "c"), let precision = conversion.precision {
            body = Array(body[..<body.offset(ofScalar: precision)])
        }
        let missing = max(conversion.width - prefix.count - body.scalarCount, 0)
        try context.spend(bytes: missing)
        try context.spend(bytes: prefix.count + body.count)
        let isZeroFilled = isNumber && conversion.hasZero && !conversion.isLeft
        if !conversion.isLeft, !isZeroFilled { output.append(repeating: 0x20, count: missing) }
        output += prefix
        if isZeroFilled { output.append(repeating: 48, count: missing) }
        output += body
        if conversion.isLeft { output.append(repeating: 0x20, count: missing) }
    }

    private func character(_ value: Value) throws(RenderFault) -> [UInt8] {
        if case .string(let text) = value {
            guard text.count == 1 else { throw .type("%c requires int or char") }
            return text.bytes
        }
        guard let code = try context.index(value) else { throw .type("%c requires int or char") }
        guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else {
            throw RenderFault(.overflow, "%c arg not in range(0x110000)")
        }
        var bytes: [UInt8] = []
        bytes.append(scalar)
        return bytes
    }

    private func sign(isNegative: Bool, _ conversion: Conversion) -> [UInt8] {
        if isNegative { return [UInt8(ascii: "-")] }
        return conversion.hasPlus ? [UInt8(ascii: "+")] : conversion.hasSpace ? [0x20] : []
    }

    private func integer(
        _ value: Value, _ conversion: Conversion
    ) throws(RenderFault) -> (prefix: [UInt8], digits: [UInt8]) {
        let type = conversion.type
        let isDecimal = type == UInt8(ascii: "d") || type == UInt8(ascii: "i") || type == UInt8(ascii: "u")
        if isDecimal, case .undefined(let undefined) = value { throw undefined.fault }
        let number: Int
        switch context.number(value) {
        case .int(let int): number = int
        case .float(let float) where isDecimal: number = try context.truncated(float)
        case .large(let digits):
            guard isDecimal, conversion.precision == nil else { throw .integerTooLarge }
            let isNegative = digits.first == UInt8(ascii: "-")
            return (sign(isNegative: isNegative, conversion), Array(digits.dropFirst(isNegative ? 1 : 0)))
        case .float, nil:
            let wanted = isDecimal ? "a real number" : "an integer"
            throw .type(
                "%\(String(UnicodeScalar(type))) format: \(wanted) is required, not \(context.typeName(of: value))")
        }
        let radix = isDecimal ? 10 : type == UInt8(ascii: "o") ? 8 : 16
        var digits = Array(String(number.magnitude, radix: radix, uppercase: type == UInt8(ascii: "X")).utf8)
        if let precision = conversion.precision, precision > digits.count {
            try context.spend(bytes: precision)
            digits = [UInt8](repeating: 48, count: precision - digits.count) + digits
        }
        var prefix = sign(isNegative: number < 0, conversion)
        if conversion.isAlternate, radix != 10 { prefix += [48, type] }
        return (prefix, digits)
    }

    private func float(
        _ value: Value, _ conversion: Conversion
    ) throws(RenderFault) -> (prefix: [UInt8], digits: [UInt8]) {
        if case .undefined(let undefined) = value { throw undefined.fault }
        let number: Double
        switch context.number(value) {
        case .int(let int): number = Double(int)
        case .float(let float): number = float
        case .large(let digits): number = Double(String(decoding: digits, as: UTF8.self)) ?? .infinity
        case nil: throw .type("must be real number, not \(context.typeName(of: value))")
        }
        let precision = conversion.precision ?? 6
        try context.spend(bytes: 400 + precision)
        let digits = FloatFormat.digits(
            of: number.magnitude, type: conversion.type, precision: precision, isAlternate: conversion.isAlternate)
        return (sign(isNegative: number.sign == .minus && !number.isNaN, conversion), digits)
    }
}
