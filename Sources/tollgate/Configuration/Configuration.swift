import Domain
import Logging
import Storage

/// Everything a server can be told, as typed values. The initial values here are the defaults; `Setting.all` says what
/// each key is called, takes and means.
struct Configuration: Equatable, Sendable {
    enum Mode: String, CaseIterable, Sendable { case selfHosted = "self_hosted", cloud }
    enum Durability: String, CaseIterable, Sendable { case strict, relaxed }
    enum LogFormat: String, CaseIterable, Sendable { case text, json }

    struct Gateway: Equatable, Sendable {
        var host = "127.0.0.1"
        /// 0: one the system gives.
        var port = 8080
        /// PEM files; both or neither.
        var tlsCertificate: String?
        var tlsKey: String?
        /// Nil: as many as there are cores.
        var loops: Int?
        var maximumConnections = 10_000
        var maximumBodyBytes = 32 << 20
        var maximumBufferedBytes = 1 << 30
        /// Milliseconds.
        var requestHeadTimeout = 10_000
        /// Milliseconds.
        var requestBodyTimeout = 60_000
        /// Milliseconds.
        var clientWriteTimeout = 60_000
        /// Milliseconds.
        var keepAliveTimeout = 75_000
    }

    struct Admin: Equatable, Sendable {
        var host = "127.0.0.1"
        /// 0: one the system gives.
        var port = 8081
        /// PEM files; both or neither.
        var tlsCertificate: String?
        var tlsKey: String?
        /// What the commands trust when they call this port.
        var clientCAFile: String?
    }

    struct Ledger: Equatable, Sendable {
        var durability = Durability.strict
        /// Milliseconds.
        var relaxedCommit = 50
        var mapBytes = 256 << 30
        /// Room below which neither store takes new work, bytes.
        var diskReserve = 256 << 20
        var interruptedCharge = InterruptedCharge.inputEstimate
    }

    struct Catalog: Equatable, Sendable {
        var mapBytes = 256 << 30
    }

    /// Towards the providers. Times are milliseconds.
    struct Upstream: Equatable, Sendable {
        var connectTimeout = 5_000
        var firstByteTimeout = 120_000
        var idleTimeout = 60_000
        var totalTimeout = 600_000
        var maximumResponseBytes = 64 << 20
        var maximumHeaderBytes = 64 << 10
        var drainAfterDisconnect = 30_000
        var caFile: String?
    }

    /// Of responses to runs with an idempotency key.
    struct Idempotency: Equatable, Sendable {
        /// Milliseconds; 0 keeps none.
        var keep = 86_400_000
        var maximumResponseBytes = 1 << 20
        var maximumTotalBytes = 1 << 30
    }

    struct Plans: Equatable, Sendable {
        var cacheBytes = 16 << 20
    }

    /// What is known of a provider beyond what is built in; nil: as built in.
    struct Provider: Equatable, Sendable {
        /// Without a slash at its end.
        var baseURL: String?
        var dialect: String?
    }

    struct Simulator: Equatable, Sendable {
        var isEnabled = false
        /// 0: one the system gives.
        var port = 8082
        /// Milliseconds.
        var latency = 0
        var tokens = 16
        /// Milliseconds.
        var tokenDelay = 0
        /// Kinds with probabilities, as `429:0.1,reset:0.05`.
        var faults = ""
        var seed = 1
        /// A file for the simulator's own record of requests.
        var log: String?
    }

    struct Metrics: Equatable, Sendable {
        var organizations = 0
    }

    struct Log: Equatable, Sendable {
        var level = Logger.Level.info
        var format = LogFormat.text
    }

    /// Milliseconds.
    struct Drain: Equatable, Sendable {
        var delay = 0
        var grace = 30_000
    }

    var mode = Mode.selfHosted
    var data = "./data"
    var gateway = Gateway()
    var admin = Admin()
    var ledger = Ledger()
    var catalog = Catalog()
    var upstream = Upstream()
    var idempotency = Idempotency()
    var plans = Plans()
    /// By the provider's slug.
    var providers: [String: Provider] = [:]
    /// Nil: found as `PriceList.search` does.
    var prices: String?
    var simulator = Simulator()
    var allowances = Allowances()
    var metrics = Metrics()
    var log = Log()
    /// Nil: `master.key` in the data folder.
    var masterKeyFile: String?
    var drain = Drain()
}

/// What stands in the data folder.
struct DataFolder: Equatable, Sendable {
    let path: String

    var catalog: String { path + "/catalog" }
    var ledger: String { path + "/ledger" }
    var masterKey: String { path + "/master.key" }
    /// The first admin token, where `init --save-token` left it.
    var adminToken: String { path + "/admin-token" }
    /// The demo's deployment token.
    var demoToken: String { path + "/demo-token" }
    /// Which ports a running server listens on.
    var ports: String { path + "/ports.json" }
}

extension Configuration {
    var folder: DataFolder { DataFolder(path: data) }
}
