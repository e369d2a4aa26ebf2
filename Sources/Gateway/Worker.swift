import Domain
import Logging
import NIOCore
import Prompting
import Security
import Storage
import Transport

/// All that one event loop needs to carry runs: its own view of the catalog, its own lane to the providers, its own
/// cache of plans. Nothing of it is shared with other loops but the two stores.
///
/// `@unchecked Sendable`, because it is confined to its loop: connections and runs reach it only there (runs through
/// `LoopExecutor`), and the assembly, which makes it, gives it away before the first connection.
final class Worker: @unchecked Sendable {
    let loop: any EventLoop
    let executor: LoopExecutor
    let settings: GatewaySettings
    let catalog: CatalogTables
    let ledger: Ledger
    let masterKey: MasterKey
    let lane: Lane
    let logger: Logger
    let budget: BufferBudget
    let connections = Connections()
    private let reader: Reader
    private var plans: PlanCache
    private(set) var isDraining = false
    private var drainDeadline = NIODeadline.distantFuture
    private let inbox: AsyncStream<Arrival>.Continuation
    private let arrivals: AsyncStream<Arrival>

    private struct Arrival: Sendable {
        var request: GatewayRequest
        var writer: ResponseWriter
    }

    init(
        loop: any EventLoop, settings: GatewaySettings, catalog: Catalog, ledger: Ledger, masterKey: MasterKey,
        lane: Lane, budget: BufferBudget, logger: Logger
    ) throws(StorageError) {
        self.loop = loop
        executor = LoopExecutor(loop)
        self.settings = settings
        self.catalog = catalog.tables
        self.ledger = ledger
        self.masterKey = masterKey
        self.lane = lane
        self.budget = budget
        self.logger = logger
        reader = try Reader(catalog.environment)
        plans = PlanCache(maximumBytes: settings.planCacheBytes / settings.loops)
        // Bounded by the connections: each has at most one request under way, one of HTTP/2 as many as streams.
        (arrivals, inbox) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    /// What is known of a request as it comes in.
    func facts(receivedAt: NIODeadline = .now()) -> RunFacts {
        RunFacts(id: RunID(milliseconds: settings.now()), receivedAt: receivedAt)
    }

    /// False once the gateway drains.
    func accept(_ request: GatewayRequest, _ writer: ResponseWriter) -> Bool {
        loop.assertInEventLoop()
        guard !isDraining else { return false }
        inbox.yield(Arrival(request: request, writer: writer))
        return true
    }

    /// Carries requests until the drain, and answers when the last of them has ended. Cancelled, it cancels them.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await arrival in arrivals {
                group.addTask(executorPreference: executor) {
                    await self.serve(arrival.request, arrival.writer)
                }
            }
        }
    }

    /// - Parameter deadline: when runs and answers under way will be cut off.
    func drain(until deadline: NIODeadline) {
        loop.assertInEventLoop()
        isDraining = true
        drainDeadline = deadline
        inbox.finish()
        connections.closeIdle()
    }

    /// Lets the last answers go out, for what is left of the drain's time (a moment at the least, for what was written
    /// when it ended), and closes every connection.
    func closeConnections() async {
        let closed = loop.flatSubmit { [self] in
            let left = min(settings.clientWriteTimeout, max(drainDeadline - .now(), .milliseconds(500)))
            let timeout = loop.scheduleTask(in: left) { self.connections.closeAll() }
            return connections.closeWhenWritten(on: loop).always { _ in timeout.cancel() }
        }
        try? await closed.get()
    }

    /// Reads the catalog as it is now.
    func read<R>(_ body: (borrowing Reader.Snapshot) throws(StorageError) -> R) throws(GatewayError) -> R {
        loop.assertInEventLoop()
        do throws(StorageError) {
            return try reader.read(body)
        } catch {
            logger.error("catalog read failed", metadata: ["error": "\(error)"])
            throw GatewayError(.internalError, "The catalog could not be read.")
        }
    }

    /// The plan of a version, decoded at most once while it stays in the cache.
    func plan(_ version: DeploymentRecord) throws(GatewayError) -> Plan {
        if let plan = plans[version.versionHash] { return plan }
        let content = try read { snapshot throws(StorageError) in
            try snapshot.value(catalog.contents, Key(version.versionHash))
        }
        guard let content else { throw GatewayError(.internalError, "The deployed version's content is missing.") }
        do throws(VersionFault) {
            let plan = try Plan(decoding: content)
            plans.insert(plan, under: version.versionHash)
            return plan
        } catch {
            logger.error("version does not decode", metadata: ["version": "\(version.versionHash)"])
            throw GatewayError(.internalError, "The deployed version cannot be read.")
        }
    }
}
