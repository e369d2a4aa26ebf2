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
        case receiving(HTTPRequestHead, body: [UInt8])
        /// Refused already; the rest is read and dropped, so that the client gets to read why.
        case discarding
        case responding(ResponseWriter)
    }

    /// Bodies larger than this, or of no known size, are read only for callers with a token.
    private static let unauthenticatedBytes = 64 << 10

    private let worker: Worker
    private var state = State.idle
    /// Bytes of the request's body that count against the budget, until the request is answered.
    private var heldBytes = 0
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
        letGo()
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
        letGo()
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
        state = .receiving(head, body: body)
        guard head.version == .http1_1, head.headers[canonicalForm: "expect"].contains("100-continue") else { return }
        let go = HTTPResponseHead(version: .http1_1, status: .continue)
        context.writeAndFlush(wrapOutboundOut(.head(go)), promise: nil)
    }

    private func receive(_ buffer: ByteBuffer, _ context: ChannelHandlerContext) {
        guard case .receiving(let head, var body) = state else { return }
        guard body.count + buffer.readableBytes <= worker.settings.maximumBodyBytes else {
            return refuse(head, tooLarge, context)
        }
        guard worker.budget.take(buffer.readableBytes) else {
            let error = GatewayError(
                .overloaded, "The gateway holds as many request bodies as it may; try again.", retryAfter: 1)
            return refuse(head, error, context)
        }
        heldBytes += buffer.readableBytes
        // Otherwise the enum keeps a second reference, and appending copies what is there.
        state = .idle
        body.append(contentsOf: buffer.readableBytesView)
        state = .receiving(head, body: body)
    }

    private func receiveEnd(_ context: ChannelHandlerContext) {
        switch state {
        case .receiving(let head, let body): start(head, body, context)
        case .discarding: context.close(mode: .output, promise: nil)
        case .idle, .responding: break
        }
    }

    private func start(_ head: HTTPRequestHead, _ body: [UInt8], _ context: ChannelHandlerContext) {
        let writer = writer(context, head, keepsAlive: !worker.isLeaving)
        state = .responding(writer)
        let request = GatewayRequest(head, body: body)
        guard !worker.accept(request, writer) else { return }
        switch Route(request.method, request.path) {
        case .health: worker.say("ok", .ok, request, writer)
        case .readiness: worker.say("draining", .serviceUnavailable, request, writer)
        case .run, .models, .model, .deployment, .runRecord, .unknown, .wrongMethod:
            worker.counters.refused(ErrorCode.draining)
            let error = GatewayError(.draining, "The gateway is shutting down.", retryAfter: 1)
            ErrorResponse.send(error, to: writer, worker.facts())
        }
    }

    private var tooLarge: GatewayError {
        GatewayError(.requestTooLarge, "The request body is larger than \(worker.settings.maximumBodyBytes) bytes.")
    }

    private func refuse(_ head: HTTPRequestHead, _ error: GatewayError, _ context: ChannelHandlerContext) {
        worker.counters.refused(error.code)
        letGo()
        let writer = writer(context, head, keepsAlive: false)
        state = .responding(writer)
        ErrorResponse.send(error, to: writer, worker.facts())
        state = .discarding
    }

    private func letGo() {
        guard heldBytes > 0 else { return }
        worker.budget.give(heldBytes)
        heldBytes = 0
    }

    private func writer(
        _ context: ChannelHandlerContext, _ head: HTTPRequestHead, keepsAlive: Bool
    ) -> ResponseWriter {
        ResponseWriter(
            channel: context.channel, request: head, keepsAlive: keepsAlive,
            writeTimeout: worker.settings.clientWriteTimeout
        ) { [self] written in
            lastWrite = written
            letGo()
            if case .responding = state { state = .idle }
        }
    }
}
