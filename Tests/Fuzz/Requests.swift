import Edge
import NIOCore
import NIOEmbedded
import NIOHTTP1

extension FuzzTarget {
    /// Requests that our guard lets through, as the gateway's pipeline has it: any cutting of a connection's bytes
    /// gives the same, nothing follows a refusal, and no request can be read two ways.
    static let requests = FuzzTarget(name: "requests") { input in
        guard let seed = input.first else { return }
        let bytes = Array(input.dropFirst())
        let whole = try Connection([bytes[...]])
        try hold(whole == Connection(pieces(of: bytes, seed: seed)), "requests do not depend on how they were cut")
        for request in whole.requests { try holdUnambiguous(request.head) }
        for request in whole.requests.dropLast() { try hold(request.isWhole, "a request ends before the next") }
        try hold(whole.refusals <= 1, "nothing follows a refusal")
    }

    private static func holdUnambiguous(_ head: HTTPRequestHead) throws {
        let headers = head.headers
        try hold(head.version.major == 1, "a version that we speak")
        try hold(headers.count <= RequestLimits().maximumHeaders, "no more headers than allowed")
        let hosts = count("host", headers)
        try hold(hosts == 1 || (hosts == 0 && head.version.minor == 0), "one host")
        try hold(count("authorization", headers) <= 1, "at most one credential")
        let lengths = count("content-length", headers)
        let codings = count("transfer-encoding", headers)
        try hold(lengths + codings <= 1, "one way to tell where the body ends")
        for (name, value) in headers {
            try hold(
                !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A }, "a name is a token")
            try hold(!value.utf8.contains { $0 == 0 || $0 == 0x0A || $0 == 0x0D }, "a value is a line")
        }
        try hold(head.uri.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }, "a target has no blanks")
    }

    private static func count(_ name: String, _ headers: HTTPHeaders) -> Int {
        headers.count { $0.name.lowercased() == name }
    }
}

/// What becomes of a connection whose bytes come in these pieces. Each whole request is answered at once.
private struct Connection: Equatable {
    var requests: [Request]
    var refusals: Int

    struct Request: Equatable {
        var head: HTTPRequestHead
        var body: [UInt8] = []
        var isWhole = false
    }

    init(_ pieces: [ArraySlice<UInt8>]) throws {
        let channel = EmbeddedChannel()
        let application = Application()
        var refusals = 0
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: true, withErrorHandling: false, withOutboundHeaderValidation: true,
            withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: RequestLimits().decoder)
        try pipeline.addHandlers([
            RequestGuard(RequestLimits()) { _ in
                refusals += 1
                return Refusal.Answer(headers: [], body: [])
            }, application,
        ])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        // What the guard refuses, it also tells those behind it of; the channel throws it to us.
        for piece in pieces where !piece.isEmpty { _ = try? channel.writeInbound(ByteBuffer(bytes: piece)) }
        _ = try? channel.finish(acceptAlreadyClosed: true)
        self.requests = application.requests
        self.refusals = refusals
    }
}

private final class Application: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    var requests: [Connection.Request] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): requests.append(Connection.Request(head: head))
        case .body(let part): requests[requests.count - 1].body += part.readableBytesView
        case .end:
            requests[requests.count - 1].isWhole = true
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "0"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
