import NIOCore
import NIOHTTP1

/// Lets through nothing but requests in good form that come in time. What is none is answered and the connection
/// closed: neither it nor anything behind it on the connection goes further. On a stream of HTTP/2, the stream ends.
///
/// It stands right behind NIO's decoder and its handler for pipelining, so that a refusal has its place in the order of
/// answers. Belongs to its connection's event loop.
package final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias InboundOut = HTTPServerRequestPart
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        /// No request has begun, or the last one is whole.
        case between
        /// A head has come, its body has not ended.
        case reading
        /// Nothing more is taken: a request was refused, or the last answer closes the connection.
        case refused
    }

    /// How long a client that was refused may take to read why.
    private static let linger = TimeAmount.seconds(2)

    private let limits: RequestLimits
    private let answer: (Refusal) -> Refusal.Answer
    private var state = State.between
    private var answerHasBegun = false
    /// From a request's head to the end of its answer.
    private var isAnswering = false
    private var isHTTP2 = false
    /// The connection ends with this answer: a decoder that has seen an upgrade parses nothing more.
    private var closesAfterAnswer = false
    private var sawPart = false
    private var deadline: Scheduled<Void>?

    package init(_ limits: RequestLimits, answer: @escaping (Refusal) -> Refusal.Answer) {
        self.limits = limits
        self.answer = answer
    }

    package func channelInactive(context: ChannelHandlerContext) {
        endDeadline()
        context.fireChannelInactive()
    }

    package func handlerRemoved(context: ChannelHandlerContext) { endDeadline() }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        sawPart = true
        switch (unwrapInboundIn(data), state) {
        case (_, .refused): return
        case (.head(let head), _):
            endDeadline()
            state = .reading
            answerHasBegun = false
            isAnswering = true
            isHTTP2 = head.version.major >= 2
            if let fault = RequestRules.fault(in: head, limits) { return refuse(fault, context) }
            closesAfterAnswer = head.headers.contains(name: "upgrade")
        case (.body, _): break
        case (.end(let trailers), _):
            if let trailers, let fault = RequestRules.fault(inTrailers: trailers) {
                refuse(fault, context)
                return context.fireErrorCaught(HTTPParserError.invalidHeaderToken)
            }
            endDeadline()
            state = .between
        }
        context.fireChannelRead(data)
    }

    /// Deadlines begin here, where what has come has been parsed: a request that comes in one piece has none.
    package func channelReadComplete(context: ChannelHandlerContext) {
        defer { context.fireChannelReadComplete() }
        defer { sawPart = false }
        guard deadline == nil else { return }
        switch state {
        case .refused: break
        case .reading: begin(limits.bodyTimeout, context) { $0.bodyIsLate($1) }
        case .between:
            // Bytes came that made nothing yet: part of a head. There is no request to answer, so it just closes.
            if !sawPart, !isAnswering { begin(limits.headTimeout, context) { $1.close(promise: nil) } }
        }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .refused = state { return }
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        refuse(error == .headerOverflow ? .headersTooLarge : .malformed, context)
        // Whoever reads the body must not take what came of it for the whole.
        context.fireErrorCaught(error)
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .refused = state {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if !head.status.isInformational { answerHasBegun = true }
            guard closesAfterAnswer else { break }
            head.headers.replaceOrAdd(name: "connection", value: "close")
            return context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: break
        case .end:
            isAnswering = false
            // A request not whole yet keeps the one answer it had.
            if case .between = state { answerHasBegun = false }
            guard closesAfterAnswer else { break }
            context.writeAndFlush(data, promise: promise)
            context.close(mode: .output, promise: nil)
            endDeadline()
            state = .refused
            return
        }
        context.write(data, promise: promise)
    }

    private func bodyIsLate(_ context: ChannelHandlerContext) {
        refuse(.bodyTooSlow, context)
        context.fireErrorCaught(HTTPParserError.invalidEOFState)
    }

    private func refuse(_ refusal: Refusal, _ context: ChannelHandlerContext) {
        endDeadline()
        state = .refused
        guard !answerHasBegun else { return context.close(promise: nil) }
        let answer = answer(refusal)
        var headers = HTTPHeaders(answer.headers)
        headers.replaceOrAdd(name: "content-length", value: String(answer.body.count))
        if !isHTTP2 { headers.replaceOrAdd(name: "connection", value: "close") }
        let status = HTTPResponseStatus(statusCode: refusal.code.status)
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
        let channel = context.channel
        let written = context.writeAndFlush(wrapOutboundOut(.end(nil)))
        if isHTTP2 {
            written.whenComplete { _ in channel.close(promise: nil) }
        } else {
            // Only our side: closed whole with bytes unread, the system would take the answer back.
            context.close(mode: .output, promise: nil)
            begin(Self.linger, context) { $1.close(promise: nil) }
        }
    }

    private func begin(
        _ timeout: TimeAmount, _ context: ChannelHandlerContext,
        _ action: @escaping (RequestGuard, ChannelHandlerContext) -> Void
    ) {
        // Runs on the loop that this handler and its context belong to.
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [weak self] in
            guard let self, deadline != nil else { return }
            deadline = nil
            action(self, context)
        }
    }

    private func endDeadline() {
        deadline?.cancel()
        deadline = nil
    }
}

extension HTTPResponseStatus {
    fileprivate var isInformational: Bool { (100..<200).contains(code) }
}
