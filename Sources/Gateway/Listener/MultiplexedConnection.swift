import NIOCore
import NIOHTTP2

/// A connection of HTTP/2 as a whole, beside its streams: closed when nothing goes on, and drained.
final class MultiplexedConnection: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    private let connections: Connections
    private var openStreams = 0
    private var isDraining = false
    private var isClosing = false

    init(_ connections: Connections) { self.connections = connections }

    func handlerAdded(context: ChannelHandlerContext) { connections.add(self, context.channel) }

    func channelInactive(context: ChannelHandlerContext) {
        connections.remove(self)
        context.fireChannelInactive()
    }

    /// What concerns the connection was dealt with before, what concerns a request has gone to its stream.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        // A run may take longer than an idle connection may stay; late requests have deadlines of their own.
        case is IdleStateHandler.IdleStateEvent:
            if openStreams == 0 { drain(context.channel) }
        case _: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func streamOpened() { openStreams += 1 }

    func streamClosed(_ connection: any Channel) {
        openStreams -= 1
        if isDraining { closeIfDone(connection) }
    }

    /// What is wrong with one stream ended that stream alone; anything else was answered with GOAWAY.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case is NIOHTTP2Errors.ForbiddenHeaderField, is NIOHTTP2Errors.MissingPseudoHeader,
            is NIOHTTP2Errors.DuplicatePseudoHeader, is NIOHTTP2Errors.PseudoHeaderAfterRegularHeader,
            is NIOHTTP2Errors.UnknownPseudoHeader, is NIOHTTP2Errors.UnsupportedPseudoHeader,
            is NIOHTTP2Errors.InvalidPseudoHeaders, is NIOHTTP2Errors.InvalidPseudoHeaderValue,
            is NIOHTTP2Errors.InvalidHTTP2HeaderFieldName, is NIOHTTP2Errors.InvalidHTTP2HeaderFieldValue,
            is NIOHTTP2Errors.MissingHostHeader, is NIOHTTP2Errors.DuplicateHostHeader,
            is NIOHTTP2Errors.EmptyPathHeader, is NIOHTTP2Errors.ContentLengthHeaderNegative,
            is NIOHTTP2Errors.ContentLengthHeaderMalformedValue,
            is NIOHTTP2Errors.ContentLengthViolated, is NIOHTTP2Errors.ContentLengthHeadersMismatch,
            is NIOHTTP2Errors.NoSuchStream, is NIOHTTP2Errors.StreamClosed:
            break
        case _: context.close(promise: nil)
        }
    }

    /// Closes once the streams under way have ended, and says so then (GOAWAY); a stream opened meanwhile is told that the
    /// gateway drains. Not before: httpx takes the word for the end of all its streams.
    func drain(_ channel: any Channel) {
        isDraining = true
        closeIfDone(channel)
    }

    private func closeIfDone(_ channel: any Channel) {
        // A turn of the loop later: a stream's end is told in the middle of handling its last frame.
        channel.eventLoop.assumeIsolated().execute { [self] in
            guard openStreams == 0, !isClosing else { return }
            isClosing = true
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            // Behind all that was written: closing does not wait for what a slow client has not taken yet.
            let last = HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(), ack: false))
            channel.writeAndFlush(last).whenComplete { _ in channel.close(promise: nil) }
        }
    }
}

/// Tells a connection of its streams, and the library's own management of connections too.
struct StreamCount: NIOHTTP2StreamDelegate {
    private let connection: NIOLoopBound<MultiplexedConnection>
    private let management: any NIOHTTP2StreamDelegate

    init(_ connection: MultiplexedConnection, _ management: any NIOHTTP2StreamDelegate, on loop: any EventLoop) {
        self.connection = NIOLoopBound(connection, eventLoop: loop)
        self.management = management
    }

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
        connection.value.streamOpened()
        management.streamCreated(id, channel: channel)
    }

    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {
        management.streamClosed(id, channel: channel)
        guard let parent = channel.parent else { return }
        connection.value.streamClosed(parent)
    }
}
