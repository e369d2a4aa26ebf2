import Edge
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP2
import NIOSSL

/// How the admin port's connections are set up: cleartext speaks HTTP/1.1; over TLS the client chooses HTTP/2 or
/// HTTP/1.1 (ALPN).
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
        tls.applicationProtocols = NIOHTTP2SupportedALPNProtocols
        var http2 = HTTP2Channel.Configuration(
            idleTimeout: .seconds(idleSeconds), gracefulCloseTimeout: .seconds(10),
            streamConfiguration: HTTP1Channel.Configuration(
                additionalChannelHandlers: [
                    StreamDeadline(requestTimeout: limits.withLockedValue { $0.bodyTimeout })
                ],
                idleTimeout: .seconds(idleSeconds)))
        http2.maxAgeTimeout = .seconds(3_600)
        return HTTPServerBuilder { [tls, http2] responder in
            NegotiatedConnection(
                context: try NIOSSLContext(configuration: tls), limits: limits,
                http1: HTTP1Channel(responder: responder, configuration: http1),
                http2: HTTP2Channel(responder: responder, configuration: http2))
        }
    }

    private static func answer(_ refusal: Refusal) -> Refusal.Answer {
        let reply = Reply(ControlFault(refusal.code, refusal.message))
        return Refusal.Answer(
            headers: [("content-type", reply.contentType), ("cache-control", "no-store")], body: reply.body)
    }
}

/// A connection over TLS, held to deadlines from its first byte: Hummingbird's own has no place for them.
private struct NegotiatedConnection: ServerChildChannel {
    typealias Negotiated = NIONegotiatedHTTPVersion<HTTP1Channel.Value, HTTP2Channel.Value>

    struct Value: ServerChildChannelValue {
        let negotiated: EventLoopFuture<Negotiated>
        let channel: any Channel
    }

    let context: NIOSSLContext
    let limits: NIOLockedValueBox<RequestLimits>
    let http1: HTTP1Channel
    let http2: HTTP2Channel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let timeout = limits.withLockedValue { $0.headTimeout }
        do {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(NIOSSLServerHandler(context: context))
            try pipeline.addHandler(HandshakeDeadline(timeout))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return channel.configureHTTP2AsyncSecureUpgrade { channel in
            http1.setup(channel: channel, logger: logger)
        } http2ConnectionInitializer: { channel in
            do {
                try channel.pipeline.syncOperations.addHandler(FrameDeadline(timeout))
            } catch {
                return channel.eventLoop.makeFailedFuture(error)
            }
            return http2.setup(channel: channel, logger: logger)
        }
        .map { Value(negotiated: $0, channel: channel) }
    }

    func handle(value: Value, logger: Logger) async {
        // Fails where the handshake does: the connection is closed then, and there is nothing to say.
        switch try? await value.negotiated.get() {
        case .http1_1(let connection)?: await http1.handle(value: connection, logger: logger)
        case .http2(let connection)?: await http2.handle(value: connection, logger: logger)
        case nil: break
        }
    }
}
