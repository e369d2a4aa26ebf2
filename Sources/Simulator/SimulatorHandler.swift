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
    private var reply: Reply?

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
        guard !isTooLarge else {
            let error = OpenAIError.answer(.tooLarge, retryAfter: 0)
            wire.answer(error.status, error.body.json, keepAlive: false)
            return
        }
        switch Route(method: head.method.rawValue, path: head.uri.prefix { $0 != "?" }, headers: head.headers) {
        case .control:
            let (status, text) = ControlRoutes.answer(
                head.method.rawValue, head.uri, Array(body.readableBytesView), state)
            wire.answer(status, text, keepAlive: head.isKeepAlive)
        case .models(let list): wire.answer(200, list.json, keepAlive: head.isKeepAlive)
        case .unknown:
            let error = OpenAIError.answer(.unknownRoute, retryAfter: 0)
            wire.answer(error.status, error.body.json, keepAlive: head.isKeepAlive)
        case .answer(let spoken, let model, let isStream):
            let call = Call(
                headers: head.headers, body: Array(body.readableBytesView), pathModel: model, pathIsStream: isStream)
            answer(call, in: spoken, wire, keepAlive: head.isKeepAlive)
        }
    }

    private func answer(_ call: Call, in spoken: any SimulatedProtocol, _ wire: Wire, keepAlive: Bool) {
        let read: Result<Inquiry, BadRequest>
        do throws(BadRequest) { read = .success(try spoken.read(call).checked()) } catch { read = .failure(error) }
        let inquiry = try? read.get()
        let isOfModels = spoken.traits.isOfModels
        let isKnown = !isOfModels || state.configuration.accepts(call.secret)
        let row = state.arrive(in: spoken, drawsFault: isKnown && inquiry != nil && isOfModels) { row in
            row.clientRequestID = call.headers.first(name: "x-client-request-id")
            row.keyTail = call.secret.map { String($0.suffix($0.count > 8 ? 4 : 0)) }
            row.model = inquiry?.model.whole
            row.user = inquiry?.user.map { String($0.prefix(LogRow.maximumUserLength)) }
            row.isStream = inquiry?.isStream ?? false
            row.fault = isKnown ? inquiry?.model.fault : nil
            row.maxTokens = inquiry?.maximum
            row.bodyBytes = call.body.count
            if state.configuration.keepBodies { row.body = String(decoding: call.body, as: UTF8.self) }
        }
        func refuse(_ refusal: Refusal) {
            let error = spoken.error(refusal, retryAfter: state.configuration.retryAfter, sequence: row.sequence)
            let text = error.body.json
            state.update(row.sequence) {
                $0.status = error.status
                $0.bytesWritten = text.utf8.count
            }
            state.finish(row.sequence)
            wire.answer(
                error.status, text, headers: spoken.headers(row.sequence) + error.headers, keepAlive: keepAlive)
        }
        guard isKnown else { return refuse(.unauthorized) }
        switch read {
        case .failure(let fault): refuse(fault.refusal)
        case .success(let inquiry):
            guard inquiry.model.isKnown else { return refuse(.notFound) }
            let answer = Answer(
                inquiry, traits: spoken.traits, fault: row.fault, sequence: row.sequence,
                configuredTokens: state.configuration.tokens, created: SimulatorClock.seconds())
            guard inquiry.isStream || answer.fitsWhole else {
                return refuse(.badRequest("The answer would be too large."))
            }
            let reply = Reply(answer, in: spoken, row: row, wire: wire, state: state, keepAlive: keepAlive) {
                [unowned self] in self.reply = nil
            }
            self.reply = reply
            reply.start()
        }
    }
}
