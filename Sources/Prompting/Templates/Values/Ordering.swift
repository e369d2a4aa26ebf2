import JSON

extension RenderContext {
    func compare(_ a: Value, _ op: ComparisonOperator, _ b: Value) throws(RenderFault) -> Bool {
        switch op {
        case .equal: return try equal(a, b)
        case .notEqual: return try !equal(a, b)
        case .in: return try contains(b, a)
        case .notIn: return try !contains(b, a)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return try order(a, op, b, depth: 0)
        }
    }

    /// Python's `<`.
    func isLess(_ a: Value, _ b: Value) throws(RenderFault) -> Bool { try order(a, .less, b, depth: 0) }

    private func order(_ a: Value, _ op: ComparisonOperator, _ b: Value, depth: Int) throws(RenderFault) -> Bool {
        let a = plain(a)
        let b = plain(b)
        if let undefined = anyUndefined(a, b) { throw undefined.fault }
        if let a = number(a), let b = number(b) {
            guard let order = Number.order(a, b) else { return false }
            return Self.holds(order, op)
        }
        if case .string(let a) = a, case .string(let b) = b {
            try spend(reading: min(a.bytes.count, b.bytes.count))
            // The order of UTF-8's bytes is that of the code points.
            if a.bytes == b.bytes { return op == .lessOrEqual || op == .greaterOrEqual }
            return Self.holds(a.bytes.lexicographicallyPrecedes(b.bytes) ? -1 : 1, op)
        }
        if let a = listElements(a), let b = listElements(b) { return try order(a, op, b, depth: depth) }
        if let a = tupleElements(a), let b = tupleElements(b) {
            return try order(ValueElements(a), op, ValueElements(b), depth: depth)
        }
        if case .rare(.view(let first, let dict)) = a, case .rare(.view(let second, let other)) = b,
            first != .values, second != .values
        {
            return try orderSets(first, dict, op, second, other)
        }
        throw .type(
            "'\(op.rawValue)' not supported between instances of '\(typeName(of: a))' and '\(typeName(of: b))'")
    }

    private func order(
        _ a: ValueElements, _ op: ComparisonOperator, _ b: ValueElements, depth: Int
    ) throws(RenderFault) -> Bool {
        guard depth < limits.depth else { throw .tooDeep(limits.depth) }
        for index in 0..<min(a.count, b.count) {
            try spend()
            if try !equal(a[index], b[index]) { return try order(a[index], op, b[index], depth: depth + 1) }
        }
        return Self.holds(a.count - b.count, op)
    }

    /// Of keys and items `<` means: is a proper subset.
    private func orderSets(
        _ first: Value.View, _ a: Value, _ op: ComparisonOperator, _ second: Value.View, _ b: Value
    ) throws(RenderFault) -> Bool {
        let isReversed = op == .greater || op == .greaterOrEqual
        let (small, large) = isReversed ? (b, a) : (a, b)
        let (smallView, largeView) = isReversed ? (second, first) : (first, second)
        let (smallCount, largeCount) = try (length(of: small), length(of: large))
        if op == .less || op == .greater ? smallCount >= largeCount : smallCount > largeCount { return false }
        for element in try elements(of: .rare(.view(smallView, of: small))) {
            try spend()
            if try !contains(.rare(.view(largeView, of: large)), element) { return false }
        }
        return true
    }

    private static func holds(_ order: Int, _ op: ComparisonOperator) -> Bool {
        switch op {
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        case .equal, .notEqual, .in, .notIn: false
        }
    }
}
