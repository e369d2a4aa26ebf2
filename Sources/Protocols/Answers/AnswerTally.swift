import Domain

/// What is known of an answer so far: what a run is settled and reported by.
package struct AnswerTally: Sendable {
    /// The first that were named.
    package private(set) var id: String?
    package private(set) var model: String?
    /// Of choice 0, or of the first that has one.
    package private(set) var finishReason: FinishReason?
    /// The last plausible report: streams that report more than once report cumulatively.
    package private(set) var usage: ReportedUsage?
    /// Bytes of output, and of what was said aloud, when that report came.
    private var reportedAt = 0
    /// UTF-8 bytes generated so far, for an estimate.
    package private(set) var outputByteCount = 0
    /// UTF-8 bytes of what was said aloud so far, as text.
    package private(set) var spokenByteCount = 0
    /// Images made so far.
    package private(set) var imageCount = 0
    private var finished: Set<Int64> = []
    package private(set) var isDone = false

    package init() {}

    /// Whether output came after the last report, so that it is not of all of it.
    package var usageIsEarly: Bool { usage != nil && reportedAt < outputByteCount + spokenByteCount }
    /// How many choices have a finish reason.
    package var finishedChoices: Int { finished.count }

    mutating func note(_ step: AnswerStep) {
        // Azure's first chunk names neither.
        if id == nil, let named = step.id, !named.isEmpty { id = named }
        if model == nil, let named = step.model, !named.isEmpty { model = named }
        outputByteCount += step.outputByteCount
        spokenByteCount += step.spokenByteCount
        imageCount += step.imageCount
        if let reported = step.usage {
            usage = reported
            reportedAt = outputByteCount + spokenByteCount
        }
        for finish in step.finishes {
            finished.insert(finish.choice)
            if finishReason == nil { finishReason = finish.reason }
        }
        // Another choice may have ended before.
        if finished.count > 1, let first = step.finishes.first(where: { $0.choice == 0 }) {
            finishReason = first.reason
        }
        isDone = isDone || step.isDone
    }
}
