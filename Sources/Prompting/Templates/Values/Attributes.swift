import JSON

extension RenderContext {
    /// `value.name`, as Jinja2's sandbox reads it: Python's own attribute first, then the item of that name.
    ///
    /// - Parameter path: as the template writes the whole, for the fault.
    func attribute(
        _ value: Value, _ name: String, path: @autoclosure () -> String
    ) throws(RenderFault) -> Value {
        switch value {
        case .input(let node):
            switch inputKind(node) {
            case .object:
                if let own = dictAttribute(value, name, path) { return own }
                if let member = try inputMember(node, name.utf8) { return .input(member) }
            case .array, .string, .number, .bool, .null:
                let plain = plain(value)
                if let own = builtinAttribute(plain, name, path) { return own }
                // What stays a part of the input is an integer beyond 64 bits.
                if case .input = plain, inputKind(node) == .number, BuiltinNames.attribute(name, of: 0) != nil {
                    throw .integerTooLarge
                }
            }
        case .dict(let dict):
            if let own = dictAttribute(value, name, path) { return own }
            if let member = dict.value(named: name) { return member }
        case .undefined(let undefined):
            // Jinja2's undefined value is an object too, whose inner attributes the sandbox keeps back.
            if BuiltinNames.ofObject.contains(name) { return unsafe(value, name, path()) }
            throw undefined.fault
        case .object(let object):
            if name.utf8.first == UInt8(ascii: "_") { return unsafe(value, name, path()) }
            if let attribute = try objects?.attribute(name, of: object) { return attribute }
        case .rare(.group(let key, let members)):
            if name == "grouper" { return key }
            if name == "list" { return members }
            if let own = builtinAttribute(value, name, path) { return own }
        case .none, .bool, .int, .float, .string, .list, .tuple, .range, .rare:
            if let own = builtinAttribute(value, name, path) { return own }
        }
        return .undefined(
            Undefined(
                path: path(), message: "'\(objectName(of: value))' has no attribute '\(name)'"))
    }

    /// `value[key]`, as Jinja2's sandbox reads it: the item first, then, of a key that is a string, the attribute.
    func item(_ value: Value, _ key: Value, path: @autoclosure () -> String) throws(RenderFault) -> Value {
        if let item = try ownItem(value, key) { return item }
        if isString(key) {
            let bytes = try text(of: key).bytes
            try spend(reading: bytes.count)
            let name = String(decoding: bytes, as: UTF8.self)
            switch value {
            case .dict, .input: if let own = dictAttribute(value, name, path) { return own }
            case .object(let object):
                if name.utf8.first == UInt8(ascii: "_") { return unsafe(value, nil, path()) }
                if let attribute = try objects?.attribute(name, of: object) { return attribute }
            case .rare(.group(let grouper, let members)):
                if name == "grouper" { return grouper }
                if name == "list" { return members }
            case .undefined, .none, .bool, .int, .float, .string, .list, .tuple, .range, .rare: break
            }
            if !isDict(value), let own = builtinAttribute(plain(value), name, path) { return own }
        }
        let path = path()
        return .undefined(
            Undefined(
                path: path,
                message: "'\(objectName(of: value))' has no such element" + (path.isEmpty ? "" : ": \(path)")))
    }

    /// Python's `value[key]`; nil where it raises a TypeError or LookupError.
    private func ownItem(_ value: Value, _ key: Value) throws(RenderFault) -> Value? {
        switch value {
        case .dict: return try hashableMember(of: value, key)
        case .list(let values), .tuple(let values):
            return try position(key, count: values.count).map { values[$0] }
        case .rare(.group(let grouper, let members)):
            return try position(key, count: 2).map { $0 == 0 ? grouper : members }
        case .range(let range): return try position(key, count: range.count).map { .int(range[$0]) }
        case .string(let text): return try character(of: text, key)
        case .undefined(let undefined): throw undefined.fault
        case .input(let node):
            switch inputKind(node) {
            case .object: return try hashableMember(of: value, key)
            case .array:
                guard let index = try position(key, count: Int(tape.nodes[node].count)) else { return nil }
                return .input(try inputElement(node, index))
            case .string: return try character(of: Text(inputText(node)), key)
            case .number, .bool, .null: return nil
            }
        case .none, .bool, .int, .float, .object, .rare: return nil
        }
    }

    private func hashableMember(of dict: Value, _ key: Value) throws(RenderFault) -> Value? {
        switch plain(key) {
        // No hash: Python's TypeError, which the sandbox takes for "not there".
        case .list, .dict, .input, .rare: return nil
        case .undefined, .none, .bool, .int, .float, .string, .tuple, .range, .object: break
        }
        do throws(RenderFault) {
            return try member(of: dict, key)
        } catch {
            if error.kind == .type { return nil }
            throw error
        }
    }

    /// The place that an index names, counted from the end when below zero; nil where there is none.
    private func position(_ key: Value, count: Int) throws(RenderFault) -> Int? {
        guard case .int(let index) = number(key) else { return nil }
        let place = index < 0 ? index + count : index
        return place >= 0 && place < count ? place : nil
    }

    private func character(of text: Text, _ key: Value) throws(RenderFault) -> Value? {
        try spend(reading: text.bytes.count)
        let isASCII = text.isASCII
        guard let place = try position(key, count: isASCII ? text.bytes.count : text.count) else { return nil }
        if isASCII, !text.isMarkup { return .string(Text.character(text.bytes[place])) }
        let start = text.bytes.offset(ofScalar: place)
        let end = text.bytes[start...].offset(ofScalar: 1)
        return .string(Text(text.bytes[start..<end], isMarkup: text.isMarkup))
    }

    private func inputElement(_ node: Int, _ index: Int) throws(RenderFault) -> Int {
        try spend(steps: index >> 3)
        var child = node + 1
        for _ in 0..<index { child = Int(tape.nodes[child].next) }
        return child
    }

    // MARK: - What Python's types have of their own

    /// `getattr`, without a look at the items; nil where there is no such attribute.
    func ownAttribute(_ value: Value, _ name: String) throws(RenderFault) -> Value? {
        switch value {
        case .undefined(let undefined):
            if BuiltinNames.ofObject.contains(name) { return unsafe(value, name, "") }
            throw undefined.fault
        case .object(let object):
            if name.utf8.first == UInt8(ascii: "_") { return unsafe(value, nil, "") }
            return try objects?.attribute(name, of: object)
        case .rare(.group(let key, _)) where name == "grouper": return key
        case .rare(.group(_, let members)) where name == "list": return members
        case .none, .bool, .int, .float, .string, .list, .tuple, .dict, .range, .input, .rare:
            return builtinAttribute(plain(value), name) { "" }
        }
    }

    private func dictAttribute(_ value: Value, _ name: String, _ path: () -> String) -> Value? {
        guard BuiltinNames.mayBeOfDict(name) else { return nil }
        return builtinAttribute(value, name, path)
    }

    /// A method, or one of the few plain attributes; refused where the sandbox keeps it back.
    private func builtinAttribute(_ value: Value, _ name: String, _ path: () -> String) -> Value? {
        if name.utf8.first == UInt8(ascii: "_") {
            return BuiltinNames.ofObject.contains(name) ? unsafe(value, name, path()) : nil
        }
        switch value {
        case .int(let number): return BuiltinNames.attribute(name, of: number)
        case .bool(let bool): return BuiltinNames.attribute(name, of: bool ? 1 : 0)
        case .float(let number): return BuiltinNames.attribute(name, of: number)
        case .range(let range):
            switch name {
            case "start": return .int(range.start)
            case "stop": return .int(range.stop)
            case "step": return .int(range.step)
            case "count", "index": return .rare(.method(name, of: value))
            case _: return nil
            }
        case .string: return BuiltinNames.ofString.contains(name) ? .rare(.method(name, of: value)) : nil
        case .tuple, .rare(.group):
            return name == "count" || name == "index" ? .rare(.method(name, of: value)) : nil
        case .list: return listAttribute(value, name, path)
        case .dict:
            if BuiltinNames.changesDict.contains(name) { return unsafe(value, name, path()) }
            return BuiltinNames.ofDict.contains(name) ? .rare(.method(name, of: value)) : nil
        case .input(let node):
            switch inputKind(node) {
            case .array: return listAttribute(value, name, path)
            case .object:
                if BuiltinNames.changesDict.contains(name) { return unsafe(value, name, path()) }
                return BuiltinNames.ofDict.contains(name) ? .rare(.method(name, of: value)) : nil
            case .string, .number, .bool, .null: return nil
            }
        case .undefined, .none, .object, .rare: return nil
        }
    }

    private func listAttribute(_ value: Value, _ name: String, _ path: () -> String) -> Value? {
        if BuiltinNames.changesList.contains(name) { return unsafe(value, name, path()) }
        return BuiltinNames.ofList.contains(name) ? .rare(.method(name, of: value)) : nil
    }

    /// Jinja2's undefined value for what its sandbox keeps back: using it is a `refused`.
    ///
    /// - Parameter name: nil where it may be a text of the input's, which no message repeats.
    private func unsafe(_ value: Value, _ name: String?, _ path: String) -> Value {
        let attribute = name.map { "attribute '\($0)'" } ?? "an inner attribute"
        return .undefined(
            Undefined(
                path: path, message: "access to \(attribute) of '\(typeName(of: value))' object is unsafe.",
                kind: .refused))
    }
}
