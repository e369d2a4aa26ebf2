import Logging

/// Hands entries to the process's one output.
struct OutputLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let label: String
    private let output: LogOutput

    init(label: String, level: Logger.Level, output: LogOutput) {
        self.label = label
        self.output = output
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = event.metadata ?? [:]
        if !metadata.isEmpty { all.merge(metadata) { said, _ in said } }
        // What an error says of itself may be anything, also what was said in a run.
        if let error = event.error { all["error_type"] = "\(type(of: error))" }
        output.append(
            LogOutput.Entry(
                time: WallClock.milliseconds(), level: event.level, label: label, message: event.message,
                metadata: all))
    }
}
