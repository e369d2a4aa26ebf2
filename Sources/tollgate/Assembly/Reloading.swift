import Logging

/// One thing that is read again at SIGHUP. It changes all it is about or, having thrown, nothing.
struct ReloadStep: Sendable {
    /// For the log: "prices".
    var name: String
    /// - Parameter configuration: as it is to be from now on.
    var run: @Sendable (_ configuration: Configuration) async throws -> Void
}

/// What SIGHUP does: reads the configuration again, takes what can change in a running server, then runs the steps.
/// Whatever is wrong is logged, and what was in force stays.
struct Reloading {
    private(set) var configuration: Configuration
    private let file: String?
    private let environment: [String: String]
    private let logger: Logger
    private let steps: [ReloadStep]

    /// - Parameter configuration: what the server began with.
    init(
        _ configuration: Configuration, file: String?, environment: [String: String], logger: Logger,
        steps: [ReloadStep]
    ) {
        self.configuration = configuration
        self.file = file
        self.environment = environment
        self.logger = logger
        self.steps = steps
    }

    mutating func run() async {
        var changed: [String] = []
        if let file {
            // Without its configuration the rest would be read by half-old paths: nothing of it is.
            guard let changes = read(file) else { return }
            changed = changes.live
            if !changes.afterRestart.isEmpty {
                logger.warning(
                    "these keys keep their values until a restart",
                    metadata: ["keys": "\(changes.afterRestart.joined(separator: ", "))"])
            }
        } else {
            logger.notice("no configuration file to read again: a process keeps the environment it began with")
        }
        var failed = false
        for step in steps {
            do {
                try await step.run(configuration)
            } catch {
                failed = true
                logger.error("not reloaded: the old stays", metadata: ["what": "\(step.name)", "reason": "\(error)"])
            }
        }
        logger.notice(
            "reloaded",
            metadata: [
                "changed": "\(changed.joined(separator: ", "))",
                "read": "\(steps.map(\.name).joined(separator: ", "))", "complete": "\(!failed)",
            ])
    }

    /// Nil, having said why, where it cannot be taken.
    private mutating func read(_ file: String) -> ConfigurationChanges? {
        do throws(ConfigurationFaults) {
            return configuration.take(try Configuration.load(file: file, environment: environment))
        } catch {
            for fault in error.faults {
                logger.error("configuration not reloaded: the old stays", metadata: ["reason": "\(fault)"])
            }
            return nil
        }
    }
}
