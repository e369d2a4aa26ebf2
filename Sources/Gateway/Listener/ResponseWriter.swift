import NIOCore
import NIOHTTP1

/// The way back to the client of one request. It knows whether the client is still there, and makes its caller wait
/// while the client reads slower than the provider writes.
///
/// `@unchecked Sendable`, because it belongs to its connection's event loop: `ConnectionHandler` makes it there, the
/// run uses it from a task that executes there, and all that a run calls asserts it.
final class ResponseWriter: @unchecked Sendable {
    private let channel: any Channel
    private let request: HTTPRequestHead
    private let keepsAlive: Bool
    private let writeTimeout: TimeAmount
    private var hasBegun = false
    private var hasEnded = false
    private var writableWaiter: CheckedContinuation<Void, Never>?
    private var onLeave: (() -> Void)?
    /// What went out of a streamed response, or would have, had its client stayed; nil where nobody will ask.
    private(set) var recording: StreamRecording?
    private(set) var clientHasLeft = false
    /// Called once, before the last byte is handed over, since that may bring the connection's next request at once.
    private let onEnd: (End) -> Void

    struct End {
        /// When the last byte is written out.
        var written: EventLoopFuture<Void>
        /// Whether the connection may take its next request; else it closes.
        var keepsAlive: Bool
    }

    init(
        channel: any Channel, request: HTTPRequestHead, keepsAlive: Bool, writeTimeout: TimeAmount,
        onEnd: @escaping (End) -> Void
    ) {
        self.channel = channel
        self.request = request
        // A stream of HTTP/2 ends by itself, and its connection is not its own to close.
        self.keepsAlive = request.version.major >= 2 || (keepsAlive && request.isKeepAlive)
        self.writeTimeout = writeTimeout
        self.onEnd = onEnd
    }

    var loop: any EventLoop { channel.eventLoop }
    var responseHasBegun: Bool { hasBegun }

    /// Keeps in mind what goes out of a streamed response from now on.
    func record(upTo maximumBytes: Int) {
        loop.assertInEventLoop()
        recording = StreamRecording(maximumBytes: maximumBytes)
    }

    /// Runs `action` when the client leaves; at once if it has left.
    func whenClientLeaves(_ action: @escaping () -> Void) {
        loop.assertInEventLoop()
        if clientHasLeft { action() } else { onLeave = action }
    }

    /// A whole response.
    func send(_ status: HTTPResponseStatus, _ headers: HTTPHeaders, body: [UInt8]) {
        loop.assertInEventLoop()
        guard !hasBegun, !hasEnded else { return }
        hasBegun = true
        hasEnded = true
        var headers = headers
        headers.replaceOrAdd(name: "content-length", value: String(body.count))
        write(head: status, headers)
        // The answer to a HEAD says how long its body would be, and has none.
        if !body.isEmpty, request.method != .HEAD {
            channel.write(HTTPServerResponsePart.body(.byteBuffer(buffer(body))), promise: nil)
        }
        finish()
    }

    /// Begins a streamed response.
    func begin(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) {
        loop.assertInEventLoop()
        guard !hasBegun, !hasEnded else { return }
        hasBegun = true
        recording?.headers = headers
        write(head: status, headers)
        channel.flush()
    }

    /// Sends part of a streamed response, and answers once the client has room for more.
    func write(_ bytes: [UInt8]) async {
        loop.assertInEventLoop()
        guard hasBegun, !hasEnded, !bytes.isEmpty else { return }
        recording?.append(bytes)
        guard !clientHasLeft else { return }
        channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(buffer(bytes))), promise: nil)
        // The write itself may have found the client gone; then nobody would say that there is room.
        if !channel.isWritable, !clientHasLeft { await waitUntilWritable() }
    }

    /// Ends a streamed response.
    func end() {
        loop.assertInEventLoop()
        guard hasBegun, !hasEnded else { return }
        hasEnded = true
        finish()
    }

    // MARK: called by the connection

    func channelBecameWritable() {
        writableWaiter?.resume()
        writableWaiter = nil
    }

    func clientLeft() {
        guard !clientHasLeft else { return }
        clientHasLeft = true
        channelBecameWritable()
        onLeave?()
        onLeave = nil
    }

    private func waitUntilWritable() async {
        // A client that takes nothing for so long has as good as left.
        let timeout = closeLater()
        await withTaskCancellationHandler {
            await withCheckedContinuation { writableWaiter = $0 }
        } onCancel: {
            // Behind what runs now, so that there is somebody waiting.
            loop.execute { self.channelBecameWritable() }
        }
        timeout.cancel()
    }

    private func closeLater() -> Scheduled<Void> {
        loop.scheduleTask(in: writeTimeout) { [channel] in channel.close(promise: nil) }
    }

    private func write(head status: HTTPResponseStatus, _ headers: HTTPHeaders) {
        var headers = headers
        if !keepsAlive { headers.replaceOrAdd(name: "connection", value: "close") }
        // A body of no known length is chunked by NIO, but for HTTP/1.0, whose clients read to the connection's end.
        let isOld = request.version == .http1_0
        let head = HTTPResponseHead(version: isOld ? .http1_0 : .http1_1, status: status, headers: headers)
        channel.write(HTTPServerResponsePart.head(head), promise: nil)
    }

    private func finish() {
        onLeave = nil
        let written = loop.makePromise(of: Void.self)
        onEnd(End(written: written.futureResult, keepsAlive: keepsAlive))
        channel.writeAndFlush(HTTPServerResponsePart.end(nil), promise: written)
        if !keepsAlive { channel.close(mode: .output, promise: nil) }
    }

    private func buffer(_ bytes: [UInt8]) -> ByteBuffer {
        var buffer = channel.allocator.buffer(capacity: bytes.count)
        buffer.writeBytes(bytes)
        return buffer
    }
}
