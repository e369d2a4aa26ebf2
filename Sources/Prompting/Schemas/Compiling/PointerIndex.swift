import JSON

/// Where JSON Pointers lead in one text. What stands in a large object or array is noted at the first pointer into it:
/// otherwise a schema of many definitions would be gone through anew for every reference to one of them.
struct PointerIndex {
    private var members: [Int: [[UInt8]: Int]] = [:]
    private var elements: [Int: [Int]] = [:]

    /// Smaller ones are gone through: how many members or elements.
    static let least: UInt32 = 32

    /// Where a pointer leads from a node; nil where it leads nowhere or is none.
    mutating func node(at pointer: [UInt8], from start: Int, in tape: JSONTape) -> Int? {
        guard !pointer.isEmpty else { return start }
        guard pointer[0] == UInt8(ascii: "/") else { return nil }
        var at = start
        for part in pointer.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let token = Self.token(part), let next = child(token, of: at, in: tape) else { return nil }
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

    private mutating func child(_ token: [UInt8], of node: Int, in tape: JSONTape) -> Int? {
        switch tape.kind(node) {
        case .object: return member(token, of: node, in: tape)
        case .array:
            guard !token.isEmpty, token.count < 10, token.allSatisfy({ (48...57).contains($0) }),
                token.count == 1 || token[0] != 48
            else { return nil }
            return element(token.reduce(0) { $0 * 10 + Int($1 - 48) }, of: node, in: tape)
        case .string, .number, .bool, .null: return nil
        }
    }

    private mutating func member(_ name: [UInt8], of node: Int, in tape: JSONTape) -> Int? {
        guard tape.nodes[node].count >= Self.least else { return tape.member(name, of: node) }
        if members[node] == nil {
            // Of a member that stands twice the first counts.
            members[node] = Dictionary(
                tape.members(of: node).lazy.map { (tape.decoded($0.key), $0.value) },
                uniquingKeysWith: { first, _ in first })
        }
        return members[node]?[name]
    }

    private mutating func element(_ index: Int, of node: Int, in tape: JSONTape) -> Int? {
        guard index < tape.nodes[node].count else { return nil }
        guard tape.nodes[node].count >= Self.least else {
            return tape.elements(of: node).dropFirst(index).first { _ in true }
        }
        if elements[node] == nil { elements[node] = Array(tape.elements(of: node)) }
        return elements[node]?[index]
    }
}
