import JSON

/// Asks the validator itself whether patterns match: each is compiled once.
final class SchemaPatterns {
    private var compiled: [Text: JSONSchema?] = [:]

    /// nil where the pattern is none that we hold.
    func matches(_ text: Text, _ pattern: Text) -> Bool? {
        guard let schema = schema(of: pattern) else { return nil }
        var quoted: [UInt8] = []
        appendQuotedJSON(utf8: text.bytes, to: &quoted)
        guard let value = try? JSONDocument(quoted).root else { return nil }
        return schema.accepts(JSONTape(value))
    }

    private func schema(of pattern: Text) -> JSONSchema? {
        if let known = compiled[pattern] { return known }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("pattern")
        writer.string(utf8: pattern.bytes)
        writer.endObject()
        let schema = try? JSONSchema(compiling: writer.bytes)
        compiled[pattern] = .some(schema)
        return schema
    }
}
