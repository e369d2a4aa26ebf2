import Admin
import Domain
import Gateway
import Glibc
import Logging
import NIOCore
import NIOPosix
import Security
import ServiceLifecycle
import Simulator
import Storage
import Transport

/// Assembles the parts and runs them: the only place that knows all of them.
struct Server {
    private let configuration: Configuration
    private let file: String?
    private let environment: [String: String]
    private let threshold: LogThreshold
    private let log: LogOutput
    /// What admin requests under way get once the last run has ended.
    private static let adminGrace = Duration.seconds(5)

    init(_ configuration: Configuration, file: String?, environment: [String: String]) {
        self.configuration = configuration
        self.file = file
        self.environment = environment
        threshold = LogThreshold(configuration.log.level)
        log = LogOutput(configuration.log.format)
    }

    /// What was logged is written when it returns, also when it throws.
    func run() async throws {
        OperatorSignals.ignoreReloads()
        defer { log.close() }
        let logger = makeLogger()
        let certificates = try PortCertificates(configuration)
        let masterKey = try configuration.masterKey(environment: environment)
        let prices = try PriceList.load(PriceList.search(configuration, file: file))
        OpenFiles.raiseLimit()
        let stores = try Stores(configuration, logger: logger)
        do {
            try MasterKeyProof.pass(masterKey, of: stores.catalog)
            // The folder is ours, so a file of ports there is of a server that is gone.
            unlink(configuration.folder.ports)
            let interrupted = try await prepare(stores, prices, logger)
            try await serve(stores, masterKey, certificates, interruptedRuns: interrupted, logger)
        } catch {
            await stores.close()
            throw error
        }
        await stores.close()
        logger.info("stopped")
    }

    /// What must be true before the first run: no hold of a process that is gone, and the prices of the list, if there is
    /// room for them.
    /// - Returns: how many runs of that process there were.
    private func prepare(_ stores: Stores, _ prices: PriceList, _ logger: Logger) async throws -> Int {
        let charge = configuration.ledger.interruptedCharge
        let interrupted = try await stores.ledger.closeInterrupted(at: WallClock.milliseconds(), charging: charge)
        if interrupted > 0 {
            logger.warning(
                "runs cut off by a crash were closed",
                metadata: ["runs": "\(interrupted)", "charged": "\(charge.rawValue)"])
        }
        let store = ControlPlane.store(stores.catalog, mode: configuration.mode)
        try await ControlPlane.loadIfWritable(prices, into: store, logger)
        return interrupted
    }

    private func serve(
        _ stores: Stores, _ masterKey: MasterKey, _ certificates: PortCertificates, interruptedRuns: Int,
        _ logger: Logger
    ) async throws {
        let loopCount = configuration.gateway.loops ?? System.coreCount
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: loopCount)
        var simulator: SimulatorServer?
        var simulatorPort: Int?
        if configuration.simulator.isEnabled {
            let server = try SimulatorServer(configuration.simulatorConfiguration, logger: logger)
            let port = ListeningPort(section: "simulator", host: "127.0.0.1", number: configuration.simulator.port)
            simulatorPort = try await port.naming { try await server.start() }
            simulator = server
        }
        let gateway = try GatewayService(
            configuration.gatewaySettings(
                loops: loopCount, simulatorPort: simulatorPort, tls: certificates.gateway?.configuration), loops: loops,
            lane: LaneConfiguration(caFile: configuration.upstream.caFile), catalog: stores.catalog,
            ledger: stores.ledger, masterKey: masterKey, logger: logger)
        let store = ControlPlane.store(stores.catalog, mode: configuration.mode)
        let metrics = MetricsPage(
            gateway: gateway, stores: stores, control: store, log: log, interruptedRuns: interruptedRuns,
            organizations: configuration.metrics.organizations, logger: logger)
        let admin = AdminService(
            configuration: configuration.adminConfiguration(tls: certificates.admin?.configuration),
            store: store, ledger: stores.ledger, masterKey: masterKey, logger: logger,
            reading: configuration.ledgerReading,
            readiness: { Readiness(gateway: gateway.isReady, catalog: stores.catalog, ledger: stores.ledger) },
            metrics: metrics.exposition, now: WallClock.milliseconds)
        let ports = ServerPorts(
            file: configuration.folder.ports, gateway: gateway, admin: admin, simulator: simulatorPort,
            gatewayScheme: certificates.gateway == nil ? "http" : "https",
            adminScheme: certificates.admin == nil ? "http" : "https")
        let (drained, drainedContinuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        // Told to stop, they end from the last to the first: the gateway drains while all else is still there.
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: Listening(service: admin, port: configuration.admin.listening)),
                    .init(service: ports),
                    .init(
                        service: Listening(
                            service: gateway, port: configuration.gateway.listening,
                            onEnd: { drainedContinuation.finish() })),
                ],
                logger: logger))
        let signals = OperatorSignals(
            group: group, gateway: gateway, log: log,
            reloading: Reloading(
                configuration, file: file, environment: environment, logger: logger,
                steps: reloadSteps(stores, gateway, admin, certificates, loops: loopCount, simulatorPort: simulatorPort)
            ),
            logger: logger)
        do {
            let heard = await OperatorSignals.listen()
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                tasks.addTask { await signals.run(heard) }
                tasks.addTask {
                    // A half-sent request would hold the admin port's own end up for as long as its client likes.
                    for await _ in drained {}
                    try? await Task.sleep(for: Self.adminGrace)
                }
                try await tasks.next()
                tasks.cancelAll()
            }
        } catch {
            await simulator?.stop()
            try? await loops.shutdownGracefully()
            throw error
        }
        await simulator?.stop()
        try await loops.shutdownGracefully()
    }

    /// What is read again at SIGHUP, one after the other.
    private func reloadSteps(
        _ stores: Stores, _ gateway: GatewayService, _ admin: AdminService, _ certificates: PortCertificates,
        loops: Int, simulatorPort: Int?
    ) -> [ReloadStep] {
        [
            ReloadStep(name: "log level") { [threshold] in threshold.level = $0.log.level },
            ReloadStep(name: "gateway") {
                await gateway.apply($0.gatewaySettings(loops: loops, simulatorPort: simulatorPort))
            },
            ReloadStep(name: "admin") { admin.apply($0.requestLimits) },
            ReloadStep(name: "certificates") { _ in try certificates.reload() },
            ReloadStep(name: "prices") { [file] configuration in
                let prices = try PriceList.load(PriceList.search(configuration, file: file))
                try await ControlPlane.load(
                    prices, into: ControlPlane.store(stores.catalog, mode: configuration.mode))
            },
        ]
    }

    private func makeLogger() -> Logger {
        Logger(label: "tollgate") { label in OutputLogHandler(label: label, threshold: threshold, output: log) }
    }
}
