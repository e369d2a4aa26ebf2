import Domain
import Logging
import NIOCore
import Prompting
import Security
import Storage
import Transport

/// All that one event loop needs to carry runs: its own view of the catalog, its own lane to the providers, its own
/// cache of plans. Nothing of it is shared with other loops but the two stores, and who waits for which run.
///
/// `@unchecked Sendable`, because it is confined to its loop: connections and runs reach it only there (runs through
/// `LoopExecutor`), and the assembly, which makes it, gives it away before the first connection.
final class Worker: @unchecked Sendable {
    let loop: any EventLoop
    let executor: LoopExecutor
    /// What new runs and connections go by.
    var settings: GatewaySettings { didSet { resolver.cacheBytes = settings.planCacheBytes / settings.loops } }
    let catalog: CatalogTables
    let ledger: Ledger
    let masterKey: MasterKey
    let lane: Lane
    let logger: Logger
    let budget: BufferBudget
    /// Of all loops together.
    let keyedRuns: KeyedRuns
    let connections = Connections()
    let resolver: PlanResolver
    let accessTokens: AccessTokens
    var counters = RunCounters()
    /// No longer ready, so that load balancers send their runs elsewhere; those that come are still carried.
    private(set) var isLeaving = false
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
        lane: Lane, budget: BufferBudget, keyedRuns: KeyedRuns, logger: Logger
    ) throws(StorageError) {
        self.loop = loop
        executor = LoopExecutor(loop)
        self.settings = settings
        self.catalog = catalog.tables
        self.ledger = ledger
        self.masterKey = masterKey
        self.lane = lane
        self.budget = budget
        self.keyedRuns = keyedRuns
        self.logger = logger
        accessTokens = AccessTokens(now: settings.now)
        resolver = try PlanResolver(catalog, cacheBytes: settings.planCacheBytes / settings.loops, logger: logger)
        // Bounded by the connections: each has at most one request under way, one of HTTP/2 as many as streams.
        (arrivals, inbox) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    /// What is known of a request as it comes in.
    func facts(receivedAt: NIODeadline = .now(), _ format: ClientFormat = .chat) -> RunFacts {
        RunFacts(id: RunID(milliseconds: settings.now()), format: format, receivedAt: receivedAt)
    }

    /// False once the gateway drains.
    func accept(_ request: GatewayRequest, _ writer: ResponseWriter) -> Bool {
        loop.assertInEventLoop()
        guard !isDraining else { return false }
        if case .terminated = inbox.yield(Arrival(request: request, writer: writer)) { return false }
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

    /// Is no longer ready, and takes what still comes.
    func leave() {
        loop.assertInEventLoop()
        isLeaving = true
        connections.leave()
    }

    /// - Parameter deadline: when runs and answers under way will be cut off.
    func drain(until deadline: NIODeadline) {
        loop.assertInEventLoop()
        isLeaving = true
        isDraining = true
        drainDeadline = min(drainDeadline, deadline)
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
        return try resolver.read(body)
    }
}
