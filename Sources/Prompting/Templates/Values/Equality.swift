import JSON

extension RenderContext {
    /// Python's `==`. Comparing an undefined value is a fault when strict; when lenient it equals its like alone.
    func equal(_ a: Value, _ b: Value) throws(RenderFault) -> Bool { try equal(a, b, depth: 0) }

    private func equal(_ a: Value, _ b: Value, depth: Int) throws(RenderFault) -> Bool {
        if let same = try sameText(a, b) { return same }
        let a = plain(a)
        let b = plain(b)
        if let undefined = anyUndefined(a, b) {
            guard isLenient(undefined) else { throw undefined.fault }
            if case .undefined = a, case .undefined = b { return true }
            return false
        }
        if let a = number(a), let b = number(b) { return a == b }
        switch (a, b) {
        case (.string(let a), .string(let b)): return a == b
        case (.none, .none): return true
        case (.range(let a), .range(let b)):
            if a.count != b.count { return false }
            return a.count == 0 || a.start == b.start && (a.count == 1 || a.step == b.step)
        case (.object(let a), .object(let b)): return a == b
        case (.rare(.iterator(let a)), .rare(.iterator(let b))): return a === b
        case (.rare(.method(let a, let receiver)), .rare(.method(let b, let other))):
            guard a == b else { return false }
            return try equal(receiver, other, depth: depth + 1)
        case (.rare(.view(let a, let first)), .rare(.view(let b, let second))):
            guard a == b, a != .values else { return false }
            return try equalMembers(first, second, valuesToo: a == .items, depth: depth)
        case _: break
        }
        if let a = listElements(a), let b = listElements(b) { return try equal(a, b, depth: depth) }
        if let a = tupleElements(a), let b = tupleElements(b) {
            return try equal(ValueElements(a), ValueElements(b), depth: depth)
        }
        if isDict(a), isDict(b) { return try equalMembers(a, b, valuesToo: true, depth: depth) }
        return false
    }

    private func equal(_ a: ValueElements, _ b: ValueElements, depth: Int) throws(RenderFault) -> Bool {
        guard depth < limits.depth else { throw .tooDeep(limits.depth) }
        guard a.count == b.count else { return false }
        for index in 0..<a.count {
            try spend()
            guard try equal(a[index], b[index], depth: depth + 1) else { return false }
        }
        return true
    }

    private func equalMembers(_ a: Value, _ b: Value, valuesToo: Bool, depth: Int) throws(RenderFault) -> Bool {
        guard depth < limits.depth else { throw .tooDeep(limits.depth) }
        guard try length(of: a) == length(of: b) else { return false }
        let keys = try elements(of: a)
        let values = try elements(of: .rare(.view(.values, of: a)))
        for index in 0..<keys.count {
            try spend()
            guard let other = try member(of: b, keys[index]) else { return false }
            if valuesToo, try !equal(values[index], other, depth: depth + 1) { return false }
        }
        return true
    }

    /// Whether two strings say the same; nil where one is none. The input's are compared where they stand.
    @inline(__always) private func sameText(_ a: Value, _ b: Value) throws(RenderFault) -> Bool? {
        switch (a, b) {
        case (.string(let a), .string(let b)):
            guard a.bytes.count == b.bytes.count else { return false }
            try spend(reading: a.bytes.count)
            return a == b
        case (.input(let node), .string(let text)), (.string(let text), .input(let node)):
            guard inputKind(node) == .string else { return nil }
            try spend(reading: inputBytes(node).count)
            return inputText(node, equals: text.bytes)
        case (.input(let a), .input(let b)):
            guard inputKind(a) == .string, inputKind(b) == .string else { return nil }
            guard let text = plainInputText(a) else { return nil }
            try spend(reading: text.count)
            return inputText(b, equals: text)
        case _: return nil
        }
    }

    func anyUndefined(_ a: Value, _ b: Value) -> Undefined? {
        if case .undefined(let undefined) = a { return undefined }
        if case .undefined(let undefined) = b { return undefined }
        return nil
    }

    /// A list's elements; nil of anything else.
    func listElements(_ value: Value) -> ValueElements? {
        switch value {
        case .list(let values): return ValueElements(values)
        case .input(let node) where inputKind(node) == .array: return ValueElements(nodes: inputElements(node))
        case _: return nil
        }
    }

    /// A tuple's elements; nil of anything else.
    func tupleElements(_ value: Value) -> [Value]? {
        switch value {
        case .tuple(let values): return values
        case .rare(.group(let key, let members)): return [key, members]
        case _: return nil
        }
    }

    func isDict(_ value: Value) -> Bool {
        switch value {
        case .dict: return true
        case .input(let node): return inputKind(node) == .object
        case _: return false
        }
    }

    func isString(_ value: Value) -> Bool {
        switch value {
        case .string: return true
        case .input(let node): return inputKind(node) == .string
        case _: return false
        }
    }
}
