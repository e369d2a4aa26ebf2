import Edge
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOSSL

/// How the admin port's connections are set up: HTTP/1.1, in cleartext or over TLS. HTTP/2 is not offered: its streams
/// have no place for a `RequestGuard` in Hummingbird's pipelines, and scripts and browsers gain little by it here.
enum AdminListener {
    /// - Parameter limits: what each new connection is held to; of them, those of sizes stay as they are now.
    static func builder(
        _ configuration: AdminService.Configuration, limits: NIOLockedValueBox<RequestLimits>, idleSeconds: Int64
    ) -> HTTPServerBuilder {
        let sizes = limits.withLockedValue { $0 }
        let http1 = HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestGuardInstaller(limits.withLockedValue { $0 }, answer: answer)],
            idleTimeout: .seconds(idleSeconds),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: sizes.maximumHeaderBytes, maxHeaderListSize: sizes.maximumHeaderBytes,
                maxHeaderFieldCount: sizes.maximumHeaders))
        guard var tls = configuration.tls else { return .http1(configuration: http1) }
        tls.applicationProtocols = ["http/1.1"]
        return HTTPServerBuilder { [tls] responder in
            let channel = try TLSChannel(
                HTTP1Channel(responder: responder, configuration: http1), tlsConfiguration: tls)
            return TimedHandshake(base: channel, limits: limits)
        }
    }

    private static func answer(_ refusal: Refusal) -> Refusal.Answer {
        let reply = Reply(ControlFault(refusal.code, refusal.message))
        return Refusal.Answer(
            headers: [("content-type", reply.contentType), ("cache-control", "no-store")], body: reply.body)
    }
}

/// Connections whose TLS handshake must end in time.
private struct TimedHandshake<Base: ServerChildChannel>: ServerChildChannel {
    typealias Value = Base.Value

    let base: Base
    let limits: NIOLockedValueBox<RequestLimits>

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let tls = try pipeline.handler(type: NIOSSLServerHandler.self)
            try pipeline.addHandler(HandshakeDeadline(limits.withLockedValue { $0.headTimeout }), position: .after(tls))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
