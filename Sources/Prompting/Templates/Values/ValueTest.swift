/// A test of Jinja2's (`is defined`): its `tests.py`.
struct ValueTest: Sendable {
    typealias Body = @Sendable (Value, Arguments, RenderContext) throws(RenderFault) -> Bool

    private let body: Body

    static func named(_ name: String) -> ValueTest? { table[name].map { ValueTest(body: $0) } }

    static func isKnown(_ name: String) -> Bool { table[name] != nil }

    func holds(_ value: Value, _ arguments: Arguments, _ context: RenderContext) throws(RenderFault) -> Bool {
        try context.spend()
        return try body(value, arguments, context)
    }

    private static let table: [String: Body] = [
        "odd": { value, arguments, context throws(RenderFault) in
            try arguments.none("odd")
            return try context.equal(context.binary(.modulo, value, .int(2)), .int(1))
        },
        "even": { value, arguments, context throws(RenderFault) in
            try arguments.none("even")
            return try context.equal(context.binary(.modulo, value, .int(2)), .int(0))
        },
        "divisibleby": { value, arguments, context throws(RenderFault) in
            let divisor = try arguments.bound(to: ["num"], required: 1, of: "divisibleby")[0]
            return try context.equal(context.binary(.modulo, value, divisor ?? .none), .int(0))
        },
        "defined": { value, arguments, _ throws(RenderFault) in
            try arguments.none("defined")
            if case .undefined = value { return false }
            return true
        },
        "undefined": { value, arguments, _ throws(RenderFault) in
            try arguments.none("undefined")
            if case .undefined = value { return true }
            return false
        },
        "filter": { value, arguments, context throws(RenderFault) in
            try arguments.none("filter")
            _ = try context.dictKey(value)
            guard context.isString(value) else { return false }
            return try Filter.isKnown(context.text(of: value).string)
        },
        "test": { value, arguments, context throws(RenderFault) in
            try arguments.none("test")
            _ = try context.dictKey(value)
            guard context.isString(value) else { return false }
            return try isKnown(context.text(of: value).string)
        },
        "none": { value, arguments, context throws(RenderFault) in
            try arguments.none("none")
            return context.isNone(value)
        },
        "boolean": { value, arguments, context throws(RenderFault) in
            try arguments.none("boolean")
            return bool(value, context) != nil
        },
        "false": { value, arguments, context throws(RenderFault) in
            try arguments.none("false")
            return bool(value, context) == false
        },
        "true": { value, arguments, context throws(RenderFault) in
            try arguments.none("true")
            return bool(value, context) == true
        },
        "integer": { value, arguments, context throws(RenderFault) in
            try arguments.none("integer")
            if bool(value, context) != nil { return false }
            switch context.number(value) {
            case .int, .large: return true
            case .float, nil: return false
            }
        },
        "float": { value, arguments, context throws(RenderFault) in
            try arguments.none("float")
            if case .float = context.number(value) { return true }
            return false
        },
        "lower": { value, arguments, context throws(RenderFault) in
            try arguments.none("lower")
            let text = try context.text(of: value)
            try context.spend(examining: text)
            return RenderContext.isLower(text)
        },
        "upper": { value, arguments, context throws(RenderFault) in
            try arguments.none("upper")
            let text = try context.text(of: value)
            try context.spend(examining: text)
            return RenderContext.isUpper(text)
        },
        "string": { value, arguments, context throws(RenderFault) in
            try arguments.none("string")
            return context.isString(value)
        },
        "mapping": { value, arguments, context throws(RenderFault) in
            try arguments.none("mapping")
            return context.isDict(value)
        },
        "number": { value, arguments, context throws(RenderFault) in
            try arguments.none("number")
            return context.number(value) != nil
        },
        "sequence": { value, arguments, context throws(RenderFault) in
            try arguments.none("sequence")
            return isSequence(value, context)
        },
        "iterable": { value, arguments, context throws(RenderFault) in
            try arguments.none("iterable")
            if case .undefined(let undefined) = value, !context.isLenient(undefined) { throw undefined.fault }
            return context.isIterable(value)
        },
        "callable": { value, arguments, context throws(RenderFault) in
            try arguments.none("callable")
            return context.isCallable(value)
        },
        "sameas": { value, arguments, context throws(RenderFault) in
            let other = try arguments.bound(to: ["other"], required: 1, of: "sameas")[0]
            return context.isSame(value, other ?? .none)
        },
        "escaped": { value, arguments, _ throws(RenderFault) in
            try arguments.none("escaped")
            if case .string(let text) = value { return text.isMarkup }
            return false
        },
        "in": { value, arguments, context throws(RenderFault) in
            let container = try arguments.bound(to: ["seq"], required: 1, of: "in")[0]
            return try context.contains(container ?? .none, value)
        },
        "==": comparison(.equal), "eq": comparison(.equal), "equalto": comparison(.equal),
        "!=": comparison(.notEqual), "ne": comparison(.notEqual),
        ">": comparison(.greater), "gt": comparison(.greater), "greaterthan": comparison(.greater),
        ">=": comparison(.greaterOrEqual), "ge": comparison(.greaterOrEqual),
        "<": comparison(.less), "lt": comparison(.less), "lessthan": comparison(.less),
        "<=": comparison(.lessOrEqual), "le": comparison(.lessOrEqual),
    ]

    private static func comparison(_ op: ComparisonOperator) -> Body {
        { value, arguments, context throws(RenderFault) in
            let other = try arguments.positional(1...1, of: op.rawValue)[0]
            return try context.compare(value, op, other)
        }
    }

    private static func bool(_ value: Value, _ context: RenderContext) -> Bool? {
        switch value {
        case .bool(let bool): return bool
        case .input(let node) where context.inputKind(node) == .bool: return context.inputBytes(node).count == 4
        case _: return nil
        }
    }

    private static func isSequence(_ value: Value, _ context: RenderContext) -> Bool {
        switch value {
        case .string, .list, .tuple, .dict, .range, .rare(.group): return true
        case .undefined(let undefined): return context.isLenient(undefined)
        case .input(let node):
            switch context.inputKind(node) {
            case .string, .array, .object: return true
            case .number, .bool, .null: return false
            }
        case .none, .bool, .int, .float, .object, .rare: return false
        }
    }
}

extension RenderContext {
    /// Python's `is`, as far as there are objects here: of the input it is the same place, of what is made here the same
    /// type and value.
    func isSame(_ a: Value, _ b: Value) -> Bool {
        if case .input(let a) = a, case .input(let b) = b, a == b { return true }
        switch (plain(a), plain(b)) {
        case (.none, .none): return true
        case (.bool(let a), .bool(let b)): return a == b
        case (.int(let a), .int(let b)): return a == b
        case (.float(let a), .float(let b)): return a == b
        case (.string(let a), .string(let b)):
            charge(reading: min(a.bytes.count, b.bytes.count))
            return a == b
        case (.undefined(let a), .undefined(let b)): return a === b
        case (.dict(let a), .dict(let b)): return a === b
        case (.range(let a), .range(let b)): return a === b
        case (.object(let a), .object(let b)): return a == b
        case (.rare(.iterator(let a)), .rare(.iterator(let b))): return a === b
        case (.list(let a), .list(let b)), (.tuple(let a), .tuple(let b)):
            // Arrays share their storage until one is changed, which none is.
            return a.withUnsafeBufferPointer { a in b.withUnsafeBufferPointer { b in a.baseAddress == b.baseAddress } }
        case _: return false
        }
    }
}
