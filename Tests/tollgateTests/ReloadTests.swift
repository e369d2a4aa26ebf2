import Logging
import NIOConcurrencyHelpers
import Testing

@testable import tollgate

@Suite struct ReloadTests {
    @Test func whatIsLiveIsTakenAndTheRestNamed() {
        var configuration = Configuration()
        configuration.providers = ["gone": .init(baseURL: "http://a"), "kept": .init(baseURL: "http://b")]
        var other = configuration
        other.providers = ["kept": .init(baseURL: "http://c"), "new": .init(dialect: "vllm")]
        other.upstream.totalTimeout = 1
        other.drain = .init(delay: 2, grace: 3)
        other.prices = "prices.json"
        other.gateway.port = 1
        other.masterKeyFile = "other"
        other.log = .init(level: .debug, format: .json)
        let changes = configuration.take(other)
        #expect(
            changes.live.sorted() == [
                "drain.delay_ms", "drain.grace_ms", "log.level", "prices", "providers.gone.base_url",
                "providers.kept.base_url", "providers.new.dialect", "upstream.total_timeout_ms",
            ])
        #expect(changes.afterRestart == ["master_key_file", "gateway.port", "log.format"])
        #expect(configuration.upstream == other.upstream && configuration.drain == other.drain)
        #expect(
            configuration.providers["gone"]?.baseURL == nil && configuration.providers["kept"]?.baseURL == "http://c")
        #expect(configuration.gateway.port == 8080 && configuration.masterKeyFile == nil)
        #expect(configuration.log == .init(level: .debug, format: .text))
        #expect(configuration.take(other).live == [])
    }

    @Test func everyLiveKeyIsAKey() {
        #expect(Setting.live.subtracting(Setting.all.map(\.path)) == [])
    }

    /// Each value of a setting is read back as the one it was written from.
    @Test func aValueIsCopiedAsItIs() {
        for setting in Setting.all {
            var other = Configuration()
            other.providers["x"] = .init(baseURL: "http://a", dialect: "vllm")
            var configuration = Configuration()
            setting.copy("x", other, &configuration)
            #expect(setting.text("x", configuration) == setting.text("x", other), "\(setting.path)")
        }
    }

    @Test func aStepThatFailsLeavesTheOthers() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("drain: {grace_ms: 7}\n", to: "tollgate.yaml")
        let said = NIOLockedValueBox<[Int]>([])
        var reloading = Reloading(
            Configuration(), file: file, environment: [:],
            logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            steps: [
                ReloadStep(name: "bad") { _ in throw CommandFailure("no") },
                ReloadStep(name: "good") { configuration in
                    said.withLockedValue { $0.append(configuration.drain.grace) }
                },
            ])
        await reloading.run()
        _ = try folder.write("drain: {grace: 8}\n", to: "tollgate.yaml")
        await reloading.run()
        #expect(said.withLockedValue { $0 } == [7], "a bad file runs no step")
        #expect(reloading.configuration.drain.grace == 7)
    }

    @Test func theThresholdIsEveryLoggers() {
        let threshold = LogThreshold(.info)
        let output = LogOutput(.json) { _ in }
        defer { output.close() }
        let logger = Logger(label: "test") { _ in OutputLogHandler(label: "test", threshold: threshold, output: output)
        }
        var own = logger
        own.logLevel = .trace
        #expect(logger.logLevel == .info)
        threshold.level = .error
        #expect(logger.logLevel == .error && own.logLevel == .trace)
    }
}
