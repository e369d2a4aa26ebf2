import Domain
import Edge
import NIOCore
import NIOSSL
import Protocols
import Transport

/// What the gateway is told when it is assembled.
package struct GatewaySettings: Sendable {
    package enum Mode: Sendable {
        /// One owner: an organization's own provider key costs no credits.
        case selfHosted
        /// Runs on an organization's key cost credits until a platform owner marks it exempt.
        case cloud
    }

    package var mode = Mode.selfHosted
    package var host = "127.0.0.1"
    /// 0 lets the system choose.
    package var port = 8080
    package var loops = 1
    /// Nil: cleartext HTTP/1.1.
    package var tls: TLSConfiguration?
    package var maximumConnections = 10_000
    package var requestLimits = RequestLimits()
    package var maximumBodyBytes = 32 << 20
    /// Of request bodies in memory, all connections together.
    package var maximumBufferedBytes = 1 << 30
    package var clientWriteTimeout = TimeAmount.seconds(60)
    package var keepAliveTimeout = TimeAmount.seconds(75)
    /// How long it goes on taking runs once it is no longer ready.
    package var drainDelay = TimeAmount.zero
    package var drainGrace = TimeAmount.seconds(30)
    package var timeouts = Timeouts()
    package var maximumResponseBytes = 64 << 20
    /// The largest response that is kept for repeats under its idempotency key.
    package var maximumKeptResponseBytes = 1 << 20
    package var maximumResponseHeaderBytes = 64 << 10
    /// How long a run goes on after its client has left, to learn what it cost.
    package var drainAfterDisconnect = TimeAmount.seconds(30)
    /// For what the bytes of requests do not tell.
    package var allowances = Allowances()
    /// For decoded versions, all loops together.
    package var planCacheBytes = 16 << 20
    /// Provider name -> base URL, where it is not the provider's own.
    package var providerBaseURLs: [String: String] = [:]
    /// Provider name -> the built-in provider whose habits it has, where they are not its own.
    package var providerDialects: [String: String] = [:]
    /// What can stand there.
    package static let dialects = ProviderDialect.all.map(\.name)
    /// Milliseconds since 1970.
    package var now: @Sendable () -> Int64

    package init(now: @escaping @Sendable () -> Int64) { self.now = now }
}
