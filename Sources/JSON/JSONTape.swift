import CSimdjson

/// Where each value of one JSON value stands, found in one pass: for whoever looks at most of them (a schema, a template).
///
/// Nodes are in the order of the text: an array's elements follow it, an object's keys and values follow it in turns,
/// a key being a string node. Node 0 is the whole. Of a member that stands twice the first counts.
package struct JSONTape: Sendable {
    /// Laid out as `tg_json_node` is, which writes it.
    package struct Node: Sendable {
        /// Of the bytes of the document; of a string, its quotes included.
        package var start: UInt32
        package var end: UInt32
        /// The node after this value and all that is in it.
        package var next: UInt32
        /// How many elements or members.
        package var count: UInt32
        /// `JSONValue.Kind` in the order of its cases.
        package var kindCode: UInt8
        /// 1: a string without escapes; 2: a number of digits only that fits 64 bits.
        package var flags: UInt8
        package var unused: UInt16

        @inlinable @inline(__always) package var kind: JSONValue.Kind {
            switch kindCode {
            case 0: .object
            case 1: .array
            case 2: .string
            case 3: .number
            case 4: .bool
            case _: .null
            }
        }
        /// A string whose bytes between the quotes are what it says.
        @inlinable @inline(__always) package var isPlain: Bool { flags & 1 != 0 }
        /// A number written as an integer of at most 18 characters.
        @inlinable @inline(__always) package var isSmallInteger: Bool { flags & 2 != 0 }
    }

    /// The whole document's.
    package let document: [UInt8]
    package let nodes: [Node]

    /// - Parameter value: of a checked document.
    package init(_ value: JSONValue) {
        document = value.document
        nodes = Self.list(value)
    }

    private static func list(_ value: JSONValue) -> [Node] {
        precondition(MemoryLayout<Node>.stride == MemoryLayout<tg_json_node>.stride)
        var room = value.range.count / 8 + 16
        return unsafe value.document.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return [] }
            while true {
                var found = 0
                // Node has tg_json_node's fields in its order and widths. The range is of a value of this checked
                // document, so the shim reads within the buffer; it writes at most `room` nodes, and those it wrote
                // are what the array has.
                let nodes = unsafe [Node](unsafeUninitializedCapacity: room) { space, count in
                    unsafe space.withMemoryRebound(to: tg_json_node.self) { space in
                        guard let first = space.baseAddress else { return }
                        found = unsafe tg_json_tape(base, value.range.lowerBound, value.range.upperBound, first, room)
                    }
                    count = min(found, room)
                }
                if found <= room { return nodes }
                room = found
            }
        }
    }

    @inlinable package func kind(_ node: Int) -> JSONValue.Kind { nodes[node].kind }

    package func value(_ node: Int) -> JSONValue {
        JSONValue(document: document, range: Int(nodes[node].start)..<Int(nodes[node].end))
    }
}
