import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Edge

/// Deadlines run on the embedded loop's own clock; what is refused on real sockets is in `Tests/acceptance`.
@Suite struct RequestGuardTests {
    private static let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"

    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: true, withErrorHandling: false)
        try pipeline.addHandler(
            RequestGuard(RequestLimits()) { refusal in
                Refusal.Answer(headers: [("x-code", refusal.code.rawValue)], body: Array("no".utf8))
            })
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        return channel
    }

    private func answer(_ channel: EmbeddedChannel) throws -> String {
        var text = ""
        while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
        return text
    }

    @Test func aHeadThatDribblesInHasOneDeadline() throws {
        let channel = try channel()
        for byte in Self.head.utf8.prefix(20) {
            try channel.writeInbound(ByteBuffer(bytes: [byte]))
            channel.embeddedEventLoop.advanceTime(by: .milliseconds(500))
        }
        #expect(!channel.isActive)
        _ = try? channel.finish()
    }

    @Test func aBodyThatDribblesInIsToldSo() throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(string: Self.head))
        channel.embeddedEventLoop.advanceTime(by: .seconds(50))
        try channel.writeInbound(ByteBuffer(string: "{"))
        #expect(try answer(channel) == "")
        #expect(throws: HTTPParserError.self) {
            channel.embeddedEventLoop.advanceTime(by: .seconds(11))
            try channel.throwIfErrorCaught()
        }
        let text = try answer(channel)
        #expect(text.hasPrefix("HTTP/1.1 408 ") && text.contains("request_timeout") && text.contains("close"))
        _ = try? channel.finish()
    }

    @Test func timeDoesNotRunBetweenRequestsOrForAnAnswer() throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(string: Self.head + "{}"))
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        let response = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "0"])
        try channel.writeOutbound(HTTPServerResponsePart.head(response))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
        channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(channel.isActive)
        _ = try channel.finish()
    }

    @Test(arguments: [
        ("Host: x\r\n", true), ("Host: [::1]:8080\r\n", true), ("Host: a.example:80\r\n", true),
        ("", false), ("Host: x\r\nhOST: x\r\n", false), ("Host: x, y\r\n", false), ("Host: u@x\r\n", false),
        ("Host: x\r\nTransfer-Encoding: gzip, chunked\r\n", false),
        ("Host: x\r\nAuthorization: a\r\nauthorization: b\r\n", false),
    ])
    func whatMayBeReadTwoWaysGoesNoFurther(_ headers: String, _ passes: Bool) throws {
        let channel = try channel()
        try channel.writeInbound(ByteBuffer(string: "GET / HTTP/1.1\r\n" + headers + "\r\n"))
        let part = try channel.readInbound(as: HTTPServerRequestPart.self)
        #expect((part != nil) == passes)
        #expect(try answer(channel).hasPrefix(passes ? "" : "HTTP/1.1 400 "))
        _ = try? channel.finish()
    }
}
