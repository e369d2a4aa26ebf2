import CSimdjson

/// A member of an object.
package struct JSONMember: Sendable {
    package let name: String
    package let value: JSONValue
}

extension JSONValue {
    /// The members of an object as they stand, names repeated included, so that a caller can refuse them.
    /// Throws `wrongKind` for anything else.
    package func members() throws(JSONFault) -> [JSONMember] {
        guard kind == .object else { throw JSONFault(.wrongKind, at: range.lowerBound) }
        return children { span in
            JSONMember(
                name: Self.name(document, span.key_start..<span.key_end),
                value: JSONValue(document: document, range: span.value_start..<span.value_end))
        }
    }

    /// The elements of an array; none for anything else.
    package func elements() -> [JSONValue] {
        guard kind == .array else { return [] }
        return children { JSONValue(document: document, range: $0.value_start..<$0.value_end) }
    }

    /// The first member of that name; nil where there is none, or this is no object.
    package func member(_ name: String) -> JSONValue? {
        guard kind == .object else { return nil }
        var name = name
        var span = tg_json_span()
        // `range` is of an object of this checked document, so it lies within the buffer.
        let isFound = name.withUTF8 { name in
            unsafe document.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress, let name = unsafe Self.address(name) else { return false }
                return unsafe tg_json_find(base, range.lowerBound, range.upperBound, name.base, name.count, &span)
            }
        }
        return isFound ? JSONValue(document: document, range: span.value_start..<span.value_end) : nil
    }

    /// `member`, but nil where the value is null.
    package func present(_ name: String) -> JSONValue? {
        guard let value = member(name), !value.isNull else { return nil }
        return value
    }

    /// `member`, but nil where the name stands there more than once, of which some readers take the first and some the last.
    package func only(_ name: String) -> JSONValue? {
        guard let found = member(name), let members = try? members() else { return nil }
        return members.count { $0.name == name } == 1 ? found : nil
    }

    private static func address(_ name: UnsafeBufferPointer<UInt8>) -> (base: UnsafePointer<UInt8>, count: Int)? {
        unsafe name.baseAddress.map { unsafe ($0, name.count) }
    }

    private func children<Child>(_ make: (tg_json_span) -> Child) -> [Child] {
        unsafe document.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return [] }
            // Most objects and arrays fit the first attempt; one that does not says how much room it takes.
            var room = 64
            while true {
                // The shim writes at most `room` spans, and only those it wrote are read.
                let (count, found) = unsafe withUnsafeTemporaryAllocation(of: tg_json_span.self, capacity: room) {
                    spans in
                    guard let first = spans.baseAddress else { return (0, [Child]()) }
                    let count = unsafe tg_json_children(base, range.lowerBound, range.upperBound, first, room)
                    guard count <= room else { return (count, []) }
                    return unsafe (count, spans[..<count].map(make))
                }
                if count <= room { return found }
                room = count
            }
        }
    }
}
