import Domain
import JSON
import Logging

/// One JSON object a line on standard error: `time`, `level`, `message`, then the metadata by name.
struct JSONLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.info
    private let label: String
    private let now: @Sendable () -> Int64

    /// - Parameter now: milliseconds since 1970.
    init(label: String, now: @escaping @Sendable () -> Int64) {
        self.label = label
        self.now = now
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        StandardError.write(line(event.level, event.message, event.metadata) + "\n")
    }

    func line(_ level: Logger.Level, _ message: Logger.Message, _ extra: Logger.Metadata?) -> String {
        var writer = JSONWriter(capacity: 512)
        writer.beginObject()
        var fields = [
            ("time", timestamp(milliseconds: now())), ("level", level.rawValue), ("logger", label),
            ("message", "\(message)"),
        ]
        let taken = Set(fields.map(\.0))
        let all = metadata.merging(extra ?? [:]) { $1 }
        fields += all.filter { !taken.contains($0.key) }.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        for (name, value) in fields {
            writer.key(name)
            writer.string(value)
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
