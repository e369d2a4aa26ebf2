import JSON

extension RenderContext {
    /// Calls a method of Python's own types; nil where the value has none of that name.
    func callMethod(_ receiver: Value, _ name: String, _ arguments: Arguments) throws(RenderFault) -> Value? {
        switch receiver {
        case .string(let text): return try callStringMethod(text, name, arguments)
        case .list, .tuple, .range, .rare(.group): return try callSequenceMethod(receiver, name, arguments)
        case .dict: return try callDictMethod(receiver, name, arguments)
        case .int(let number): return try callIntMethod(number, name, arguments)
        case .bool(let bool): return try callIntMethod(bool ? 1 : 0, name, arguments)
        case .float(let number): return try callFloatMethod(number, name, arguments)
        case .input(let node):
            switch inputKind(node) {
            case .string: return try callStringMethod(Text(inputText(node)), name, arguments)
            case .array: return try callSequenceMethod(receiver, name, arguments)
            case .object: return try callDictMethod(receiver, name, arguments)
            case .number, .bool:
                let plain = plain(receiver)
                if case .input = plain { return nil }
                return try callMethod(plain, name, arguments)
            case .null: return nil
            }
        case .undefined(let undefined):
            if BuiltinNames.ofObject.contains(name) { return nil }
            throw undefined.fault
        case .none, .object, .rare: return nil
        }
    }

    func isCallable(_ value: Value) -> Bool {
        switch value {
        case .rare(.method): return true
        // Jinja2's undefined values have a `__call__`, which raises.
        case .undefined: return true
        case .object(let object): return objects?.isCallable(object) ?? false
        case .none, .bool, .int, .float, .string, .list, .tuple, .dict, .range, .input, .rare: return false
        }
    }

    private func refusal(_ value: Value, _ name: String) -> RenderFault {
        RenderFault(.refused, "access to attribute '\(name)' of '\(typeName(of: value))' object is unsafe.")
    }

    // MARK: - Lists, tuples, ranges

    private func callSequenceMethod(
        _ receiver: Value, _ name: String, _ arguments: Arguments
    ) throws(RenderFault) -> Value? {
        let isList = listElements(receiver) != nil
        if isList, BuiltinNames.changesList.contains(name) { throw refusal(receiver, name) }
        switch name {
        case "copy" where isList:
            _ = try arguments.positional(0...0, of: name)
            return .list(try array(of: receiver))
        case "count":
            let wanted = try arguments.positional(1...1, of: name)[0]
            var count = 0
            let elements = try elements(of: receiver)
            for index in 0..<elements.count {
                try spend()
                if try equal(elements[index], wanted) { count += 1 }
            }
            return .int(count)
        case "index":
            var isRange = false
            if case .range = receiver { isRange = true }
            let given = try arguments.positional(isRange ? 1...1 : 1...3, of: name)
            let elements = try elements(of: receiver)
            let start = try given.count > 1 ? sequencePosition(given[1], elements.count) : 0
            let stop = try given.count > 2 ? sequencePosition(given[2], elements.count) : elements.count
            if start < stop {
                for index in start..<stop {
                    try spend()
                    if try equal(elements[index], given[0]) { return .int(index) }
                }
            }
            throw .value("the value is not in the \(typeName(of: receiver))")
        case _: return nil
        }
    }

    private func sequencePosition(_ value: Value, _ count: Int) throws(RenderFault) -> Int {
        let index = try requireIndex(value)
        return min(max(index < 0 ? index + count : index, 0), count)
    }

    // MARK: - Dicts

    private func callDictMethod(
        _ receiver: Value, _ name: String, _ arguments: Arguments
    ) throws(RenderFault) -> Value? {
        if BuiltinNames.changesDict.contains(name) { throw refusal(receiver, name) }
        switch name {
        case "get":
            let given = try arguments.positional(1...2, of: name)
            return try member(of: receiver, given[0]) ?? (given.count > 1 ? given[1] : .none)
        case "items", "keys", "values":
            _ = try arguments.positional(0...0, of: name)
            return Value.View(rawValue: name).map { .rare(.view($0, of: receiver)) }
        case "copy":
            _ = try arguments.positional(0...0, of: name)
            return receiver
        case "fromkeys":
            let given = try arguments.positional(1...2, of: name)
            let keys = try array(of: given[0])
            let value = given.count > 1 ? given[1] : .none
            return .dict(try makeDict(keys: keys, values: [Value](repeating: value, count: keys.count)))
        case _: return nil
        }
    }

    // MARK: - Numbers

    private func callIntMethod(_ number: Int, _ name: String, _ arguments: Arguments) throws(RenderFault) -> Value? {
        guard case .rare(.method) = BuiltinNames.attribute(name, of: number) else { return nil }
        _ = try arguments.positional(0...0, of: name)
        switch name {
        case "bit_length": return .int(Int.bitWidth - Int(number.magnitude.leadingZeroBitCount))
        case "bit_count": return .int(number.magnitude.nonzeroBitCount)
        case "as_integer_ratio": return .tuple([.int(number), .int(1)])
        case _: return .int(number)
        }
    }

    private func callFloatMethod(
        _ number: Double, _ name: String, _ arguments: Arguments
    ) throws(RenderFault) -> Value? {
        guard case .rare(.method) = BuiltinNames.attribute(name, of: number) else { return nil }
        _ = try arguments.positional(0...0, of: name)
        if name == "conjugate" { return .float(number) }
        return .bool(number.isFinite && number == number.rounded(.towardZero))
    }
}
