import JSON

extension RenderContext {
    /// Python's `element in container`.
    func contains(_ container: Value, _ element: Value) throws(RenderFault) -> Bool {
        switch container {
        case .string(let text): return try contains(text.bytes[...], element)
        case .dict: return try member(of: container, element) != nil
        case .range(let range):
            if case .undefined(let undefined) = element, !isLenient(undefined), range.count > 0 {
                throw undefined.fault
            }
            switch number(element) {
            case .int(let number): return range.position(of: number) != nil
            case .float(let number):
                guard let whole = Int(exactly: number) else { return false }
                return range.position(of: whole) != nil
            case .large, nil: return false
            }
        case .undefined(let undefined):
            if isLenient(undefined) { return false }
            throw undefined.fault
        case .input(let node):
            switch inputKind(node) {
            case .object: return try member(of: container, element) != nil
            case .string:
                if let text = plainInputText(node) { return try contains(text, element) }
                return try contains(inputText(node)[...], element)
            case .array, .number, .bool, .null: break
            }
        case .rare(.view(.keys, let dict)): return try member(of: dict, element) != nil
        case .rare(.iterator(let iterator)):
            while let next = iterator.next() {
                try spend()
                if try equal(next, element) { return true }
            }
            return false
        case .none, .bool, .int, .float, .list, .tuple, .object, .rare: break
        }
        guard isIterable(container) else {
            throw .type("argument of type '\(typeName(of: container))' is not iterable")
        }
        let elements = try elements(of: container)
        for index in 0..<elements.count {
            try spend()
            if try equal(elements[index], element) { return true }
        }
        return false
    }

    private func contains(_ text: ArraySlice<UInt8>, _ element: Value) throws(RenderFault) -> Bool {
        guard isString(element) else {
            throw .type("'in <string>' requires string as left operand, not \(typeName(of: element))")
        }
        try spend(reading: text.count)
        return try text.firstRange(of: self.text(of: element).bytes[...]) != nil
    }

    // MARK: - Dicts

    /// The value of a dict's (or input object's) key; nil where there is none. A key that Python cannot hash is a fault.
    func member(of dict: Value, _ key: Value) throws(RenderFault) -> Value? {
        switch dict {
        case .dict(let dict):
            if case .string(let name) = key {
                try spend(reading: name.bytes.count)
                return dict.value(named: name)
            }
            if case .input(let node) = key, inputKind(node) == .string {
                return dict.value(named: Text(inputText(node)))
            }
            let key = try dictKey(key)
            if let value = dict.value(of: key) { return value }
            if dict.count > Dict.fewKeys { return nil }
            for place in dict.keys.indices where try dictKey(dict.keys[place]) == key { return dict.values[place] }
            return nil
        case .input(let node):
            switch key {
            case .string(let name): return try inputMember(node, name.bytes).map { .input($0) }
            case .input(let other) where inputKind(other) == .string:
                return try inputMember(node, inputText(other)).map { .input($0) }
            case _:
                _ = try dictKey(key)
                return nil
            }
        case .undefined, .none, .bool, .int, .float, .string, .list, .tuple, .range, .object, .rare: return nil
        }
    }

    /// What a dict finds this key by.
    func dictKey(_ value: Value) throws(RenderFault) -> DictKey { try dictKey(value, depth: 0) }

    private func dictKey(_ value: Value, depth: Int) throws(RenderFault) -> DictKey {
        guard depth < limits.depth else { throw .tooDeep(limits.depth) }
        switch plain(value) {
        case .none: return .none
        case .bool(let bool): return .int(bool ? 1 : 0)
        case .int(let number): return .int(number)
        case .float(let number): return Int(exactly: number).map { .int($0) } ?? .float(number)
        case .string(let text):
            try spend(reading: text.bytes.count)
            return .text(text)
        case .tuple(let values): return .tuple(try dictKeys(values, depth: depth + 1))
        case .rare(.group(let key, let members)): return .tuple(try dictKeys([key, members], depth: depth + 1))
        case .range(let range):
            return .range(
                start: range.count > 0 ? range.start : 0, step: range.count > 1 ? range.step : 0,
                count: range.count)
        case .object(let object): return .object(object.index)
        case .undefined(let undefined):
            if isLenient(undefined) { return .undefined }
            throw undefined.fault
        case .input(let node) where inputKind(node) == .number: return .digits(Text(inputBytes(node)))
        case .rare(.iterator), .rare(.method), .rare(.view(.values, _)):
            // Python tells these by their address, which nothing else has: as a NaN, equal to none.
            return .float(.nan)
        case .list, .dict, .input, .rare(.view): throw .type("unhashable type: '\(typeName(of: value))'")
        }
    }

    private func dictKeys(_ values: [Value], depth: Int) throws(RenderFault) -> [DictKey] {
        var keys: [DictKey] = []
        for value in values {
            try spend()
            keys.append(try dictKey(value, depth: depth))
        }
        return keys
    }

    /// A dict of pairs: of a key that comes twice the place is the first's and the value the last's.
    func makeDict(keys: [Value], values: [Value]) throws(RenderFault) -> Dict {
        try spend(bytes: 64 * keys.count)
        var places: [DictKey: Int] = [:]
        places.reserveCapacity(keys.count)
        var distinct: [Value] = []
        var last: [Value] = []
        for (key, value) in zip(keys, values) {
            try spend()
            let key = plain(key)
            let hashed = try dictKey(key)
            if let place = places[hashed] {
                last[place] = value
            } else {
                places[hashed] = distinct.count
                distinct.append(key)
                last.append(value)
            }
        }
        return Dict(distinct: distinct, values: last, places: distinct.count > Dict.fewKeys ? places : nil)
    }
}
