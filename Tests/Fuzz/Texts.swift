import JSON

extension FuzzTarget {
    /// A text is accepted or refused whatever memory it stands in; what is accepted is said the same by its canonical
    /// form and by our writer.
    static let jsonDocument = FuzzTarget(name: "json-document") { input in
        let copied = Result { () throws(JSONFault) in try JSONDocument(input[...]) }
        let inPlace = Result { () throws(JSONFault) in try JSONDocument(input) }
        let document: JSONDocument
        switch (copied, inPlace) {
        case (.success(let one), .success(let other)):
            try hold(one.root.range == other.root.range, "padding does not change what is found")
            document = one
        case (.failure(let one), .failure(let other)):
            try hold(one == other, "padding does not change the fault")
            try hold((0...input.count).contains(one.offset ?? 0), "a fault lies within the text")
            return
        case _: throw Violation(description: "padding does not change the verdict")
        }
        var writer = JSONWriter()
        try copy(document.root, to: &writer, depth: 1)
        let copy = try reread(writer.bytes, "a document written anew is JSON")
        guard let canonical = try? canonicalJSON(document.root) else { return }
        let again = try reread(canonical, "the canonical form is JSON")
        try hold(try canonicalJSON(again.root) == canonical, "the canonical form is its own")
        try hold(try canonicalJSON(copy.root) == canonical, "a document written anew says the same")
    }

    /// Whatever a string says, it says after it was written as JSON and read again.
    static let jsonText = FuzzTarget(name: "json-text") { input in
        guard let text = String(validating: input, as: UTF8.self) else { return }
        var writer = JSONWriter()
        writer.beginArray()
        writer.string(text)
        writer.string(utf8: input)
        writer.string(utf8: ContiguousArray(input).lazy.map(\.self))
        writer.endArray()
        let elements = try reread(writer.bytes, "a written string is JSON").root.elements()
        try hold(elements.count == 3, "three strings are three")
        for element in elements { try hold(element.decodedBytes == input, "a string is read as it was written") }
    }

    /// Writes the value by its parts, as it stands, and holds what its accessors say against each other.
    private static func copy(_ value: JSONValue, to writer: inout JSONWriter, depth: Int) throws {
        try hold(depth <= JSONDocument.maximumDepth, "no deeper than allowed")
        switch value.kind {
        case .object:
            let members = try value.members()
            writer.beginObject()
            for (index, member) in members.enumerated() {
                writer.key(member.name)
                try copy(member.value, to: &writer, depth: depth + 1)
                // Names that take more than 512 bytes with their escapes are documented not to be found.
                let first = members.firstIndex { $0.name.utf8.elementsEqual(member.name.utf8) }
                if first == index, member.name.utf8.count <= 512 / 6 {
                    try hold(value.member(member.name)?.range == member.value.range, "the first of a name is found")
                }
            }
            writer.endObject()
        case .array:
            writer.beginArray()
            for element in value.elements() { try copy(element, to: &writer, depth: depth + 1) }
            writer.endArray()
        case .string:
            let bytes = value.decodedBytes ?? []
            try hold(value.decodedByteCount == bytes.count, "a string is as long as it says")
            try hold(String(validating: bytes, as: UTF8.self) == value.string, "a string is valid UTF-8")
            writer.string(utf8: bytes)
        case .number:
            let text = String(decoding: value.raw, as: UTF8.self)
            try hold(value.int == Int64(text), "an integer is what its digits say")
            try hold(value.double?.isFinite == true, "a number is finite")
            writer.value(value)
        case .bool:
            try hold(value.bool != nil, "true or false")
            writer.bool(value.bool == true)
        case .null: writer.null()
        }
    }
}

func reread(_ bytes: [UInt8], _ property: String) throws -> JSONDocument {
    guard let document = try? JSONDocument(bytes) else { throw Violation(description: property) }
    return document
}
