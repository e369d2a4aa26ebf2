import NIOCore
import NIOHTTP1

/// Closes a stream of HTTP/2 whose answer is whole and whose client takes nothing more of it: one that leaves its window
/// shut, or does not read its socket. While an answer is under way, whoever writes it waits for the client no longer.
///
/// Stands right before the codec, so that it sees refusals too. Belongs to its stream's event loop.
package final class UnreadAnswerDeadline: ChannelOutboundHandler, RemovableChannelHandler {
    package typealias OutboundIn = HTTPServerResponsePart
    package typealias OutboundOut = HTTPServerResponsePart

    /// A frame is no larger by default, so more pieces make no more frames; each tells when it was taken.
    private static let pieceBytes = 16 << 10

    private let timeout: TimeAmount
    private var endIsWritten = false
    private var endIsTaken = false
    /// When the client last took something, or the answer ended.
    private var lastTaken = NIODeadline.uptimeNanoseconds(0)
    private var timer: Scheduled<Void>?

    /// - Parameter timeout: in which the client must take some of what is left.
    package init(_ timeout: TimeAmount) { self.timeout = timeout }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .body(.byteBuffer(let buffer)) where buffer.readableBytes > Self.pieceBytes:
            write(buffer, context, promise)
        case .head, .body: context.write(data, promise: promise)
        case .end:
            let written = promise ?? context.eventLoop.makePromise()
            endIsWritten = true
            written.futureResult.assumeIsolated().whenComplete { [weak self] _ in
                guard let self else { return }
                endIsTaken = true
                endTimer()
            }
            context.write(data, promise: written)
        }
    }

    package func flush(context: ChannelHandlerContext) {
        context.flush()
        guard endIsWritten, !endIsTaken, timer == nil else { return }
        lastTaken = context.eventLoop.now
        begin(timeout, context)
    }

    package func handlerRemoved(context: ChannelHandlerContext) { endTimer() }

    private func write(_ buffer: ByteBuffer, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        let loop = context.eventLoop
        var buffer = buffer
        while let piece = buffer.readSlice(length: min(Self.pieceBytes, buffer.readableBytes)) {
            let isLast = buffer.readableBytes == 0
            let written = (isLast ? promise : nil) ?? loop.makePromise()
            written.futureResult.assumeIsolated().whenSuccess { [weak self] in self?.lastTaken = loop.now }
            context.write(wrapOutboundOut(.body(.byteBuffer(piece))), promise: written)
            if isLast { return }
        }
    }

    private func begin(_ timeout: TimeAmount, _ context: ChannelHandlerContext) {
        // Runs on the loop that this handler and its context belong to.
        timer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [weak self] in
            guard let self, timer != nil else { return }
            timer = nil
            let left = lastTaken + self.timeout - context.eventLoop.now
            if left > .zero { begin(left, context) } else { context.close(promise: nil) }
        }
    }

    private func endTimer() {
        timer?.cancel()
        timer = nil
    }
}
