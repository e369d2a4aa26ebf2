import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct ResponseWriterTests {
    /// On its second flush the client turns out to have left, with more unwritten than the channel wants to hold.
    private final class LeavingClient: ChannelOutboundHandler {
        typealias OutboundIn = HTTPServerResponsePart
        private let channel: NIOAsyncTestingChannel
        private let writer: ResponseWriter
        private var flushes = 0

        init(_ channel: NIOAsyncTestingChannel, _ writer: ResponseWriter) {
            self.channel = channel
            self.writer = writer
        }

        func flush(context: ChannelHandlerContext) {
            flushes += 1
            if flushes == 2 {
                channel.isWritable = false
                writer.clientLeft()
            }
            context.flush()
        }
    }

    /// Nobody says that there is room again on a connection that is gone: the run must not wait for it.
    @Test func aWriteThatFindsTheClientGoneDoesNotWait() async throws {
        let channel = NIOAsyncTestingChannel()
        let loop = channel.testingEventLoop
        let writer = try await loop.executeInContext {
            let writer = ResponseWriter(
                channel: channel, request: HTTPRequestHead(version: .http1_1, method: .POST, uri: "/"),
                keepsAlive: true, writeTimeout: .hours(1), onEnd: { _ in })
            try channel.pipeline.syncOperations.addHandler(LeavingClient(channel, writer))
            return writer
        }
        await Task(executorPreference: LoopExecutor(loop)) {
            writer.begin(.ok, [:])
            await writer.write([1])
            #expect(writer.clientHasLeft)
        }.value
    }
}
