import JSON

enum SequenceFilters {
    static func length(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try arguments.none("len")
        return .int(try context.length(of: value))
    }

    static func defaulted(
        _ value: Value, _ arguments: Arguments, _ context: RenderContext
    ) throws(RenderFault) -> Value {
        let bound = try arguments.bound(to: ["default_value", "boolean"], of: "default")
        if case .undefined = value { return bound[0] ?? .string(.empty) }
        if try bound.flag(1, context), try !context.isTrue(value) { return bound[0] ?? .string(.empty) }
        return value
    }

    static func list(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try arguments.none("list")
        return .list(try context.array(of: value))
    }

    static func first(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try arguments.none("first")
        if case .rare(.iterator(let iterator)) = value, let first = iterator.next() { return first }
        let elements = try context.elements(of: value)
        return elements.isEmpty ? nothing("No first item, sequence was empty.") : elements[0]
    }

    static func last(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try arguments.none("last")
        try requireReversible(value, context)
        // Walked backwards, markup yields markup; forwards it does not.
        if context.isString(value), try context.isTrue(value) {
            return try context.slice(value, start: .int(-1), stop: nil, step: nil)
        }
        let elements = try context.elements(of: value)
        return elements.isEmpty ? nothing("No last item, sequence was empty.") : elements[elements.count - 1]
    }

    private static func requireReversible(_ value: Value, _ context: RenderContext) throws(RenderFault) {
        switch context.plain(value) {
        case .undefined(let undefined): if !context.isLenient(undefined) { throw undefined.fault }
        case .string, .list, .tuple, .dict, .range, .rare(.view), .rare(.group): break
        case .input(let node) where context.inputKind(node) != .number: break
        case .none, .bool, .int, .float, .input, .object, .rare:
            throw .type("'\(context.typeName(of: value))' object is not reversible")
        }
    }

    static func nothing(_ message: String) -> Value { .undefined(Undefined(path: "", message: message)) }

    static func reverse(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try arguments.none("reverse")
        if context.isString(value) {
            return try context.slice(value, start: nil, stop: nil, step: .int(-1))
        }
        let typeName: String
        switch value {
        case .rare(.iterator): return .list(try reversed(value, context))
        case .undefined(let undefined):
            if !context.isLenient(undefined) { throw undefined.fault }
            typeName = "reversed"
        case .dict: typeName = "dict_reversekeyiterator"
        case .rare(.view(.keys, _)): typeName = "dict_reversekeyiterator"
        case .rare(.view(.values, _)): typeName = "dict_reversevalueiterator"
        case .rare(.view(.items, _)): typeName = "dict_reverseitemiterator"
        case .range: typeName = "range_iterator"
        case .tuple, .rare(.group): typeName = "reversed iterator"
        case .list: typeName = "list_reverseiterator"
        case .input(let node):
            typeName = context.inputKind(node) == .object ? "dict_reversekeyiterator" : "list_reverseiterator"
        case .none, .bool, .int, .float, .string, .object, .rare: typeName = ""
        }
        guard context.isIterable(value) else {
            throw RenderFault(.filterArgument, "argument must be iterable")
        }
        return .rare(.iterator(Value.Iterator(try reversed(value, context), typeName: typeName)))
    }

    private static func reversed(_ value: Value, _ context: RenderContext) throws(RenderFault) -> [Value] {
        let values = try context.array(of: value)
        try context.spend(bytes: 16 * values.count)
        return values.reversed()
    }

    static func items(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        try arguments.none("items")
        if case .undefined = value { return .generator([]) }
        guard context.isDict(value) else { throw .type("Can only get item pairs from a mapping.") }
        return .generator(try context.array(of: .rare(.view(.items, of: value))))
    }

    /// `getattr`, without a look at the items.
    static func attribute(
        _ value: Value, _ arguments: Arguments, _ context: RenderContext
    ) throws(RenderFault) -> Value {
        guard let name = try arguments.bound(to: ["name"], required: 1, of: "attr")[0] else { return value }
        guard context.isString(name) else { throw .type("attribute name must be string") }
        let key = try context.text(of: name).string
        return try context.ownAttribute(value, key)
            ?? nothing("'\(context.objectName(of: value))' has no such attribute")
    }

    static func random(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        throw RenderFault(.refused, "random is not supported: a prompt renders the same each time")
    }

    // MARK: - Rows and columns

    static func batch(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let bound = try arguments.bound(to: ["linecount", "fill_with"], required: 1, of: "batch")
        let values = try context.array(of: value)
        try context.spend(bytes: 64 * values.count)
        guard !values.isEmpty else { return .generator([]) }
        // Only a row as long as this ends one: any other number of Python's makes one row of all.
        let size: Int?
        switch bound[0].flatMap(context.number) {
        case .int(let number): size = number
        case .float(let number): size = Int(exactly: number)
        case .large, nil: size = nil
        }
        if case .undefined(let undefined) = bound[0], !context.isLenient(undefined) { throw undefined.fault }
        var rows: [Value] = []
        var row: [Value] = []
        for element in values {
            if row.count == size {
                rows.append(.list(row))
                row = []
            }
            row.append(element)
        }
        if let fill = bound[1], !context.isNone(fill) {
            let wanted = try context.requireIndex(bound[0] ?? .none)
            if wanted > row.count {
                try context.spend(bytes: 16, times: wanted - row.count)
                row += repeatElement(fill, count: wanted - row.count)
            }
        }
        rows.append(.list(row))
        return .generator(rows)
    }

    static func slice(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Value {
        let bound = try arguments.bound(to: ["slices", "fill_with"], required: 1, of: "slice")
        let values = try context.array(of: value)
        let slices = try context.requireIndex(bound[0] ?? .none)
        if slices == 0 { throw RenderFault(.zeroDivision, "integer division or modulo by zero") }
        guard slices > 0 else { return .generator([]) }
        try context.spend(bytes: 48, times: slices)
        try context.spend(bytes: 16 * values.count)
        let size = values.count / slices
        let longer = values.count % slices
        let fill = bound[1].flatMap { context.isNone($0) ? nil : $0 }
        var columns: [Value] = []
        var start = 0
        for number in 0..<slices {
            let end = start + size + (number < longer ? 1 : 0)
            var column = Array(values[start..<end])
            if let fill, number >= longer { column.append(fill) }
            columns.append(.list(column))
            start = end
        }
        return .generator(columns)
    }
}
