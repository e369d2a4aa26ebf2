import JSON

extension RenderContext {
    /// Python's name of a value's type, for messages.
    func typeName(of value: Value) -> String {
        switch value {
        case .undefined(let undefined): return isLenient(undefined) ? "Undefined" : "StrictUndefined"
        case .none: return "NoneType"
        case .bool: return "bool"
        case .int: return "int"
        case .float: return "float"
        case .string(let text): return text.isMarkup ? "Markup" : "str"
        case .list: return "list"
        case .tuple: return "tuple"
        case .dict: return "dict"
        case .range: return "range"
        case .object(let object): return objects?.typeName(of: object) ?? "object"
        case .rare(.view(let view, _)): return "dict_\(view.rawValue)"
        case .rare(.iterator(let iterator)): return iterator.typeName
        case .rare(.method): return "builtin_function_or_method"
        case .rare(.group): return "_GroupTuple"
        case .input(let node):
            switch inputKind(node) {
            case .object: return "dict"
            case .array: return "list"
            case .number:
                if case .float = plain(value) { return "float" }
                return "int"
            case .string, .bool, .null: return typeName(of: plain(value))
            }
        }
    }

    /// As Jinja2 begins its messages: `dict object`, `None`.
    func objectName(of value: Value) -> String {
        if case .none = plain(value) { return "None" }
        return typeName(of: value) + " object"
    }
}

extension RenderFault {
    static func type(_ message: String) -> Self { Self(.type, message) }
    static func value(_ message: String) -> Self { Self(.value, message) }

    static func notPrintable(_ typeName: String) -> Self {
        Self(
            .type,
            "a \(typeName) cannot be printed"
                + (typeName.contains("iterator") || typeName == "generator" ? ": use |list" : ""))
    }

    static let integerTooLarge = Self(.numberTooLarge, "an integer leaves 64 bits")
}
