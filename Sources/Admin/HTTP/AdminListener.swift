import Edge
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOSSL

/// How the admin port's connections are set up: cleartext speaks HTTP/1.1; over TLS the client chooses HTTP/2 or
/// HTTP/1.1 (ALPN).
enum AdminListener {
    static func builder(_ configuration: AdminService.Configuration, idleSeconds: Int64) -> HTTPServerBuilder {
        let limits = configuration.requestLimits
        let http1 = HTTP1Channel.Configuration(
            additionalChannelHandlers: [RequestGuardInstaller(limits, answer: answer)],
            idleTimeout: .seconds(idleSeconds),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: limits.maximumHeaderBytes, maxHeaderListSize: limits.maximumHeaderBytes,
                maxHeaderFieldCount: limits.maximumHeaders))
        guard let tls = configuration.tls else { return .http1(configuration: http1) }
        return HTTPServerBuilder { responder in
            let channel = try HTTP2UpgradeChannel(
                tlsConfiguration: tls,
                configuration: .init(idleTimeout: .seconds(idleSeconds), streamConfiguration: http1),
                responder: responder)
            return TimedHandshake(base: channel, timeout: limits.headTimeout)
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
    let timeout: TimeAmount

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let tls = try pipeline.handler(type: NIOSSLServerHandler.self)
            try pipeline.addHandler(HandshakeDeadline(timeout), position: .after(tls))
            return value
        }
    }

    func handle(value: Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}
