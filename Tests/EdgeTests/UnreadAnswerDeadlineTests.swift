import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Edge

/// What a stream of HTTP/2 does with the windows of its client is in `Tests/acceptance`; here its writes wait by hand.
@Suite struct UnreadAnswerDeadlineTests {
    /// A client that takes what it is told to.
    private final class Window: ChannelOutboundHandler {
        typealias OutboundIn = HTTPServerResponsePart

        var waiting: [(bytes: Int, promise: EventLoopPromise<Void>?)] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            switch unwrapOutboundIn(data) {
            case .body(.byteBuffer(let buffer)): waiting.append((buffer.readableBytes, promise))
            case .head, .body, .end: waiting.append((0, promise))
            }
        }

        func take(_ count: Int) {
            for _ in 0..<count { waiting.removeFirst().promise?.succeed() }
        }
    }

    private let channel = EmbeddedChannel()
    private let window = Window()

    init() throws {
        try channel.pipeline.syncOperations.addHandlers([window, UnreadAnswerDeadline(.seconds(60))])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func write(_ part: HTTPServerResponsePart) { channel.writeAndFlush(part, promise: nil) }

    private func answer(bytes: Int) {
        write(.head(HTTPResponseHead(version: .http1_1, status: .ok)))
        write(.body(.byteBuffer(ByteBuffer(repeating: 0, count: bytes))))
        write(.end(nil))
    }

    private func pass(seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }

    @Test func anAnswerThatNobodyTakesEndsTheStream() {
        answer(bytes: 10)
        pass(seconds: 59)
        #expect(channel.isActive)
        pass(seconds: 1)
        #expect(!channel.isActive)
    }

    @Test func oneThatIsTakenDoesNot() {
        answer(bytes: 10)
        window.take(3)
        pass(seconds: 600)
        #expect(channel.isActive)
    }

    @Test func oneThatIsUnderWayIsNotItsConcern() {
        write(.head(HTTPResponseHead(version: .http1_1, status: .ok)))
        write(.body(.byteBuffer(ByteBuffer(repeating: 0, count: 10))))
        pass(seconds: 600)
        #expect(channel.isActive)
    }

    @Test func whoTakesALargeOneSlowlyGetsItWhole() {
        answer(bytes: 100_000)
        #expect(window.waiting.map(\.bytes) == [0, 16_384, 16_384, 16_384, 16_384, 16_384, 16_384, 1_696, 0])
        for _ in 0..<8 {
            window.take(1)
            pass(seconds: 50)
        }
        #expect(channel.isActive)
        pass(seconds: 60)
        #expect(!channel.isActive)
    }
}
