import NIOCore
import NIOHTTPTypes

/// Ends a stream of HTTP/2 whose request does not come whole in time, or whose answer is not made and taken within ten
/// minutes. Bytes that dribble in extend nothing. HTTP/1.1 has `RequestGuard` for this, which Hummingbird's streams, of
/// other types, have no place for.
final class StreamDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    /// The longest an honest answer takes: of large books, verified.
    private static let answerTimeout = TimeAmount.minutes(10)

    private let requestTimeout: TimeAmount
    private var timer: Scheduled<Void>?

    init(requestTimeout: TimeAmount) { self.requestTimeout = requestTimeout }

    func handlerAdded(context: ChannelHandlerContext) { begin(requestTimeout, context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head, .body: break
        case .end: begin(Self.answerTimeout, context)
        }
        context.fireChannelRead(data)
    }

    func channelInactive(context: ChannelHandlerContext) {
        endTimer()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { endTimer() }

    private func begin(_ timeout: TimeAmount, _ context: ChannelHandlerContext) {
        endTimer()
        timer = context.eventLoop.scheduleTask(in: timeout) { [channel = context.channel] in
            channel.close(promise: nil)
        }
    }

    private func endTimer() {
        timer?.cancel()
        timer = nil
    }
}
