/// The same value in its one canonical spelling: members sorted by the UTF-8 bytes of their names, no white space,
/// strings with the fewest escapes, numbers as they were written (`1.0` and `1` stay two things).
/// Throws `duplicateKey` where an object names a member twice: two readers could take such a text for two values.
package func canonicalJSON(_ value: JSONValue) throws(JSONFault) -> [UInt8] {
    var writer = JSONWriter(capacity: value.range.count + JSONDocument.padding)
    try writer.canonical(value)
    return writer.bytes
}

extension JSONWriter {
    /// Writes the value in its canonical spelling. The depth of a checked document bounds the recursion.
    package mutating func canonical(_ value: JSONValue) throws(JSONFault) {
        switch value.kind {
        case .object:
            let members = try value.members().map { (name: Array($0.name.utf8), value: $0.value) }
                .sorted { $0.name.lexicographicallyPrecedes($1.name) }
            beginObject()
            for index in members.indices {
                if index > 0, members[index].name == members[index - 1].name {
                    throw JSONFault(.duplicateKey, at: members[index].value.range.lowerBound)
                }
                key(String(decoding: members[index].name, as: UTF8.self))
                try canonical(members[index].value)
            }
            endObject()
        case .array:
            beginArray()
            for element in value.elements() { try canonical(element) }
            endArray()
        case .string: string(utf8: value.decodedBytes ?? [])
        case .number, .bool, .null: self.value(value)
        }
    }
}
