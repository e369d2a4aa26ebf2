extension JSONTape {
    /// The elements of an array as nodes; none for anything else.
    package struct Elements: Sequence, IteratorProtocol {
        @usableFromInline let nodes: [Node]
        @usableFromInline var node: Int
        @usableFromInline var left: Int

        @inlinable
        init(nodes: [Node], node: Int, left: Int) {
            self.nodes = nodes
            self.node = node
            self.left = left
        }

        @inlinable
        package mutating func next() -> Int? {
            guard left > 0 else { return nil }
            defer {
                left -= 1
                node = Int(nodes[node].next)
            }
            return node
        }
    }

    /// The members of an object as they stand, repeated ones included; none for anything else.
    package struct Members: Sequence, IteratorProtocol {
        @usableFromInline let nodes: [Node]
        @usableFromInline var node: Int
        @usableFromInline var left: Int

        @inlinable
        init(nodes: [Node], node: Int, left: Int) {
            self.nodes = nodes
            self.node = node
            self.left = left
        }

        @inlinable
        package mutating func next() -> (key: Int, value: Int)? {
            guard left > 0 else { return nil }
            defer {
                left -= 1
                node = Int(nodes[node + 1].next)
            }
            return (node, node + 1)
        }
    }

    @inlinable
    package func elements(of node: Int) -> Elements {
        Elements(nodes: nodes, node: node + 1, left: nodes[node].kind == .array ? Int(nodes[node].count) : 0)
    }

    @inlinable
    package func members(of node: Int) -> Members {
        Members(nodes: nodes, node: node + 1, left: nodes[node].kind == .object ? Int(nodes[node].count) : 0)
    }

    /// The value of the first member of that name; nil where there is none, or this is no object.
    @inlinable
    package func member(_ name: [UInt8], of node: Int) -> Int? {
        for (key, value) in members(of: node) where isString(key, name) { return value }
        return nil
    }

    package func member(_ name: String, of node: Int) -> Int? { member(Array(name.utf8), of: node) }

    /// Where a value stands in the whole, as a JSON Pointer; of a key, its value's.
    package func pointer(to node: Int) -> String {
        var at = 0
        var pointer: [UInt8] = []
        while at != node {
            switch nodes[at].kind {
            case .array:
                var found: Int?
                for (index, element) in elements(of: at).enumerated() where node < Int(nodes[element].next) {
                    pointer += [UInt8(ascii: "/")] + Array(String(index).utf8)
                    found = element
                    break
                }
                guard let found else { return String(decoding: pointer, as: UTF8.self) }
                at = found
            case .object:
                var found: Int?
                for (key, value) in members(of: at) where node < Int(nodes[value].next) {
                    pointer.append(UInt8(ascii: "/"))
                    for byte in decoded(key) {
                        switch byte {
                        case UInt8(ascii: "~"): pointer += [byte, UInt8(ascii: "0")]
                        case UInt8(ascii: "/"): pointer += [UInt8(ascii: "~"), UInt8(ascii: "1")]
                        case _: pointer.append(byte)
                        }
                    }
                    found = value
                    break
                }
                guard let found, node >= found else { return String(decoding: pointer, as: UTF8.self) }
                at = found
            case .string, .number, .bool, .null:
                return String(decoding: pointer, as: UTF8.self)
            }
        }
        return String(decoding: pointer, as: UTF8.self)
    }
}
