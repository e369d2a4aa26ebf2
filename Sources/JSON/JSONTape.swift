/// Where each value of one JSON value stands, found in one pass: for whoever looks at most of them (a schema, a template).
///
/// Nodes are in the order of the text: an array's elements follow it, an object's keys and values follow it in turns,
/// a key being a string node. Node 0 is the whole. Of a member that stands twice the first counts.
package struct JSONTape: Sendable {
    package struct Node: Sendable {
        /// Of the bytes of the document; of a string, its quotes included.
        package var start: UInt32
        package var end: UInt32
        /// The node after this value and all that is in it.
        package var next: UInt32
        /// How many elements or members.
        package var count: UInt32
    }

    /// The whole document's.
    package let document: [UInt8]
    package let nodes: [Node]

    /// - Parameter value: of a checked document.
    package init(_ value: JSONValue) {
        document = value.document
        var nodes: [Node] = []
        Self.add(value, to: &nodes)
        self.nodes = nodes
    }

    private static func add(_ value: JSONValue, to nodes: inout [Node]) {
        let place = nodes.count
        nodes.append(
            Node(start: UInt32(value.range.lowerBound), end: UInt32(value.range.upperBound), next: 0, count: 0))
        switch value.kind {
        case .array:
            let elements = value.elements()
            nodes[place].count = UInt32(elements.count)
            for element in elements { add(element, to: &nodes) }
        case .object:
            let members = (try? value.members()) ?? []
            nodes[place].count = UInt32(members.count)
            for member in members { add(member.value, to: &nodes) }
        case .string, .number, .bool, .null: break
        }
        nodes[place].next = UInt32(nodes.count)
    }

    package func kind(_ node: Int) -> JSONValue.Kind { value(node).kind }

    package func value(_ node: Int) -> JSONValue {
        JSONValue(document: document, range: Int(nodes[node].start)..<Int(nodes[node].end))
    }
}
