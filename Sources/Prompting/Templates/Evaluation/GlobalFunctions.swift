/// The functions that every template can call, unless its input has something of the same name.
enum GlobalFunction: String, Sendable, CaseIterable {
    case range, dict, namespace, cycler, joiner, lipsum

    /// A class in Python, not a function.
    var isType: Bool {
        switch self {
        case .dict, .namespace, .cycler, .joiner: true
        case .range, .lipsum: false
        }
    }
}

extension Machine {
    /// The sandbox's own limit.
    static let maximumRange = 100_000

    func call(_ function: GlobalFunction, _ arguments: Arguments) throws(RenderFault) -> Value {
        switch function {
        case .range: return try range(arguments)
        case .dict: return .dict(try dict(arguments, of: "dict"))
        case .namespace:
            let dict = try dict(arguments, of: "namespace")
            let namespace = NamespaceValue()
            for (key, value) in zip(dict.keys, dict.values) {
                // Attributes are strings; other keys could never be asked for.
                if case .string(let name) = context.plain(key) { _ = namespace.set(name, value) }
            }
            return try add(.namespace(namespace))
        case .cycler:
            guard arguments.keywords.isEmpty else { throw RenderFault(.type, "cycler() takes no keyword arguments") }
            guard !arguments.positional.isEmpty else {
                throw RenderFault(.runtime, "at least one item has to be provided")
            }
            return try add(.cycler(CyclerValue(arguments.positional)))
        case .joiner:
            let separator = try arguments.bound(to: ["sep"], of: "joiner")[0]
            return try add(.joiner(JoinerValue(separator ?? .string(Text(", ")))))
        case .lipsum: throw RenderFault(.refused, "lipsum() is not supported: a prompt is not filled at random")
        }
    }

    private func range(_ arguments: Arguments) throws(RenderFault) -> Value {
        let values = try arguments.positional(1...3, of: "range")
        var bounds: [Int] = []
        for value in values { bounds.append(try context.requireIndex(value)) }
        let step = bounds.count == 3 ? bounds[2] : 1
        guard step != 0 else { throw RenderFault(.value, "range() arg 3 must not be zero") }
        let range =
            bounds.count == 1
            ? RangeValue(start: 0, stop: bounds[0], step: 1)
            : RangeValue(start: bounds[0], stop: bounds[1], step: step)
        guard range.count <= Self.maximumRange else {
            throw RenderFault(
                .overflow, "range too big: the sandbox blocks ranges larger than \(Self.maximumRange)")
        }
        return .range(range)
    }

    /// Python's `dict(…)`: of a mapping or of pairs, and of keywords.
    private func dict(_ arguments: Arguments, of function: String) throws(RenderFault) -> Dict {
        guard arguments.positional.count <= 1 else {
            throw RenderFault(
                .type, "\(function) expected at most 1 argument, got \(arguments.positional.count)")
        }
        var keys: [Value] = []
        var values: [Value] = []
        if let source = arguments.positional.first {
            if case .undefined(let undefined) = source { throw undefined.fault }
            let isMapping = context.isDict(source)
            let elements = try context.elements(of: source)
            let ofMapping = isMapping ? try context.elements(of: .rare(.view(.values, of: source))) : nil
            try context.spend(steps: elements.count)
            for index in 0..<elements.count {
                if let ofMapping {
                    keys.append(elements[index])
                    values.append(ofMapping[index])
                } else {
                    let pair = try context.elements(of: elements[index])
                    guard pair.count == 2 else {
                        throw RenderFault(
                            .value,
                            "dictionary update sequence element #\(index) has length \(pair.count); 2 is required")
                    }
                    keys.append(pair[0])
                    values.append(pair[1])
                }
            }
        }
        for keyword in arguments.keywords {
            keys.append(.string(Text(keyword.name)))
            values.append(keyword.value)
        }
        return try context.makeDict(keys: keys, values: values)
    }
}
