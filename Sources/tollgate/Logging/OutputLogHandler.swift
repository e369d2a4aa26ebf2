import Logging

/// Hands entries to the process's one output, from the process's threshold on. A logger that is given a level of its own
/// keeps that one.
struct OutputLogHandler: LogHandler {
    var metadata: Logger.Metadata = [:]
    private let label: String
    private let threshold: LogThreshold
    private var ownLevel: Logger.Level?
    private let output: LogOutput

    init(label: String, threshold: LogThreshold, output: LogOutput) {
        self.label = label
        self.threshold = threshold
        self.output = output
    }

    var logLevel: Logger.Level {
        get { ownLevel ?? threshold.level }
        set { ownLevel = newValue }
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
