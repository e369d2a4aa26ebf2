import ArgumentParser
import Logging
import ServiceLifecycle
import Simulator

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run a simulated provider, which speaks every provider's protocol.",
        discussion: """
            It speaks OpenAI chat completions (also Mistral's, Groq's and xAI's kind, under /mistral, /groq and /xai), \
            OpenAI Responses and embeddings, Anthropic messages, Gemini, Vertex, Cohere and Bedrock, on the paths of \
            each. Features of an answer come after the model's name: sim-1+think+tools reasons and calls tools. \
            Features: \(ModelName.Feature.allCases.map(\.rawValue).joined(separator: ", ")). Then may come a fault: \
            sim-1!429. POST /_simulator/faults orders faults for the requests to come. \
            Faults: \(Fault.allCases.map(\.rawValue).joined(separator: ", ")).
            """)

    @Option(help: "The address to listen on.") var host = "127.0.0.1"
    @Option(help: "The port; 0 takes a free one, which is printed.") var port = 8082
    @Option(help: "Milliseconds before an answer begins.") var latency = 0
    @Option(help: "Tokens in an answer.") var tokens = 16
    @Option(help: "Milliseconds between two tokens of a stream.") var tokenDelay = 0
    @Option(help: "Faults with their probabilities, as 429:0.1,reset:0.05.") var faults = ""
    @Option(help: "The seed of the chance that chooses faults.") var seed: UInt64 = 1
    @Option(help: ArgumentHelp("A file for a JSON line a request.", valueName: "file")) var log: String?
    @Flag(help: "Keep the bodies of requests in memory, for GET /_simulator/log?bodies=true.") var keepBodies = false

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port: expects an integer from 0 to 65535") }
        guard latency >= 0, tokens >= 1, tokenDelay >= 0 else {
            throw ValidationError(
                "--latency, --tokens, --token-delay: expect integers that are not negative, tokens at least 1")
        }
        guard SimulatorConfiguration.faults(parsing: faults) != nil else {
            throw ValidationError("--faults: expects \(SettingKind<String>.faults.expects)")
        }
    }

    func run() async throws {
        let configuration = SimulatorConfiguration(
            host: host, port: port, latency: latency, tokens: tokens, tokenDelay: tokenDelay,
            faults: SimulatorConfiguration.faults(parsing: faults) ?? [:], seed: seed, logPath: log,
            keepBodies: keepBodies)
        let server: SimulatorServer
        do {
            server = try SimulatorServer(configuration)
        } catch {
            throw CommandFailure("--log: the file cannot be opened for appending")
        }
        let logger = Logger(label: "tollgate.simulate", factory: { _ in SwiftLogNoOpLogHandler() })
        let group = ServiceGroup(
            services: [Announced(server: server, host: host, port: port)],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        try await group.run()
    }

    /// Says where the server listens, once it does.
    private struct Announced: Service {
        var server: SimulatorServer
        var host: String
        var port: Int

        func run() async throws {
            let bound: Int
            do {
                bound = try await server.start()
            } catch {
                throw CommandFailure("\(host):\(port): cannot be listened on: choose another by --port")
            }
            StandardOutput.write(Array("simulated provider on http://\(host):\(bound)/v1\n".utf8))
            try? await gracefulShutdown()
            await server.stop()
        }
    }
}
