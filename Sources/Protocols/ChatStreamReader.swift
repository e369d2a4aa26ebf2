import Domain
import JSON

/// Reads a provider's OpenAI-compatible stream event by event, and keeps what the run is settled and reported by.
package struct ChatStreamReader: Sendable {
    package let dialect: ProviderDialect
    /// The first that were named.
    package private(set) var id: String?
    package private(set) var model: String?
    package private(set) var finishReason: String?
    /// The last plausible report: streams that report more than once report cumulatively.
    package private(set) var usage: ReportedUsage?
    /// Bytes of output, and of what was said aloud, when that report came.
    private var reportedAt = 0
    /// Whether output came after the last report, so that it is not of all of it.
    package var usageIsEarly: Bool { usage != nil && reportedAt < outputByteCount + spokenByteCount }
    /// UTF-8 bytes generated so far, for an estimate.
    package private(set) var outputByteCount = 0
    /// UTF-8 bytes of what was said aloud so far, as text.
    package private(set) var spokenByteCount = 0
    /// Images made so far.
    package private(set) var imageCount = 0
    private var finished: Set<Int64> = []
    /// How many choices have a finish reason.
    package var finishedChoices: Int { finished.count }
    package private(set) var isDone = false
    /// Numbers of the choices whose role was said.
    private var roles: Set<Int64> = []

    package init(dialect: ProviderDialect) { self.dialect = dialect }

    /// Throws where the event's data is not a JSON object.
    package mutating func read(_ event: ServerSentEvent) throws(JSONFault) -> ChatStreamEvent {
        if event.data.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }) {
            return ChatStreamEvent(isDone: false)
        }
        if Self.saysDone(event.data) {
            isDone = true
            return ChatStreamEvent(isDone: true)
        }
        let value = try JSONDocument(event.data).root
        // Gemini may wrap an error in an array of one.
        let root = value.elements().first ?? value
        guard root.kind == .object else { throw JSONFault(.wrongKind, at: root.range.lowerBound) }
        let read = ChatStreamEvent(
            root, isNamedError: event.name.elementsEqual("error".utf8), dialect: dialect, roles: &roles)
        note(read)
        return read
    }

    private mutating func note(_ event: ChatStreamEvent) {
        // Azure's first chunk names neither.
        if id == nil, let named = event.id, !named.isEmpty { id = named }
        if model == nil, let named = event.model, !named.isEmpty { model = named }
        if let reason = event.finishReason, finishReason == nil { finishReason = reason }
        outputByteCount += event.outputByteCount
        spokenByteCount += event.spokenByteCount
        if let reported = event.usage {
            usage = reported
            reportedAt = outputByteCount + spokenByteCount
        }
        imageCount += event.imageCount
        finished.formUnion(event.finishedChoices)
    }

    private static func saysDone(_ data: [UInt8]) -> Bool {
        data.starts(with: "[DONE]".utf8) && data.dropFirst(6).allSatisfy { $0 == UInt8(ascii: " ") }
    }
}
