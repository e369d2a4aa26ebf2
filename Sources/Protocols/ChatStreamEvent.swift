import Domain
import JSON

/// What a relay needs to know of one event of an OpenAI-compatible stream.
package struct ChatStreamEvent: Sendable {
    /// The chunk; nil for `[DONE]` and for events without content.
    package let root: JSONValue?
    package let isDone: Bool
    /// What is wrong, where the event says so: an object or a string, for `ProviderFailure`.
    package let error: JSONValue?
    /// Of choice 0, or of the first that has one.
    package let finishReason: String?
    /// The choices that this event finishes, by number.
    package let finishedChoices: [Int64]
    /// UTF-8 bytes generated, over all choices: content, reasoning, refusal, calls.
    package let outputByteCount: Int
    /// UTF-8 bytes of what was said aloud, as text, over all choices.
    package let spokenByteCount: Int
    /// Images made, over all choices.
    package let imageCount: Int
    package let usage: ReportedUsage?
    /// No choice, only usage: the extra chunk that a client gets only if it asked.
    package let isUsageOnly: Bool
    /// Positions of choices that say their role once more (Ollama's chunks all do).
    private let repeatedRoles: Set<Int>

    package var hasFinishReason: Bool { !finishedChoices.isEmpty }
    package var id: String? { root?.member("id")?.string }
    package var model: String? { root?.member("model")?.string }

    /// The text that choice 0 goes on with, as UTF-8.
    package var textDelta: [UInt8]? { delta.flatMap(ChoiceOutput.text) }

    /// The pieces of tool calls that choice 0 goes on with, as they came.
    package var toolCallDeltas: [JSONValue] { delta?.member("tool_calls")?.elements() ?? [] }

    /// Whether a role is said that was said before. OpenAI's Python SDK would join the two to `assistantassistant`:
    /// relay `dataWithoutRepeatedRoles` in place of the event's own bytes.
    package var repeatsRole: Bool { !repeatedRoles.isEmpty }

    /// The chunk without the roles said before; nil where there is no chunk.
    package var dataWithoutRepeatedRoles: [UInt8]? {
        guard let root, let members = try? root.members() else { return nil }
        var writer = JSONWriter(capacity: root.range.count)
        writer.beginObject()
        for member in members {
            writer.key(member.name)
            if member.name == "choices" {
                writer.choices(member.value, withoutRoles: repeatedRoles)
            } else {
                writer.value(member.value)
            }
        }
        writer.endObject()
        return writer.bytes
    }

    private var delta: JSONValue? {
        (root?.member("choices")?.elements()).flatMap(ChoiceOutput.first)?.member("delta")
    }

    /// An event that says nothing, or that the stream is done.
    init(isDone: Bool) {
        self.isDone = isDone
        root = nil
        error = nil
        finishReason = nil
        finishedChoices = []
        outputByteCount = 0
        spokenByteCount = 0
        imageCount = 0
        usage = nil
        isUsageOnly = false
        repeatedRoles = []
    }

    /// - Parameter roles: the numbers of the choices whose role was said; those of this event are added.
    init(_ root: JSONValue, isNamedError: Bool, dialect: ProviderDialect, roles: inout Set<Int64>) {
        self.root = root
        isDone = false
        error = Self.error(root) ?? (isNamedError ? root : nil)
        // Absent, null and empty all occur (vLLM, Azure's first chunk, the usage chunk).
        let choices = root.member("choices")?.elements() ?? []
        var bytes = 0
        var spoken = 0
        var images = 0
        var reasons: [(number: Int64, reason: String)] = []
        var repeated: Set<Int> = []
        for (position, choice) in choices.enumerated() {
            let number = choice.member("index")?.int ?? 0
            if let delta = choice.member("delta") {
                bytes += ChoiceOutput.byteCount(delta)
                spoken += ChoiceOutput.spokenByteCount(delta)
                images += ChoiceOutput.imageCount(delta)
                if let role = delta.member("role"), role.decodedByteCount > 0, !roles.insert(number).inserted {
                    repeated.insert(position)
                }
            }
            // Some say an empty reason where others say null.
            if let reason = choice.present("finish_reason")?.string, !reason.isEmpty {
                reasons.append((number, reason))
            }
        }
        repeatedRoles = repeated
        outputByteCount = bytes
        spokenByteCount = spoken
        imageCount = images
        finishedChoices = reasons.map(\.number)
        finishReason = (reasons.first { $0.number == 0 } ?? reasons.first)?.reason
        usage = ChatUsage.read(root, dialect: dialect)
        isUsageOnly = choices.isEmpty && root.present("usage") != nil && error == nil
    }

    private static func error(_ root: JSONValue) -> JSONValue? {
        root.present("error") ?? root.present("x_groq")?.present("error")
    }
}

extension JSONWriter {
    fileprivate mutating func choices(_ choices: JSONValue, withoutRoles positions: Set<Int>) {
        beginArray()
        for (position, choice) in choices.elements().enumerated() {
            guard positions.contains(position), let members = try? choice.members() else {
                value(choice)
                continue
            }
            beginObject()
            for member in members {
                key(member.name)
                guard member.name == "delta", let parts = try? member.value.members() else {
                    value(member.value)
                    continue
                }
                beginObject()
                for part in parts where part.name != "role" {
                    key(part.name)
                    value(part.value)
                }
                endObject()
            }
            endObject()
        }
        endArray()
    }
}
