import JSON

/// `GET /v1/models` and `/v1/models/{id}` in OpenAI's shape.
package struct ModelEntry: Hashable, Sendable {
    package var id: String
    /// Seconds since 1970.
    package var created: Int64
    package var owner: String

    package init(id: String, created: Int64, owner: String) {
        self.id = id
        self.created = created
        self.owner = owner
    }

    package func encode() -> [UInt8] {
        var writer = JSONWriter()
        writer.model(self)
        return writer.bytes
    }

    package static func encodeList(_ entries: [ModelEntry]) -> [UInt8] {
        var writer = JSONWriter(capacity: 64 + 128 * entries.count)
        writer.beginObject()
        writer.key("object")
        writer.string("list")
        writer.key("data")
        writer.beginArray()
        for entry in entries { writer.model(entry) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func model(_ entry: ModelEntry) {
        beginObject()
        key("id")
        string(entry.id)
        key("object")
        string("model")
        key("created")
        int(entry.created)
        key("owned_by")
        string(entry.owner)
        endObject()
    }
}
