import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL
import Security
import ServiceLifecycle
import Storage
import Synchronization
import Transport

/// The data plane: a listener, and a worker a loop. Runs until it is told to shut down, then finishes what runs.
package final class GatewayService: Service {
    /// As the last `apply` left them; each worker has its own copy.
    private let settings: NIOLockedValueBox<GatewaySettings>
    /// Nil: cleartext.
    let tls: NIOSSLContext?
    let workers: [Worker]
    private let lanes: [Lane]
    private let loops: any EventLoopGroup
    private let ledger: Ledger
    private let logger: Logger
    let connectionCount = Atomic<Int>(0)
    private let takesRuns = Atomic<Bool>(false)
    private let (bound, boundContinuation) = AsyncStream<Int>.makeStream(bufferingPolicy: .bufferingNewest(1))
    private let (haste, hasteContinuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    package init(
        _ settings: GatewaySettings, loops: any EventLoopGroup, lane configuration: LaneConfiguration, catalog: Catalog,
        ledger: Ledger, masterKey: MasterKey, logger: Logger
    ) throws {
        self.settings = NIOLockedValueBox(settings)
        self.logger = logger
        tls = try settings.tls.map { configuration in
            var configuration = configuration
            configuration.applicationProtocols = NIOHTTP2SupportedALPNProtocols
            return try NIOSSLContext(configuration: configuration)
        }
        self.ledger = ledger
        let keyedRuns = KeyedRuns()
        let budget = BufferBudget(bytes: settings.maximumBufferedBytes)
        var workers: [Worker] = []
        var lanes: [Lane] = []
        for (index, loop) in loops.makeIterator().enumerated() {
            let lane = try Lane(name: "tollgate.lane\(index)", configuration: configuration)
            lanes.append(lane)
            workers.append(
                try Worker(
                    loop: loop, settings: settings, catalog: catalog, ledger: ledger, masterKey: masterKey, lane: lane,
                    budget: budget, keyedRuns: keyedRuns, logger: logger))
        }
        self.workers = workers
        self.lanes = lanes
        self.loops = loops
    }

    /// The port it listens on, once it does.
    package var port: Int? {
        get async {
            for await port in bound { return port }
            return nil
        }
    }

    /// Whether it takes runs: it listens and does not drain.
    package var isReady: Bool { takesRuns.load(ordering: .relaxed) }

    /// New runs and connections go by these; runs under way keep what they began with. Where it listens, with which
    /// certificate, how many loops it has and how many bytes of bodies it buffers stay as they are.
    package func apply(_ settings: GatewaySettings) async {
        self.settings.withLockedValue { $0 = settings }
        for worker in workers { try? await worker.loop.submit { worker.settings = settings }.get() }
    }

    /// Told to shut down already: cuts off the runs under way, which are told why and settled, instead of waiting for
    /// them.
    package func hurry() { hasteContinuation.yield() }

    /// Connections of applications.
    var openConnections: Int { connectionCount.load(ordering: .relaxed) }

    package func run() async throws {
        let settings = settings.withLockedValue { $0 }
        let server = try await bind(settings)
        let port = server.localAddress?.port ?? settings.port
        boundContinuation.yield(port)
        takesRuns.store(true, ordering: .relaxed)
        logger.info("gateway listens", metadata: ["host": "\(settings.host)", "port": "\(port)"])
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.carryRuns() }
            group.addTask { await self.drainWhenTold() }
            group.addTask { await self.hurryWhenTold() }
            group.addTask { await self.forgetExpired() }
            group.addTask { await self.expireCredits() }
            // Whichever ends first, the last run or the time to wait for it, ends the others.
            await group.next()
            group.cancelAll()
        }
        try? await server.close().get()
        for worker in workers { await worker.closeConnections() }
        for lane in lanes { await lane.close() }
    }

    private func carryRuns() async {
        await withTaskGroup(of: Void.self) { group in
            for worker in workers {
                group.addTask(executorPreference: worker.executor) { await worker.run() }
            }
        }
    }

    /// Says that it is not ready, and goes on serving while load balancers learn it; then takes no more runs, and
    /// answers when the time that running ones have is over. It listens until then: a probe is told that it drains,
    /// and a run that comes too late gets an answer that says so.
    private func drainWhenTold() async {
        try? await gracefulShutdown()
        takesRuns.store(false, ordering: .relaxed)
        let settings = settings.withLockedValue { $0 }
        for worker in workers { try? await worker.loop.submit { worker.leave() }.get() }
        if settings.drainDelay > .zero {
            logger.info(
                "gateway is not ready and takes runs for a while",
                metadata: ["delay_ms": "\(settings.drainDelay.nanoseconds / 1_000_000)"])
            try? await Task.sleep(for: .nanoseconds(settings.drainDelay.nanoseconds))
        }
        logger.info("gateway drains", metadata: ["grace_ms": "\(settings.drainGrace.nanoseconds / 1_000_000)"])
        let deadline = NIODeadline.now() + settings.drainGrace
        for worker in workers { try? await worker.loop.submit { worker.drain(until: deadline) }.get() }
        try? await Task.sleep(for: .nanoseconds(settings.drainGrace.nanoseconds))
    }

    /// Answers once it was told to hurry.
    private func hurryWhenTold() async {
        var told = haste.makeAsyncIterator()
        guard await told.next() != nil else { return }
        logger.warning("gateway cuts off what runs")
        for worker in workers { try? await worker.loop.submit { worker.drain(until: .now()) }.get() }
    }

    /// Once a second, a few at a time; ends when cancelled.
    private func forgetExpired() async {
        let now = settings.withLockedValue { $0.now }
        while !Task.isCancelled {
            do throws(StorageError) {
                if try await ledger.forgetExpired(at: now()) { continue }
            } catch {
                logger.debug("expired responses stay for now", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Once a second, a piece of the balances at a time; ends when cancelled.
    private func expireCredits() async {
        let now = settings.withLockedValue { $0.now }
        var sweep = ExpirySweep(ledger)
        var isFailing = false
        while !Task.isCancelled {
            do throws(StorageError) {
                let entries = try await sweep.step(at: now())
                isFailing = false
                if entries > 0 { logger.info("ended credits were taken back", metadata: ["entries": "\(entries)"]) }
            } catch {
                // Of a store that takes nothing it was told when that began.
                let isKnown = isFailing || error.kind == .full || error.kind == .broken || error.kind == .closed
                logger.log(
                    level: isKnown ? .debug : .error, "ended credits stay for now", metadata: ["error": "\(error)"])
                isFailing = true
            }
            try? await Task.sleep(for: .seconds(1))
        }
    }

    private func bind(_ settings: GatewaySettings) async throws -> any Channel {
        let group = workers.map(\.loop)
        let workers = Dictionary(uniqueKeysWithValues: workers.map { (ObjectIdentifier($0.loop), $0) })
        guard let first = group.first else { preconditionFailure("an event loop group has a loop") }
        return try await ServerBootstrap(group: first, childGroup: loops)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [self] channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let worker = workers[ObjectIdentifier(channel.eventLoop)] else {
                        preconditionFailure("every loop has a worker")
                    }
                    try accept(channel, worker)
                }
            }
            .bind(host: settings.host, port: settings.port).get()
    }
}
