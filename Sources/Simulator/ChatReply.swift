import NIOCore

/// Answers one chat request, with whatever fault it has; lives on its connection's event loop.
final class ChatReply {
    private let wire: Wire
    private let state: SimulatorState
    private let row: LogRow
    private let answer: ChatAnswer
    private let isStream: Bool
    private let keepAlive: Bool
    private let ended: () -> Void
    private var events: ChatEvents
    private var timer: Scheduled<Void>?
    private var isStreaming = false
    private var isOver = false

    /// `ended` is called when the last byte was handed over, or the reply closes the connection by its fault.
    init(
        _ answer: ChatAnswer, row: LogRow, wantsUsage: Bool, wire: Wire, state: SimulatorState, keepAlive: Bool,
        ended: @escaping () -> Void
    ) {
        self.answer = answer
        self.row = row
        self.wire = wire
        self.state = state
        self.keepAlive = keepAlive
        self.ended = ended
        isStream = row.isStream
        events = ChatEvents(answer, usageWanted: wantsUsage && row.fault != .noUsage)
    }

    /// Waits for the barrier and the latency, then answers.
    func start() {
        guard let barrier = state.holdAtBarrier(row.sequence, on: wire.context.eventLoop) else {
            delayed()
            return
        }
        barrier.assumeIsolated().whenSuccess { [self] in
            if !isOver { delayed() }
        }
    }

    /// The client has gone.
    func abandon() {
        guard !isOver else { return }
        isOver = true
        timer?.cancel()
        state.abandon(row.sequence, byClient: true)
    }

    func writabilityChanged() {
        if isStreaming, timer == nil, wire.isWritable { pump() }
    }

    private func delayed() {
        let configuration = state.configuration
        after(configuration.latency + (row.fault == .slow ? configuration.slowness : 0)) { $0.begin() }
    }

    private func after(_ milliseconds: Int, _ action: @escaping (ChatReply) -> Void) {
        guard milliseconds > 0 else {
            action(self)
            return
        }
        timer = wire.context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) { [self] in
            timer = nil
            if !isOver { action(self) }
        }
    }

    private func begin() {
        if let refusal = row.fault?.refusal {
            refuse(refusal)
            return
        }
        switch row.fault {
        case .refuse: fail { $0.closeNow() }
        case .hang: break
        case .html:
            finish(200, "<!doctype html><title>Welcome</title><p>Sign in to the network</p>", type: "text/html")
        case .redirect: finish(302, "", headers: [("location", "/elsewhere")])
        case .hugeHeaders:
            let value = String(repeating: "h", count: 1_000)
            finish(200, "{}", headers: (0..<300).map { ("x-huge-\($0)", value) })
        default: if isStream { beginStream() } else { whole() }
        }
    }

    private func refuse(_ refusal: (status: Int, type: String, code: String, message: String)) {
        let body =
            "{\"error\":{\"message\":\(JSONText.string(refusal.message)),\"type\":\"\(refusal.type)\","
            + "\"param\":null,\"code\":\"\(refusal.code)\"}}"
        let retry = row.fault == .rateLimited ? [("retry-after", "\(state.configuration.retryAfter)")] : []
        finish(refusal.status, body, headers: retry)
    }

    // MARK: whole

    private func whole() {
        if row.fault == .errorEvent {
            finish(
                500,
                "{\"error\":{\"message\":\"The server had an error.\",\"type\":\"server_error\",\"param\":null,\"code\":null}}"
            )
            return
        }
        let text = answer.whole(withUsage: row.fault != .noUsage)
        note(status: 200, tokens: answer.completionTokens)
        switch row.fault {
        case .malformed: finish(200, String(text.dropLast(text.count / 3)))
        case .hangMid, .reset, .truncate, .unfinished:
            let half = String(text.prefix(text.count / 2))
            wire.head(200, headers("application/json") + [("content-length", "\(text.utf8.count)")])
            wire.body(half)
            wire.flush()
            written(half.utf8.count)
            if row.fault != .hangMid { fail { self.row.fault == .reset ? $0.reset() : $0.close() } }
        default: finish(200, text)
        }
    }

    private func finish(
        _ status: Int, _ text: String, type: String = "application/json", headers extra: [(String, String)] = []
    ) {
        state.update(row.sequence) {
            $0.status = status
            $0.bytesWritten += text.utf8.count
        }
        isOver = true
        state.finish(row.sequence)
        wire.answer(status, text, type: type, headers: [("x-request-id", requestID)] + extra, keepAlive: keepAlive)
        ended()
    }

    // MARK: streamed

    private func beginStream() {
        note(status: 200, tokens: 0)
        wire.head(
            200, headers("text/event-stream") + [("cache-control", "no-cache"), ("transfer-encoding", "chunked")])
        isStreaming = true
        pump()
    }

    /// Writes events until the client falls behind, a token's delay is due, or a fault or the end comes.
    private func pump() {
        var batch = ""
        let half = answer.completionTokens / 2
        while !isOver {
            if let fault = row.fault, events.tokensSent >= half, breaks(fault) {
                send(batch)
                breakStream(fault)
                return
            }
            guard case .event(let text, let isToken) = events.next() else {
                send(batch)
                endStream()
                return
            }
            batch += text
            if isToken, state.configuration.tokenDelay > 0 {
                send(batch)
                after(state.configuration.tokenDelay) { if $0.wire.isWritable { $0.pump() } }
                return
            }
            if batch.utf8.count >= 16_384 {
                send(batch)
                batch = ""
                // Goes on when the channel is writable again.
                if !wire.isWritable { return }
            }
        }
    }

    private func breaks(_ fault: Fault) -> Bool {
        switch fault {
        case .hangMid, .reset, .truncate, .unfinished, .malformed, .errorEvent: true
        default: false
        }
    }

    private func breakStream(_ fault: Fault) {
        isStreaming = false
        switch fault {
        case .reset: fail { $0.reset() }
        case .truncate: fail { $0.close() }
        case .malformed:
            send("data: {\"id\":\"\(answer.id)\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\n\n")
            endStream()
        case .errorEvent:
            send(
                "data: {\"error\":{\"message\":\"The server had an error.\",\"type\":\"server_error\","
                    + "\"param\":null,\"code\":null}}\n\n")
            endStream()
        case .unfinished: endStream()
        default: break
        }
    }

    private func send(_ text: String) {
        guard !text.isEmpty else { return }
        written(text.utf8.count)
        wire.body(text)
        wire.flush()
    }

    private func endStream() {
        isStreaming = false
        // A write that finds the connection broken has abandoned it by now.
        guard !isOver else { return }
        isOver = true
        state.finish(row.sequence)
        wire.end(keepAlive: keepAlive)
        ended()
    }

    // MARK: shared

    private var requestID: String { "req-sim-\(row.sequence)" }

    private func headers(_ type: String) -> [(String, String)] {
        [("content-type", type), ("x-request-id", requestID)]
    }

    private func fail(_ end: (Wire) -> Void) {
        guard !isOver else { return }
        isOver = true
        state.abandon(row.sequence, byClient: false)
        end(wire)
        ended()
    }

    private func note(status: Int, tokens: Int) {
        state.update(row.sequence) {
            $0.status = status
            $0.isBilled = true
            $0.promptTokens = answer.promptTokens
            $0.completionTokens = tokens
        }
    }

    private func written(_ bytes: Int) {
        state.update(row.sequence) {
            $0.bytesWritten += bytes
            if isStream { $0.completionTokens = events.tokensSent }
        }
    }
}
