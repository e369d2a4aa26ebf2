import Glibc
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import NIOConcurrencyHelpers

/// An OpenAI-compatible provider that fails on demand: for demos, tests and benchmarks.
package final class SimulatorServer: Service {
    package enum StartError: Error {
        /// The log file cannot be opened for appending.
        case logFile
        case alreadyStarted
    }

    private struct Running {
        var group: MultiThreadedEventLoopGroup
        var listener: any Channel
    }

    private let state: SimulatorState
    private let logger: Logger?
    private let running = NIOLockedValueBox<Running?>(nil)
    private let connections = NIOLockedValueBox<[ObjectIdentifier: any Channel]>([:])

    package init(_ configuration: SimulatorConfiguration = SimulatorConfiguration(), logger: Logger? = nil)
        throws(StartError)
    {
        var file: LineFile?
        if let path = configuration.logPath {
            guard let opened = LineFile(path: path) else { throw .logFile }
            file = opened
        }
        state = SimulatorState(configuration: configuration, file: file)
        self.logger = logger
    }

    /// Answers the port bound. Throws NIO's error when the address cannot be had.
    @discardableResult
    package func start(host: String? = nil, port: Int? = nil) async throws -> Int {
        guard running.withLockedValue({ $0 == nil }) else { throw StartError.alreadyStarted }
        let state = state
        let group = MultiThreadedEventLoopGroup(numberOfThreads: max(1, state.configuration.threads))
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelInitializer { [weak self] channel in
                self?.track(channel)
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandler(SimulatorHandler(state: state))
                }
            }
        do {
            let listener = try await bootstrap.bind(
                host: host ?? state.configuration.host, port: port ?? state.configuration.port
            ).get()
            running.withLockedValue { $0 = Running(group: group, listener: listener) }
            let bound = listener.localAddress?.port ?? 0
            logger?.info("simulator listening", metadata: ["port": "\(bound)"])
            return bound
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
    }

    /// Closes the port and every connection. Harmless when repeated.
    package func stop() async {
        guard let running = running.withLockedValue({ $0.take() }) else { return }
        state.setBarrier(closed: false)
        try? await running.listener.close()
        for channel in connections.withLockedValue({ Array($0.values) }) { try? await channel.close() }
        try? await running.group.shutdownGracefully()
    }

    /// Serves where the configuration says, until told to stop.
    package func run() async throws {
        try await start()
        try? await gracefulShutdown()
        await stop()
    }

    private func track(_ channel: any Channel) {
        let key = ObjectIdentifier(channel)
        connections.withLockedValue { $0[key] = channel }
        channel.closeFuture.whenComplete { [weak self] _ in
            self?.connections.withLockedValue { _ = $0.removeValue(forKey: key) }
        }
    }
}

enum SimulatorClock {
    /// Since 1970, for `created`.
    static func seconds() -> Int {
        time(nil)
    }
}
