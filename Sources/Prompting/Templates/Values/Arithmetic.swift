extension RenderContext {
    func binary(_ op: BinaryOperator, _ a: Value, _ b: Value) throws(RenderFault) -> Value {
        let a = plain(a)
        let b = plain(b)
        if op == .modulo, case .string(let format) = a { return try .string(percentFormat(format, b)) }
        if let undefined = anyUndefined(a, b) { throw undefined.fault }
        if let first = number(a), let second = number(b) { return try arithmetic(op, first, second) }
        switch op {
        case .add: if let sum = try concatenation(a, b) { return sum }
        case .multiply: if let product = try repetition(a, b) { return product }
        case .subtract: if let difference = try keyDifference(a, b) { return difference }
        case .divide, .floorDivide, .modulo, .power: break
        }
        let name = op == .power ? "** or pow()" : op.rawValue
        throw .type("unsupported operand type(s) for \(name): '\(typeName(of: a))' and '\(typeName(of: b))'")
    }

    func negated(_ value: Value) throws(RenderFault) -> Value {
        switch try requireNumber(value, "unary -") {
        case .int(let number):
            if number == .min { throw .integerTooLarge }
            return .int(-number)
        case .float(let number): return .float(-number)
        case .large: throw .integerTooLarge
        }
    }

    func plus(_ value: Value) throws(RenderFault) -> Value {
        switch try requireNumber(value, "unary +") {
        case .int(let number): return .int(number)
        case .float(let number): return .float(number)
        case .large: return value
        }
    }

    func requireNumber(_ value: Value, _ operation: String) throws(RenderFault) -> Number {
        if case .undefined(let undefined) = value { throw undefined.fault }
        if let number = number(value) { return number }
        throw .type("bad operand type for \(operation): '\(typeName(of: value))'")
    }

    // MARK: - Sequences

    private func concatenation(_ a: Value, _ b: Value) throws(RenderFault) -> Value? {
        if case .string(let first) = a, case .string(let second) = b {
            try spend(bytes: first.bytes.count + second.bytes.count)
            if first.isMarkup || second.isMarkup {
                return try .string(Text(escaped(first).bytes + escaped(second).bytes, isMarkup: true))
            }
            return .string(first.bytes + second.bytes)
        }
        if listElements(a) != nil, listElements(b) != nil { return .list(try joined(array(of: a), array(of: b))) }
        if let first = tupleElements(a), let second = tupleElements(b) { return .tuple(try joined(first, second)) }
        return nil
    }

    private func joined(_ a: [Value], _ b: [Value]) throws(RenderFault) -> [Value] {
        try spend(bytes: 16 * (a.count + b.count))
        return a + b
    }

    private func repetition(_ a: Value, _ b: Value) throws(RenderFault) -> Value? {
        if let count = try index(b) { return try repeated(a, count) }
        if let count = try index(a) { return try repeated(b, count) }
        return nil
    }

    private func repeated(_ value: Value, _ count: Int) throws(RenderFault) -> Value? {
        let count = max(count, 0)
        if case .string(let text) = value {
            try spend(bytes: text.bytes.count, times: count)
            var bytes: [UInt8] = []
            bytes.reserveCapacity(text.bytes.count * count)
            // Nothing, a thousand million times, is nothing at once.
            if !text.bytes.isEmpty { for _ in 0..<count { bytes.append(contentsOf: text.bytes) } }
            return .string(Text(bytes, isMarkup: text.isMarkup))
        }
        let isList = listElements(value) != nil
        guard isList || tupleElements(value) != nil else { return nil }
        let elements = try array(of: value)
        try spend(bytes: 16 * elements.count, times: count)
        var values: [Value] = []
        values.reserveCapacity(elements.count * count)
        if !elements.isEmpty { for _ in 0..<count { values.append(contentsOf: elements) } }
        return isList ? .list(values) : .tuple(values)
    }

    /// Python makes a set of these, which has no place here.
    private func keyDifference(_ a: Value, _ b: Value) throws(RenderFault) -> Value? {
        if case .rare(.view(let view, _)) = a, view != .values { throw .type("a set is not supported") }
        return nil
    }

    /// Pays for something that is made that many times over.
    func spend(bytes: Int, times: Int) throws(RenderFault) {
        let (product, overflows) = bytes.multipliedReportingOverflow(by: times)
        try spend(bytes: overflows ? .max : product)
    }
}
