import JSON

/// What iterating over a value yields, made element by element as it is asked for.
struct ValueElements {
    private enum Source {
        case values([Value])
        case slice(ArraySlice<Value>)
        case nodes([Int])
        case range(RangeValue)
        case ascii([UInt8])
        /// Keys and values of a dict in pairs.
        case pairs(Dict)
        /// Nodes of keys, each followed by that of its value.
        case members([Int], Value.View)
    }

    private let source: Source
    let count: Int

    private init(_ source: Source, count: Int) {
        self.source = source
        self.count = count
    }

    init(_ values: [Value]) { self.init(.values(values), count: values.count) }
    init(nodes: [Int]) { self.init(.nodes(nodes), count: nodes.count) }
    fileprivate init(_ range: RangeValue) { self.init(.range(range), count: range.count) }
    fileprivate init(ascii: [UInt8]) { self.init(.ascii(ascii), count: ascii.count) }
    fileprivate init(pairs dict: Dict) { self.init(.pairs(dict), count: dict.count) }
    fileprivate init(members keys: [Int], _ view: Value.View) { self.init(.members(keys, view), count: keys.count) }

    var isEmpty: Bool { count == 0 }

    /// - Parameter index: from 0 up to `count`.
    subscript(index: Int) -> Value {
        switch source {
        case .values(let values): return values[index]
        case .slice(let values): return values[values.startIndex + index]
        case .nodes(let nodes): return .input(nodes[index])
        case .range(let range): return .int(range[index])
        case .ascii(let bytes): return .string(Text.character(bytes[index]))
        case .pairs(let dict): return .tuple([dict.keys[index], dict.values[index]])
        case .members(let keys, let view):
            switch view {
            case .keys: return .input(keys[index])
            case .values: return .input(keys[index] + 1)
            case .items: return .tuple([.input(keys[index]), .input(keys[index] + 1)])
            }
        }
    }
}

extension ValueElements: Sequence {
    func makeIterator() -> AnyIterator<Value> {
        var index = 0
        return AnyIterator {
            guard index < count else { return nil }
            index += 1
            return self[index - 1]
        }
    }
}

extension RenderContext {
    /// What Python's `iter()` walks. Of an iterator it takes all that is left.
    func elements(of value: Value) throws(RenderFault) -> ValueElements {
        switch value {
        case .list(let values), .tuple(let values): return ValueElements(values)
        case .dict(let dict): return ValueElements(dict.keys)
        case .range(let range): return ValueElements(range)
        case .string(let text): return try characters(of: text)
        case .input(let node):
            switch inputKind(node) {
            case .array:
                try spend(bytes: 8 * Int(tape.nodes[node].count))
                return ValueElements(nodes: inputElements(node))
            case .object:
                try spend(bytes: 8 * Int(tape.nodes[node].count))
                return ValueElements(members: inputKeys(node), .keys)
            case .string: return try characters(of: Text(inputText(node)))
            case .number, .bool, .null: break
            }
        case .undefined(let undefined):
            if isLenient(undefined) { return ValueElements([]) }
            throw undefined.fault
        case .object(let object):
            if let values = try objects?.elements(of: object) { return ValueElements(values) }
        case .rare(.view(let view, let dict)): return try elements(of: dict, view)
        case .rare(.iterator(let iterator)): return ValueElements(iterator.takeRest())
        case .rare(.group(let key, let members)): return ValueElements([key, members])
        case .none, .bool, .int, .float, .rare(.method): break
        }
        throw .type("'\(typeName(of: value))' object is not iterable")
    }

    /// Without taking anything of it.
    func isIterable(_ value: Value) -> Bool {
        switch value {
        case .list, .tuple, .dict, .range, .string, .rare(.view), .rare(.iterator), .rare(.group): return true
        case .undefined(let undefined): return isLenient(undefined)
        case .none, .bool, .int, .float, .rare(.method): return false
        case .object(let object): return objects?.isIterable(object) ?? false
        case .input(let node):
            switch inputKind(node) {
            case .array, .object, .string: return true
            case .number, .bool, .null: return false
            }
        }
    }

    private func characters(of text: Text) throws(RenderFault) -> ValueElements {
        try spend(reading: text.bytes.count)
        if text.isASCII { return ValueElements(ascii: text.bytes) }
        let count = text.count
        try spend(bytes: 48 * count)
        var values: [Value] = []
        values.reserveCapacity(count)
        var scalars = Scalars(text.bytes)
        var start = 0
        while scalars.next() != nil {
            values.append(.string(Text(text.bytes[start..<scalars.position])))
            start = scalars.position
        }
        return ValueElements(values)
    }

    private func elements(of dict: Value, _ view: Value.View) throws(RenderFault) -> ValueElements {
        switch dict {
        case .dict(let dict):
            switch view {
            case .keys: return ValueElements(dict.keys)
            case .values: return ValueElements(dict.values)
            case .items: return ValueElements(pairs: dict)
            }
        case .input(let node):
            try spend(bytes: 8 * Int(tape.nodes[node].count))
            return ValueElements(members: inputKeys(node), view)
        case .undefined, .none, .bool, .int, .float, .string, .list, .tuple, .range, .object, .rare:
            throw .type("'\(typeName(of: dict))' object is not a dict")
        }
    }

    /// Python's `len()`.
    func length(of value: Value) throws(RenderFault) -> Int {
        switch value {
        case .string(let text):
            try spend(reading: text.bytes.count)
            return text.count
        case .list(let values), .tuple(let values): return values.count
        case .dict(let dict): return dict.count
        case .range(let range): return range.count
        case .rare(.group): return 2
        case .rare(.view(_, let dict)): return try length(of: dict)
        case .input(let node):
            switch inputKind(node) {
            case .array: return Int(tape.nodes[node].count)
            case .object:
                try spend(steps: Int(tape.nodes[node].count >> 2))
                return inputKeys(node).count
            case .string:
                try spend(reading: inputBytes(node).count)
                if let text = plainInputText(node) { return text.scalarCount }
                return inputText(node).scalarCount
            case .number, .bool, .null: break
            }
        case .undefined(let undefined):
            if isLenient(undefined) { return 0 }
            throw undefined.fault
        case .object(let object):
            if let values = try objects?.elements(of: object) { return values.count }
        case .none, .bool, .int, .float, .rare(.method), .rare(.iterator): break
        }
        throw .type("object of type '\(typeName(of: value))' has no len()")
    }

    /// The elements as a list of their own, paid for.
    func array(of value: Value) throws(RenderFault) -> [Value] {
        switch value {
        case .list(let values), .tuple(let values): return values
        case _:
            let elements = try elements(of: value)
            try spend(bytes: 16 * elements.count)
            try spend(steps: elements.count)
            var values: [Value] = []
            values.reserveCapacity(elements.count)
            for index in 0..<elements.count { values.append(elements[index]) }
            return values
        }
    }
}
