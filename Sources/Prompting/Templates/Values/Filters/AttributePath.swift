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
            parts = Self.parts(of: try context.text(of: value).bytes[...])
        } else {
            parts = [value]
        }
    }

    private init(_ path: ArraySlice<UInt8>) { parts = Self.parts(of: path) }

    private static func parts(of path: ArraySlice<UInt8>) -> [Value] {
        path.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { part in
            if !part.isEmpty, part.allSatisfy({ (48...57).contains($0) }),
                let index = Int(String(decoding: part, as: UTF8.self))
            {
                return .int(index)
            }
            return .string(Text(part))
        }
    }

    /// Those that commas stand between.
    static func several(_ value: Value?, _ context: RenderContext) throws(RenderFault) -> [AttributePath] {
        guard let value, context.isString(value) else { return [try AttributePath(value ?? .none, context)] }
        return try context.text(of: value).bytes
            .split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { AttributePath($0) }
    }

    /// - Parameter default: in place of whatever is not there.
    func value(of element: Value, _ context: RenderContext, default: Value? = nil) throws(RenderFault) -> Value {
        var value = element
        for part in parts {
            value = try context.item(value, part, path: "")
            if let `default`, case .undefined = value { value = `default` }
        }
        return value
    }
}
