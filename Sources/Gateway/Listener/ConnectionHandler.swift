import Domain
import JSON
import NIOCore
import NIOHTTP1

/// Turns the parts of HTTP/1.1 requests into whole `GatewayRequest`s and hands them to its loop's worker, one at a time.
/// A stream of HTTP/2 looks the same to it: a connection that carries one request.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case idle
        case receiving(HTTPRequestHead, body: [UInt8], BufferedBytes?)
        /// Refused, or closing after its last answer: the rest is read and dropped, so that the client gets to read it.
        case discarding
        case responding(ResponseWriter)
    }

    /// Bodies larger than this, or of no known size, are read only for callers with a token.
    private static let unauthenticatedBytes = 64 << 10

    private let worker: Worker
    private var state = State.idle
    /// When the last answer so far is written out.
    private(set) var lastWrite: EventLoopFuture<Void>?

    init(worker: Worker) { self.worker = worker }

    /// True while no request is under way, so that closing loses nothing.
    var isIdle: Bool {
        switch state {
        case .idle: true
        case .receiving, .discarding, .responding: false
        }
    }

    private var isResponding: Bool {
        if case .responding = state { true } else { false }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // Behind a TLS handshake: the connection has long been active.
        if context.channel.isActive { worker.connections.add(self, context.channel) }
    }

    func channelActive(context: ChannelHandlerContext) {
        worker.connections.add(self, context.channel)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        worker.connections.remove(self)
        if case .responding(let writer) = state { writer.clientLeft() }
        state = .idle
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .responding(let writer) = state, context.channel.isWritable { writer.channelBecameWritable() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.close(promise: nil) }
        // The guard has answered, and closes the connection once the client could read that.
        guard case .receiving = state else { return }
        state = .discarding
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Nothing came or went for the whole time: a run may take longer than that, a request may not.
        if event is IdleStateHandler.IdleStateEvent, !isResponding { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): receive(head, context)
        case .body(let buffer): receive(buffer, context)
        case .end: receiveEnd(context)
        }
    }

    private func receive(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        // Nothing behind an answer that closes the connection is carried out (RFC 9112, section 9.6).
        if case .discarding = state { return }
        let announced = head.headers.first(name: "content-length").flatMap { Int($0) } ?? 0
        guard announced <= worker.settings.maximumBodyBytes else { return refuse(head, tooLarge, context) }
        if announced > Self.unauthenticatedBytes
            || announced == 0 && head.headers.contains(name: "transfer-encoding"),
            let error = worker.refusal(ofBodyAfter: head)
        {
            return refuse(head, error, context)
        }
        var body: [UInt8] = []
        if announced > 0 { body.reserveCapacity(announced + JSONDocument.padding) }
        state = .receiving(head, body: body, nil)
        guard head.version == .http1_1, head.headers[canonicalForm: "expect"].contains("100-continue") else { return }
        let go = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(go)), promise: nil)
    }

    private func receive(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        guard case .receiving(let head, var body, let buffered) = state else { return }
        guard body.count + buffer.readableBytes <= worker.settings.maximumBodyBytes else {
            return refuse(head, tooLarge, context)
        }
        let held = buffered ?? BufferedBytes(worker.budget)
        guard held.take(buffer.readableBytes) else {
            let error = GatewayError(
                .overloaded, "The gateway holds as many request bodies as it may; try again.", retryAfter: 1)
            return refuse(head, error, context)
        }
        // Otherwise the enum keeps a second reference, and appending copies what is there.
        state = .idle
        body.append(contentsOf: buffer.readableBytesView)
        state = .receiving(head, body: body, held)
    }

    private func receiveEnd(_ context: ChannelHandlerContext) {
        switch state {
        case .receiving(let head, let body, let buffered):
            start(GatewayRequest(head, body: body, buffered), head, context)
        case .idle, .discarding, .responding: break
        }
    }

    private func start(_ request: GatewayRequest, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let writer = writer(context, head, keepsAlive: !worker.isLeaving)
        state = .responding(writer)
        guard !worker.accept(request, writer) else { return }
        switch Route(request.method, request.path) {
        case .health: worker.say("ok", .ok, request, writer)
        case .readiness: worker.say("draining", .serviceUnavailable, request, writer)
        case .run, .models, .model, .deployment, .runRecord, .unknown, .wrongMethod:
            worker.counters.refused(ErrorCode.draining)
            let error = GatewayError(.draining, "The gateway is shutting down.", retryAfter: 1)
            ErrorResponse.send(error, to: writer, worker.facts(request.format))
        }
    }

    private var tooLarge: GatewayError {
        GatewayError(.requestTooLarge, "The request body is larger than \(worker.settings.maximumBodyBytes) bytes.")
    }

    private func refuse(_ head: HTTPRequestHead, _ error: GatewayError, _ context: ChannelHandlerContext) {
        worker.counters.refused(error.code)
        let writer = writer(context, head, keepsAlive: false)
        state = .responding(writer)
        let format = ClientFormat(of: GatewayRequest(head, body: []).path, head.headers)
        ErrorResponse.send(error, to: writer, worker.facts(format))
        state = .discarding
    }

    private func writer(
        _ context: ChannelHandlerContext, _ head: HTTPRequestHead, keepsAlive: Bool
    ) -> ResponseWriter {
        ResponseWriter(
            channel: context.channel, request: head, keepsAlive: keepsAlive,
            writeTimeout: worker.settings.clientWriteTimeout
        ) { [self] end in
            lastWrite = end.written
            if case .responding = state { state = end.keepsAlive ? .idle : .discarding }
        }
    }
}
