/// `address.city` or `0.name`, as the filters' `attribute` names it: items first, attributes where there is none.
struct AttributePath {
    private let parts: [Value]

    /// nil of no attribute.
    init?(optional value: Value?, _ context: RenderContext) throws(RenderFault) {
        guard let value, !context.isNone(value) else { return nil }
        try self.init(value, context)
    }

    init(_ value: Value, _ context: RenderContext) throws(RenderFault) {
        if context.isNone(value) {
            parts = []
        } else if context.isString(value) {
            parts = try Self.parts(of: context.text(of: value).bytes[...], context)
        } else {
            parts = [value]
        }
    }

    private init(_ path: ArraySlice<UInt8>, _ context: RenderContext) throws(RenderFault) {
        parts = try Self.parts(of: path, context)
    }

    private static func parts(of path: ArraySlice<UInt8>, _ context: RenderContext) throws(RenderFault) -> [Value] {
        try pay(for: path, separator: UInt8(ascii: "."), context)
        return path.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { part in
            if !part.isEmpty, part.allSatisfy({ (48...57).contains($0) }),
                let index = Int(String(decoding: part, as: UTF8.self))
            {
                return .int(index)
            }
            return .string(Text(part))
        }
    }

    /// Before it is cut: each part is a text of its own.
    private static func pay(
        for path: ArraySlice<UInt8>, separator: UInt8, _ context: RenderContext
    ) throws(RenderFault) {
        try context.spend(reading: path.count)
        let count = path.reduce(1) { $1 == separator ? $0 + 1 : $0 }
        guard count > 1 || path.count >= 64 else { return }
        try context.spend(steps: count)
        try context.spend(bytes: path.count + 64 * count)
    }

    /// Those that commas stand between.
    static func several(_ value: Value?, _ context: RenderContext) throws(RenderFault) -> [AttributePath] {
        guard let value, context.isString(value) else { return [try AttributePath(value ?? .none, context)] }
        let bytes = try context.text(of: value).bytes[...]
        try pay(for: bytes, separator: UInt8(ascii: ","), context)
        var paths: [AttributePath] = []
        for path in bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            paths.append(try AttributePath(path, context))
        }
        return paths
    }

    /// - Parameter default: in place of whatever is not there.
    func value(of element: Value, _ context: RenderContext, default: Value? = nil) throws(RenderFault) -> Value {
        var value = element
        for part in parts {
            try context.spend()
            value = try context.item(value, part, path: "")
            if let `default`, case .undefined = value { value = `default` }
        }
        return value
    }
}
