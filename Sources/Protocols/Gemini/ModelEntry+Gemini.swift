import JSON

extension ModelEntry {
    /// `GET /v1beta/models/{id}` in Gemini's shape.
    package func encodeGemini() -> [UInt8] {
        var writer = JSONWriter()
        writer.geminiModel(self)
        return writer.bytes
    }

    /// `GET /v1beta/models` in Gemini's shape, on one page.
    package static func encodeGeminiList(_ entries: [ModelEntry]) -> [UInt8] {
        var writer = JSONWriter(capacity: 64 + 192 * entries.count)
        writer.beginObject()
        writer.key("models")
        writer.beginArray()
        for entry in entries { writer.geminiModel(entry) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func geminiModel(_ entry: ModelEntry) {
        beginObject()
        member("name", "models/" + entry.id)
        member("displayName", entry.id)
        key("supportedGenerationMethods")
        beginArray()
        string("generateContent")
        string("streamGenerateContent")
        endArray()
        endObject()
    }
}
