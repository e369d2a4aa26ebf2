import NIOCore
import NIOHTTP1
import NIOPosix

/// The outbound half of one connection, on its event loop: HTTP parts in order, and the rude ways to end.
struct Wire {
    let context: ChannelHandlerContext

    func head(_ status: Int, _ headers: [(String, String)]) {
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: HTTPHeaders(headers))
        context.write(NIOAny(HTTPServerResponsePart.head(head)), promise: nil)
    }

    func body(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        context.write(NIOAny(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
    }

    func end(keepAlive: Bool) {
        let written = context.writeAndFlush(NIOAny(HTTPServerResponsePart.end(nil)))
        guard !keepAlive else { return }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        written.whenComplete { _ in bound.value.close(promise: nil) }
    }

    /// A whole answer.
    func answer(
        _ status: Int, _ text: String, type: String = "application/json", headers: [(String, String)] = [],
        keepAlive: Bool
    ) {
        self.head(status, [("content-type", type), ("content-length", "\(text.utf8.count)")] + headers)
        self.body(Array(text.utf8))
        self.end(keepAlive: keepAlive)
    }

    func flush() { context.flush() }

    var isWritable: Bool { context.channel.isWritable }

    func close() {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        // After what was written so far has gone out.
        context.writeAndFlush(NIOAny(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer())))).whenComplete { _ in
            bound.value.close(promise: nil)
        }
    }

    /// Without a byte more.
    func closeNow() { context.close(promise: nil) }

    func reset() {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(NIOAny(HTTPServerResponsePart.body(.byteBuffer(ByteBuffer())))).whenComplete { _ in
            guard let options = bound.value.channel as? any SocketOptionProvider else { return }
            options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in bound.value.close(promise: nil) }
        }
    }
}
