import Domain
import JSON

extension ModelEntry {
    /// `GET /v1/models/{id}` in Anthropic's shape.
    package func encodeAnthropic() -> [UInt8] {
        var writer = JSONWriter()
        writer.anthropicModel(self)
        return writer.bytes
    }

    /// `GET /v1/models` in Anthropic's shape, on one page.
    package static func encodeAnthropicList(_ entries: [ModelEntry]) -> [UInt8] {
        var writer = JSONWriter(capacity: 128 + 128 * entries.count)
        writer.beginObject()
        writer.key("data")
        writer.beginArray()
        for entry in entries { writer.anthropicModel(entry) }
        writer.endArray()
        writer.key("has_more")
        writer.bool(false)
        writer.key("first_id")
        writer.optional(entries.first?.id)
        writer.key("last_id")
        writer.optional(entries.last?.id)
        writer.endObject()
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func anthropicModel(_ entry: ModelEntry) {
        beginObject()
        member("id", entry.id)
        member("type", "model")
        member("display_name", entry.id)
        member("created_at", timestamp(milliseconds: entry.created * 1_000))
        endObject()
    }
}
