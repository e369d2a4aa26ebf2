/// What a function was passed, sorted to its parameters as Python does it.
struct BoundArguments {
    fileprivate(set) var values: [Value?]

    /// nil where the argument was left out.
    subscript(index: Int) -> Value? { values[index] }
}

extension Arguments {
    /// - Parameters:
    ///   - names: of the parameters that keywords can name, in their order.
    ///   - required: how many of the first must be passed.
    ///   - function: as messages call it.
    func bound(to names: [String], required: Int = 0, of function: String) throws(RenderFault) -> BoundArguments {
        var bound = BoundArguments(values: [Value?](repeating: nil, count: names.count))
        guard positional.count <= names.count else {
            throw .type("\(function)() takes at most \(names.count) arguments (\(positional.count) given)")
        }
        for (index, value) in positional.enumerated() { bound.values[index] = value }
        for keyword in keywords {
            guard let index = names.firstIndex(of: keyword.name) else {
                throw .type("\(function)() got an unexpected keyword argument")
            }
            guard bound.values[index] == nil else {
                throw .type("\(function)() got multiple values for argument '\(names[index])'")
            }
            bound.values[index] = keyword.value
        }
        for index in 0..<required where bound.values[index] == nil {
            throw .type("\(function)() missing 1 required argument: '\(names[index])'")
        }
        return bound
    }

    /// Of a function of Python's own that takes no keywords.
    func positional(_ counts: ClosedRange<Int>, of function: String) throws(RenderFault) -> [Value] {
        guard keywords.isEmpty else { throw .type("\(function)() takes no keyword arguments") }
        guard counts.contains(positional.count) else {
            let wanted =
                counts.count == 1
                ? "exactly \(counts.lowerBound)" : "from \(counts.lowerBound) to \(counts.upperBound)"
            throw .type("\(function)() takes \(wanted) arguments (\(positional.count) given)")
        }
        return positional
    }
}

extension RenderContext {
    func requireText(_ value: Value, _ function: String) throws(RenderFault) -> Text {
        guard isString(value) else {
            throw .type("\(function)() argument must be str, not \(typeName(of: value))")
        }
        return try text(of: value)
    }

    func isNone(_ value: Value?) -> Bool {
        guard let value else { return true }
        switch value {
        case .none: return true
        case .input(let node): return inputKind(node) == .null
        case _: return false
        }
    }
}
