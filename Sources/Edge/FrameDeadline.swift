import NIOCore

/// Closes a connection of HTTP/2 on which something, such as the headers of a request, has begun and is not whole in
/// time. Bytes that dribble in do not extend it. Stands right before the decoder of frames.
package final class FrameDeadline: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer

    private let timeout: TimeAmount
    private var boundaries = FrameBoundaries()
    private var timer: Scheduled<Void>?
    /// How many things were whole when what the timer is for began.
    private var timedCount = 0

    package init(_ timeout: TimeAmount) { self.timeout = timeout }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        boundaries.read(unwrapInboundIn(data).readableBytesView)
        context.fireChannelRead(data)
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        if timer != nil, !boundaries.isWithin || boundaries.count != timedCount { endTimer() }
        if timer == nil, boundaries.isWithin, context.channel.isActive {
            timedCount = boundaries.count
            timer = context.eventLoop.scheduleTask(in: timeout) { [channel = context.channel] in
                channel.close(promise: nil)
            }
        }
        context.fireChannelReadComplete()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        endTimer()
        context.fireChannelInactive()
    }

    package func handlerRemoved(context: ChannelHandlerContext) { endTimer() }

    private func endTimer() {
        timer?.cancel()
        timer = nil
    }
}
