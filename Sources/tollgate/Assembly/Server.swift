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

    init(_ configuration: Configuration, file: String?, environment: [String: String]) {
        self.configuration = configuration
        self.file = file
        self.environment = environment
    }

    func run() async throws {
        let logger = makeLogger()
        let certificates = try PortCertificates(configuration)
        let masterKey = try configuration.masterKey(environment: environment)
        let prices = try PriceList.load(PriceList.search(configuration, file: file))
        OpenFiles.raiseLimit()
        let stores = try Stores(configuration)
        // The folder is ours, so a file of ports there is of a server that is gone.
        unlink(configuration.folder.ports)
        do {
            try await prepare(stores, prices, logger)
            try await serve(stores, masterKey, certificates, logger)
        } catch {
            await stores.close()
            throw error
        }
        await stores.close()
        logger.info("stopped")
    }

    /// What must be true before the first run: no hold of a process that is gone, and the prices of the list.
    private func prepare(_ stores: Stores, _ prices: PriceList, _ logger: Logger) async throws {
        let interrupted = try await stores.ledger.closeInterrupted(at: WallClock.milliseconds())
        if interrupted > 0 {
            logger.warning(
                "runs cut off by a crash were closed at their estimate", metadata: ["runs": "\(interrupted)"])
        }
        let store = ControlPlane.store(stores.catalog, mode: configuration.mode)
        try await ControlPlane.load(prices.rows, into: store)
    }

    private func serve(
        _ stores: Stores, _ masterKey: MasterKey, _ certificates: PortCertificates, _ logger: Logger
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
        let admin = AdminService(
            configuration: configuration.adminConfiguration(tls: certificates.admin?.configuration),
            store: ControlPlane.store(stores.catalog, mode: configuration.mode), ledger: stores.ledger,
            masterKey: masterKey, logger: logger,
            readiness: { Readiness(gateway: gateway.isReady, catalog: stores.catalog, ledger: stores.ledger) },
            now: WallClock.milliseconds)
        let ports = ServerPorts(
            file: configuration.folder.ports, gateway: gateway, admin: admin, simulator: simulatorPort,
            gatewayScheme: certificates.gateway == nil ? "http" : "https",
            adminScheme: certificates.admin == nil ? "http" : "https")
        // Told to stop, they end from the last to the first: the gateway drains while all else is still there.
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(service: Listening(service: admin, port: configuration.admin.listening)),
                    .init(service: ports),
                    .init(service: Listening(service: gateway, port: configuration.gateway.listening)),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch {
            await simulator?.stop()
            try? await loops.shutdownGracefully()
            throw error
        }
        await simulator?.stop()
        try await loops.shutdownGracefully()
    }

    private func makeLogger() -> Logger {
        let format = configuration.log.format
        var logger = Logger(label: "tollgate") { label in
            switch format {
            case .text: StreamLogHandler.standardError(label: label)
            case .json: JSONLogHandler(label: label, now: WallClock.milliseconds)
            }
        }
        logger.logLevel = configuration.log.level
        return logger
    }
}
