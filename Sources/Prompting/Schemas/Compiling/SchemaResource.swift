import JSON

/// A schema with an address of its own: a document's root, or what has an `$id` within one.
struct SchemaResource {
    let document: Int
    let root: Int
    let base: URIReference
    let dialect: SchemaDialect
    /// Plain-name fragments, the dynamic ones among them.
    var anchors: [String: Int] = [:]
    var dynamicAnchors: [String: Int] = [:]
}

extension JSONTape {
    /// Where a JSON Pointer leads from a node; nil where it leads nowhere or is none.
    func node(at pointer: [UInt8], from start: Int) -> Int? {
        guard !pointer.isEmpty else { return start }
        guard pointer[0] == UInt8(ascii: "/") else { return nil }
        var at = start
        for part in pointer.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let token = Self.token(part), let next = child(token, of: at) else { return nil }
            at = next
        }
        return at
    }

    private static func token(_ part: ArraySlice<UInt8>) -> [UInt8]? {
        var token: [UInt8] = []
        var rest = part
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "~") else {
                token.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "0"): token.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): token.append(UInt8(ascii: "/"))
            case _: return nil
            }
        }
        return token
    }

    private func child(_ token: [UInt8], of node: Int) -> Int? {
        switch kind(node) {
        case .object: return member(token, of: node)
        case .array:
            guard !token.isEmpty, token.count < 10, token.allSatisfy({ (48...57).contains($0) }),
                token.count == 1 || token[0] != 48
            else { return nil }
            let index = token.reduce(0) { $0 * 10 + Int($1 - 48) }
            return elements(of: node).dropFirst(index).first { _ in true }
        case .string, .number, .bool, .null: return nil
        }
    }
}
