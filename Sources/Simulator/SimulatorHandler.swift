import NIOCore
import NIOHTTP1

/// One connection: collects a request, sends it to its route, and tells a running reply when the client leaves.
final class SimulatorHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// Larger bodies are answered with 413.
    private static let maximumBody = 64 << 20

    private let state: SimulatorState
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()
    private var isTooLarge = false
    private var reply: ChatReply?

    init(state: SimulatorState) {
        self.state = state
    }

    func channelActive(context: ChannelHandlerContext) {
        state.connected()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        reply?.abandon()
        reply = nil
        context.fireChannelInactive()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        reply?.writabilityChanged()
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
            isTooLarge = false
        case .body(var part):
            if body.readableBytes + part.readableBytes > Self.maximumBody { isTooLarge = true }
            if !isTooLarge { body.writeBuffer(&part) }
        case .end:
            guard let head else { return }
            self.head = nil
            route(head, Wire(context: context))
        }
    }

    private func route(_ head: HTTPRequestHead, _ wire: Wire) {
        let path = head.uri.prefix { $0 != "?" }
        if isTooLarge {
            wire.answer(413, Self.error("The request is too large.", code: "request_too_large"), keepAlive: false)
        } else if path.hasPrefix("/_simulator/") {
            let (status, text) = ControlRoutes.answer(
                head.method.rawValue, head.uri, Array(body.readableBytesView), state)
            wire.answer(status, text, keepAlive: head.isKeepAlive)
        } else if head.method == .POST, path.hasSuffix("/chat/completions") {
            chat(head, wire)
        } else if head.method == .GET, path.hasSuffix("/models") {
            wire.answer(200, Self.models, keepAlive: head.isKeepAlive)
        } else {
            wire.answer(404, Self.error("Unknown route.", code: "not_found"), keepAlive: head.isKeepAlive)
        }
    }

    private func chat(_ head: HTTPRequestHead, _ wire: Wire) {
        let bytes = Array(body.readableBytesView)
        let request = ChatRequest(bytes)
        let secret = head.headers.first(name: "authorization").map {
            $0.hasPrefix("Bearer ") ? String($0.dropFirst(7)) : $0
        }
        let isKnown = state.configuration.keys.map { keys in secret.map { keys.contains($0) } ?? false } ?? true
        let row = state.arrive(
            { row in
                row.clientRequestID = head.headers.first(name: "x-client-request-id")
                row.keyTail = secret.map { String($0.suffix($0.count > 8 ? 4 : 0)) }
                row.model = request?.model
                row.user = request?.user.map { String($0.prefix(LogRow.maximumUserLength)) }
                row.isStream = request?.isStream ?? false
                row.fault = isKnown ? request?.namedFault : nil
                row.maxTokens = request?.maximum
                row.bodyBytes = bytes.count
                if state.configuration.keepBodies { row.body = String(decoding: bytes, as: UTF8.self) }
            }, drawsFault: isKnown && request != nil)
        guard isKnown else {
            refuse(row, 401, Self.error("Incorrect API key provided.", code: "invalid_api_key"), head, wire)
            return
        }
        guard let request else {
            refuse(
                row, 400, Self.error("The request is not a valid chat completion.", code: "invalid_request"), head, wire
            )
            return
        }
        let answer = ChatAnswer(
            request, fault: row.fault, sequence: row.sequence, configuredTokens: state.configuration.tokens,
            created: SimulatorClock.seconds())
        guard request.isStream || answer.fitsWhole else {
            refuse(row, 400, Self.error("The answer would be too large.", code: "invalid_request"), head, wire)
            return
        }
        let reply = ChatReply(
            answer, row: row, wantsUsage: request.wantsUsage, wire: wire, state: state, keepAlive: head.isKeepAlive
        ) { [unowned self] in self.reply = nil }
        self.reply = reply
        reply.start()
    }

    private func refuse(_ row: LogRow, _ status: Int, _ text: String, _ head: HTTPRequestHead, _ wire: Wire) {
        state.update(row.sequence) {
            $0.status = status
            $0.bytesWritten = text.utf8.count
        }
        state.finish(row.sequence)
        wire.answer(status, text, headers: [("x-request-id", "req-sim-\(row.sequence)")], keepAlive: head.isKeepAlive)
    }

    private static func error(_ message: String, code: String) -> String {
        "{\"error\":{\"message\":\(JSONText.string(message)),\"type\":\"invalid_request_error\","
            + "\"param\":null,\"code\":\"\(code)\"}}"
    }

    private static let models =
        "{\"object\":\"list\",\"data\":["
        + ["sim-1", "sim-echo", "sim-big"].map {
            "{\"id\":\"\($0)\",\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"simulator\"}"
        }.joined(separator: ",") + "]}"
}
