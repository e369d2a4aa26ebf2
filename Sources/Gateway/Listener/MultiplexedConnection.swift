import NIOCore
import NIOHTTP2

/// A connection of HTTP/2 as a whole, beside its streams: closed when nothing goes on, and drained.
final class MultiplexedConnection: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame

    /// How long closing waits for what the client has not taken yet.
    private static let lastWriteTimeout = TimeAmount.seconds(2)

    private let connections: Connections
    private let idleTimeout: TimeAmount
    private var openStreams = 0
    private var hadStreams = false
    private var idleSince = NIODeadline.now()
    private var idleTimer: Scheduled<Void>?
    private var isDraining = false
    /// Set once it closes.
    private var closing: Scheduled<Void>?

    /// - Parameter idleTimeout: how long it stays open without a stream. Frames that are no request do not extend it.
    init(_ connections: Connections, idleTimeout: TimeAmount) {
        self.connections = connections
        self.idleTimeout = idleTimeout
    }

    func handlerAdded(context: ChannelHandlerContext) {
        connections.add(self, context.channel)
        closeWhenIdle(for: idleTimeout, context.channel)
    }

    func channelInactive(context: ChannelHandlerContext) {
        connections.remove(self)
        idleTimer?.cancel()
        closing?.cancel()
        context.fireChannelInactive()
    }

    /// What concerns the connection was dealt with before, what concerns a request has gone to its stream.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

    func streamOpened() {
        openStreams += 1
        hadStreams = true
    }

    func streamClosed(_ connection: any Channel) {
        openStreams -= 1
        if openStreams == 0 { idleSince = .now() }
        if isDraining || connections.isLeaving { closeIfDone(connection) }
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

    /// The gateway is to stop: closes once no stream is left. One that is new is left for its first request.
    func leave(_ channel: any Channel) {
        if hadStreams { closeIfDone(channel) }
    }

    private func closeIfDone(_ channel: any Channel) {
        // A turn of the loop later: a stream's end is told in the middle of handling its last frame.
        channel.eventLoop.assumeIsolated().execute { [self] in
            guard openStreams == 0, closing == nil, channel.isActive else { return }
            closing = channel.eventLoop.scheduleTask(in: Self.lastWriteTimeout) { channel.close(promise: nil) }
            channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            // Behind all that was written: closing alone would not wait for what a slow client has not taken yet.
            let last = HTTP2Frame(streamID: .rootStream, payload: .ping(HTTP2PingData(), ack: false))
            channel.writeAndFlush(last).whenComplete { _ in channel.close(promise: nil) }
        }
    }

    /// One timer that looks again, rather than one a stream.
    private func closeWhenIdle(for time: TimeAmount, _ channel: any Channel) {
        idleTimer = channel.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
            guard let self, channel.isActive else { return }
            // A run may take longer than an idle connection may stay; late requests have deadlines of their own.
            if openStreams > 0 { return closeWhenIdle(for: idleTimeout, channel) }
            let left = idleSince + idleTimeout - .now()
            if left > .zero { closeWhenIdle(for: left, channel) } else { drain(channel) }
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
