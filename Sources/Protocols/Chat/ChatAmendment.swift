import JSON

/// What is put right in a chat completion before a client of OpenAI's gets it, which would misread it.
struct ChatAmendment {
    /// Of a choice, that has what it says: `message` in a whole answer, `delta` in a chunk.
    let member: String
    /// Positions of the choices that say their role once more (Ollama's chunks all do): OpenAI's Python SDK would join
    /// them to `assistantassistant`.
    var repeatedRoles: Set<Int> = []
    /// Positions of the choices whose content is in parts (Mistral), where SDKs expect a string.
    var partedContents: Set<Int> = []

    init(saidIn member: String) { self.member = member }

    var isEmpty: Bool { repeatedRoles.isEmpty && partedContents.isEmpty }

    func applied(to root: JSONValue) -> [UInt8] {
        var writer = JSONWriter(capacity: root.range.count + 64)
        writer.beginObject()
        for field in (try? root.members()) ?? [] {
            writer.key(field.name)
            guard field.name == "choices" else {
                writer.value(field.value)
                continue
            }
            writer.beginArray()
            for (position, choice) in field.value.elements().enumerated() { write(choice, position, to: &writer) }
            writer.endArray()
        }
        writer.endObject()
        return writer.bytes
    }

    private func write(_ choice: JSONValue, _ position: Int, to writer: inout JSONWriter) {
        guard repeatedRoles.contains(position) || partedContents.contains(position), let fields = try? choice.members()
        else { return writer.value(choice) }
        writer.beginObject()
        for field in fields {
            writer.key(field.name)
            guard field.name == member, let said = try? field.value.members() else {
                writer.value(field.value)
                continue
            }
            writer.beginObject()
            for part in said where part.name != "role" || !repeatedRoles.contains(position) {
                if part.name == "content", part.value.kind == .array {
                    write(content: part.value, to: &writer)
                } else {
                    writer.key(part.name)
                    writer.value(part.value)
                }
            }
            writer.endObject()
        }
        writer.endObject()
    }

    /// The text of the parts, and their thoughts where other providers have them.
    private func write(content: JSONValue, to writer: inout JSONWriter) {
        var step = AnswerStep()
        step.add(contentOf: content, 0)
        var answer = AssembledAnswer()
        for piece in step.pieces { answer.add(piece.content) }
        writer.key("content")
        writer.string(utf8: answer.text ?? [])
        guard let thoughts = answer.reasoning else { return }
        writer.key("reasoning_content")
        writer.string(utf8: thoughts)
    }
}
