import JSON

extension RenderContext {
    /// Python's `bool()`: a fault of an undefined value when strict.
    func isTrue(_ value: Value) throws(RenderFault) -> Bool {
        switch value {
        case .bool(let bool): return bool
        case .none: return false
        case .int(let number): return number != 0
        case .float(let number): return number != 0
        case .string(let text): return !text.bytes.isEmpty
        case .list(let values), .tuple(let values): return !values.isEmpty
        case .dict(let dict): return dict.count > 0
        case .range(let range): return range.count > 0
        case .rare(.view(_, let dict)): return try isTrue(dict)
        case .object, .rare(.iterator), .rare(.method), .rare(.group): return true
        case .undefined(let undefined):
            if isLenient(undefined) { return false }
            throw undefined.fault
        case .input(let node):
            switch inputKind(node) {
            case .array, .object: return tape.nodes[node].count > 0
            case .string: return inputBytes(node).count > 2
            case .bool: return inputBytes(node).count == 4
            case .null: return false
            case .number:
                switch plain(value) {
                case .int(let number): return number != 0
                case .float(let number): return number != 0
                case _: return true
                }
            }
        }
    }
}
