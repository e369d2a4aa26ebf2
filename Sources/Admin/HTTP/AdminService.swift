import Domain
import Edge
import Hummingbird
import Logging
import NIOConcurrencyHelpers
import NIOSSL
import Security
import ServiceLifecycle
import Storage

/// Whether the process can do its work, check by check.
package struct Readiness: Sendable {
    package var checks: [(name: String, passes: Bool)]

    package init(_ checks: [(name: String, passes: Bool)]) { self.checks = checks }

    /// Of a whole server. The stores are each read, which they must be able to for any call, and take changes.
    package init(gateway: Bool, catalog: Catalog, ledger: Ledger) {
        let admins = try? catalog.environment.read { transaction throws(StorageError) in
            try transaction.count(catalog.tables.adminTokens)
        }
        let ledgerReads = (try? ledger.balance("")) != nil
        self.init([
            ("gateway", gateway), ("catalog", admins != nil), ("ledger", ledgerReads),
            ("catalog_writes", catalog.state.takesNewWork), ("ledger_writes", ledger.state.takesNewWork),
        ])
    }

    package var isReady: Bool { checks.allSatisfy(\.passes) }

    var reply: Reply {
        Reply(isReady ? 200 : 503) { object in
            object.member("ready", isReady)
            object.member("checks") { list in
                for check in checks { list.member(check.name, check.passes) }
            }
        }
    }
}

/// The admin port, to be run in the process's service group.
package final class AdminService: Service {
    package struct Configuration: Sendable {
        package var host: String
        /// 0: any free one; see `port()`.
        package var port: Int
        package var mode: ServiceMode
        /// Nil: cleartext.
        package var tls: TLSConfiguration?
        package var requestLimits: RequestLimits

        package init(
            host: String = "127.0.0.1", port: Int = 8081, mode: ServiceMode = .selfHosted,
            tls: TLSConfiguration? = nil, requestLimits: RequestLimits = RequestLimits()
        ) {
            self.host = host
            self.port = port
            self.mode = mode
            self.tls = tls
            self.requestLimits = requestLimits
        }
    }

    /// Idle connections are closed after so long, so that they do not pile up.
    private static let idleSeconds: Int64 = 75

    private let configuration: Configuration
    /// What new connections are held to.
    private let limits: NIOLockedValueBox<RequestLimits>
    private let services: AdminServices
    private let bound = BoundPort()

    /// - Parameters:
    ///   - reading: of the ledger's files, when it is verified.
    ///   - metrics: the page that `/metrics` answers, in Prometheus' text format 0.0.4.
    ///   - now: milliseconds since 1970.
    package init(
        configuration: Configuration, store: any ControlStore, ledger: Ledger, masterKey: MasterKey, logger: Logger,
        reading: @escaping LedgerReading, readiness: @escaping @Sendable () async -> Readiness,
        metrics: @escaping @Sendable () async -> [UInt8] = { [] },
        now: @escaping @Sendable () -> Int64
    ) {
        self.configuration = configuration
        limits = NIOLockedValueBox(configuration.requestLimits)
        services = AdminServices(
            store: store, ledger: ledger, masterKey: masterKey, mode: configuration.mode,
            verification: LedgerVerification(ledger, reading),
            pruning: LedgerPruning(ledger), readiness: readiness,
            metrics: metrics,
            now: { Timestamp(milliseconds: now()) }, logger: logger)
    }

    /// The port that is listened on, once it is; nil if the service ends before.
    package func port() async -> Int? { await bound.value() }

    /// New connections are held to these deadlines; limits of sizes stay as they are.
    package func apply(_ limits: RequestLimits) { self.limits.withLockedValue { $0 = limits } }

    package func run() async throws {
        defer { bound.set(nil) }
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { await self.finishPruning() }
            try await application().run()
            // The next start goes on.
            group.cancelAll()
        }
    }

    /// What a prune left that was cut off.
    private func finishPruning() async {
        do throws(ControlFault) { try await services.pruning.finish() } catch {
            services.logger.warning(
                "entries that were pruned are not deleted yet: the next prune or start goes on",
                metadata: ["reason": "\(error.detail)"])
        }
    }

    func application() -> some ApplicationProtocol {
        Application(
            router: AdminRouter(services: services).router(),
            server: AdminListener.builder(configuration, limits: limits, idleSeconds: Self.idleSeconds),
            configuration: .init(address: .hostname(configuration.host, port: configuration.port), serverName: nil),
            onServerRunning: { [bound] channel in bound.set(channel.localAddress?.port) },
            logger: services.logger)
    }
}

/// A port that will be known, and those who wait for it.
private final class BoundPort: Sendable {
    private struct State {
        var isSet = false
        var port: Int?
        var waiting: [CheckedContinuation<Int?, Never>] = []
    }

    private let state = NIOLockedValueBox(State())

    /// The first call decides.
    func set(_ port: Int?) {
        let waiting = state.withLockedValue { state -> [CheckedContinuation<Int?, Never>] in
            guard !state.isSet else { return [] }
            state.isSet = true
            state.port = port
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.resume(returning: port) }
    }

    func value() async -> Int? {
        await withCheckedContinuation { continuation in
            let known = state.withLockedValue { state -> (isSet: Bool, port: Int?) in
                if !state.isSet { state.waiting.append(continuation) }
                return (state.isSet, state.port)
            }
            if known.isSet { continuation.resume(returning: known.port) }
        }
    }
}
