import Logging
import NIOConcurrencyHelpers

/// A log that keeps its lines, metadata sorted, to be looked at.
final class CapturedLog: LogHandler {
    private let kept = NIOLockedValueBox<[String]>([])

    var lines: [String] { kept.withLockedValue { $0 } }

    func clear() { kept.withLockedValue { $0 = [] } }

    func log(event: LogEvent) {
        let metadata = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        kept.withLockedValue { $0.append("\(event.message)\(metadata)") }
    }

    // One log for all: what a copy of the logger sets for itself is of no use here.
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
}
