import Edge
import NIOCore
import NIOHTTP1
import NIOHTTP2
import NIOSSL
import NIOTLS

/// How a connection is set up: cleartext speaks HTTP/1.1; over TLS the client chooses HTTP/2 or HTTP/1.1 (ALPN).
extension GatewayService {
    func accept(_ channel: any Channel, _ worker: Worker) throws {
        let count = connectionCount.add(1, ordering: .relaxed).newValue
        channel.closeFuture.whenComplete { _ in self.connectionCount.subtract(1, ordering: .relaxed) }
        guard count <= worker.settings.maximumConnections else {
            worker.counters.refused(.tooManyConnections)
            return channel.close(promise: nil)
        }
        let pipeline = channel.pipeline.syncOperations
        guard let tls else {
            // A client that sends and does not read is not read from.
            try pipeline.addHandler(BackPressureHandler())
            return try speakHTTP1(pipeline, worker)
        }
        try pipeline.addHandler(NIOSSLServerHandler(context: tls))
        try pipeline.addHandler(HandshakeDeadline(worker.settings.requestLimits.headTimeout))
        try pipeline.addHandler(
            ApplicationProtocolNegotiationHandler { result, channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    switch result {
                    case .negotiated("h2"): try self.speakHTTP2(pipeline, worker)
                    case .negotiated, .fallback:
                        try pipeline.addHandler(BackPressureHandler())
                        try self.speakHTTP1(pipeline, worker)
                    }
                }
            })
    }

    private func speakHTTP1(_ pipeline: ChannelPipeline.SynchronousOperations, _ worker: Worker) throws {
        try pipeline.configureHTTPServerPipeline(
            position: .last, withPipeliningAssistance: true, withErrorHandling: false,
            withOutboundHeaderValidation: true, withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: worker.settings.requestLimits.decoder)
        try pipeline.addHandler(worker.requestGuard())
        try pipeline.addHandler(IdleStateHandler(allTimeout: worker.settings.keepAliveTimeout))
        try pipeline.addHandler(ConnectionHandler(worker: worker))
    }

    /// Each request is a channel of its own, which speaks as a connection of HTTP/1.1 does.
    private func speakHTTP2(_ pipeline: ChannelPipeline.SynchronousOperations, _ worker: Worker) throws {
        let management = NIOHTTP2ServerConnectionManagementHandler(
            eventLoop: worker.loop,
            configuration: .init(maxIdleTime: nil, maxAge: nil, maxGraceTime: nil, keepalive: nil))
        let connection = MultiplexedConnection(worker.connections, idleTimeout: worker.settings.keepAliveTimeout)
        try pipeline.addHandler(FrameDeadline(worker.settings.requestLimits.headTimeout))
        _ = try pipeline.configureHTTP2Pipeline(
            mode: .server, connectionConfiguration: .gateway(worker.settings.requestLimits),
            streamConfiguration: .gateway,
            streamDelegate: StreamCount(connection, management.http2StreamDelegate, on: worker.loop)
        ) { stream in
            stream.eventLoop.makeCompletedFuture {
                let pipeline = stream.pipeline.syncOperations
                try pipeline.addHandler(HTTP2FramePayloadToHTTP1ServerCodec())
                try pipeline.addHandler(UnreadAnswerDeadline(worker.settings.clientWriteTimeout))
                try pipeline.addHandler(worker.requestGuard())
                try pipeline.addHandler(ConnectionHandler(worker: worker))
            }
        }
        try pipeline.addHandler(management)
        try pipeline.addHandler(connection)
    }
}

extension NIOHTTP2Handler.ConnectionConfiguration {
    /// The library's own limits stay on: of resets (200 in 30 s), of control frames, of continuation and empty frames.
    fileprivate static func gateway(_ limits: RequestLimits) -> Self {
        var configuration = Self()
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: 100),
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.maximumHeaderBytes),
        ]
        configuration.maximumBufferedControlFrames = 1_000
        // Bodies are as large as prompts; the protocol's 64 KiB would have each wait for its client's round trips.
        configuration.targetWindowSize = 1 << 20
        return configuration
    }
}

extension NIOHTTP2Handler.StreamConfiguration {
    fileprivate static var gateway: Self {
        var configuration = Self()
        configuration.targetWindowSize = 256 << 10
        configuration.outboundBufferSizeHighWatermark = 32 << 10
        configuration.outboundBufferSizeLowWatermark = 16 << 10
        return configuration
    }
}

extension Worker {
    /// For a connection of this worker's loop.
    fileprivate func requestGuard() -> RequestGuard {
        RequestGuard(settings.requestLimits) { [self] refusal in
            counters.refused(refusal.code)
            let facts = facts()
            let error = GatewayError(refusal.code, refusal.message)
            return Refusal.Answer(
                headers: facts.wholeHeaders.map { ($0.name, $0.value) },
                body: ErrorResponse.encoded(error, facts))
        }
    }
}
