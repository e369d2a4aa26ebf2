import JSON

/// A number of any of Python's kinds, compared by what it stands for.
enum Number {
    case int(Int)
    case float(Double)
    /// An integer of the input beyond 64 bits: its digits, a minus before them perhaps.
    case large([UInt8])

    static func == (a: Number, b: Number) -> Bool { order(a, b) == 0 }

    /// Below zero: a < b. nil where one is not a number.
    static func order(_ a: Number, _ b: Number) -> Int? {
        switch (a, b) {
        case (.int(let a), .int(let b)): return a < b ? -1 : a == b ? 0 : 1
        case (.float(let a), .float(let b)): return a < b ? -1 : a == b ? 0 : a > b ? 1 : nil
        case (.int(let a), .float(let b)): return order(a, b)
        case (.float(let a), .int(let b)): return order(b, a).map { -$0 }
        case (.large(let a), .large(let b)): return orderOfDigits(a, b)
        case (.large(let a), .int): return isNegative(a) ? -1 : 1
        case (.int, .large(let b)): return isNegative(b) ? 1 : -1
        case (.large(let a), .float(let b)): return orderOfDigits(a, b)
        case (.float(let a), .large(let b)): return orderOfDigits(b, a).map { -$0 }
        }
    }

    /// Exact, where turning the integer into a double would round it.
    private static func order(_ a: Int, _ b: Double) -> Int? {
        if b.isNaN { return nil }
        if b >= 0x1p63 { return -1 }
        if b < -0x1p63 { return 1 }
        let whole = Int(b.rounded(.towardZero))
        if a != whole { return a < whole ? -1 : 1 }
        let fraction = b - b.rounded(.towardZero)
        return fraction > 0 ? -1 : fraction < 0 ? 1 : 0
    }

    private static func isNegative(_ digits: [UInt8]) -> Bool { digits.first == UInt8(ascii: "-") }

    private static func orderOfDigits(_ a: [UInt8], _ b: [UInt8]) -> Int {
        if isNegative(a) != isNegative(b) { return isNegative(a) ? -1 : 1 }
        let sign = isNegative(a) ? -1 : 1
        if a.count != b.count { return a.count < b.count ? -sign : sign }
        return a == b ? 0 : a.lexicographicallyPrecedes(b) ? -sign : sign
    }

    private static func orderOfDigits(_ a: [UInt8], _ b: Double) -> Int? {
        if b.isNaN { return nil }
        if b.isInfinite { return b > 0 ? -1 : 1 }
        let whole = DecimalExpansion(b.magnitude).integerDigits
        return orderOfDigits(a, (b < 0 ? [UInt8(ascii: "-")] : []) + whole)
    }
}

extension RenderContext {
    /// The number that a value is, a bool being one; nil of anything else.
    func number(_ value: Value) -> Number? {
        switch value {
        case .int(let number): return .int(number)
        case .float(let number): return .float(number)
        case .bool(let bool): return .int(bool ? 1 : 0)
        case .input(let node):
            switch inputKind(node) {
            case .number, .bool:
                let plain = plain(value)
                if case .input = plain { return .large(Array(inputBytes(node))) }
                return number(plain)
            case .string, .null, .array, .object: return nil
            }
        case .undefined, .none, .string, .list, .tuple, .dict, .range, .object, .rare: return nil
        }
    }

    /// What Python takes for an index or a width: an int or a bool; nil of anything else.
    func index(_ value: Value) throws(RenderFault) -> Int? {
        switch number(value) {
        case .int(let number): return number
        case .large: throw .integerTooLarge
        case .float, nil: return nil
        }
    }

    /// An integer argument; a fault in Python's words of anything else.
    func requireIndex(_ value: Value) throws(RenderFault) -> Int {
        if let index = try index(value) { return index }
        if case .undefined(let undefined) = value { throw undefined.fault }
        throw .type("'\(typeName(of: value))' object cannot be interpreted as an integer")
    }
}
