/// The same value in its one canonical spelling: members sorted by the UTF-8 bytes of their names, no white space,
/// strings with the fewest escapes, numbers as they were written (`1.0` and `1` stay two things).
/// Throws `duplicateKey` where an object names a member twice: two readers could take such a text for two values.
package func canonicalJSON(_ value: JSONValue) throws(JSONFault) -> [UInt8] {
    var writer = JSONWriter(capacity: value.range.count + JSONDocument.padding)
    try writer.canonical(value, isSorted: true)
    return writer.bytes
}

/// `canonicalJSON`, but members in the order in which they were written: for what a model reads, which answers in the
/// order of its schema's properties.
package func orderedJSON(_ value: JSONValue) throws(JSONFault) -> [UInt8] {
    var writer = JSONWriter(capacity: value.range.count + JSONDocument.padding)
    try writer.canonical(value, isSorted: false)
    return writer.bytes
}

extension JSONWriter {
    /// Writes the value in its canonical spelling. The depth of a checked document bounds the recursion.
    fileprivate mutating func canonical(_ value: JSONValue, isSorted: Bool) throws(JSONFault) {
        switch value.kind {
        case .object:
            let members = try value.members().map { (name: Array($0.name.utf8), value: $0.value) }
            let sorted = members.sorted { $0.name.lexicographicallyPrecedes($1.name) }
            for (member, next) in zip(sorted, sorted.dropFirst()) where member.name == next.name {
                throw JSONFault(.duplicateKey, at: next.value.range.lowerBound)
            }
            beginObject()
            for member in isSorted ? sorted : members {
                key(String(decoding: member.name, as: UTF8.self))
                try canonical(member.value, isSorted: isSorted)
            }
            endObject()
        case .array:
            beginArray()
            for element in value.elements() { try canonical(element, isSorted: isSorted) }
            endArray()
        case .string: string(utf8: value.decodedBytes ?? [])
        case .number, .bool, .null: self.value(value)
        }
    }
}
