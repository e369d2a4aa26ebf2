import NIOCore

/// Answers one request, with whatever fault it has; lives on its connection's event loop.
final class Reply {
    private let wire: Wire
    private let state: SimulatorState
    private let row: LogRow
    private let answer: Answer
    private let spoken: any SimulatedProtocol
    private let isStream: Bool
    private let keepAlive: Bool
    private let ended: () -> Void
    private var voice: any Voice
    private var narration: Narration
    private var timer: Scheduled<Void>?
    private var isStreaming = false
    private var isOver = false

    /// `ended` is called when the last byte was handed over, or the reply closes the connection by its fault.
    init(
        _ answer: Answer, in spoken: any SimulatedProtocol, row: LogRow, wire: Wire, state: SimulatorState,
        keepAlive: Bool, ended: @escaping () -> Void
    ) {
        self.answer = answer
        self.spoken = spoken
        self.row = row
        self.wire = wire
        self.state = state
        self.keepAlive = keepAlive
        self.ended = ended
        isStream = row.isStream
        let isAskedFor = answer.inquiry.wantsUsage || !row.isStream
        voice = spoken.voice(answer, withUsage: isAskedFor && row.fault != .noUsage)
        narration = Narration(answer, traits: spoken.traits)
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

    private func after(_ milliseconds: Int, _ action: @escaping (Reply) -> Void) {
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
        if let refusal = row.fault.flatMap({ Refusal($0) }) {
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
        case nil, .hangMid, .reset, .truncate, .unfinished, .malformed, .badOutput, .noUsage, .errorEvent, .slow,
            .unauthorized, .forbidden, .notFound, .rateLimited, .insufficientQuota, .tooLong, .serverError,
            .unavailable:
            if isStream { beginStream() } else { whole() }
        }
    }

    private func refuse(_ refusal: Refusal) {
        let error = spoken.error(refusal, retryAfter: state.configuration.retryAfter, sequence: row.sequence)
        finish(error.status, error.body.json, headers: error.headers)
    }

    // MARK: whole

    private func whole() {
        let broken = row.fault?.streamBreak
        guard broken != .error else {
            refuse(.serverError)
            return
        }
        let text = voice.whole()
        note(status: 200) { $0.spent(self.answer.spending) }
        switch broken {
        case nil, .error: finish(200, text)
        case .malformed: finish(200, String(text.dropLast(text.count / 3)))
        case .silence: half(of: text)
        case .reset:
            half(of: text)
            fail { $0.reset() }
        case .close, .end:
            half(of: text)
            fail { $0.close() }
        }
    }

    /// Promises all of it.
    private func half(of text: String) {
        let half = Array(text.prefix(text.count / 2).utf8)
        wire.head(200, headers("application/json") + [("content-length", "\(text.utf8.count)")])
        wire.body(half)
        wire.flush()
        written(half.count)
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
        wire.answer(status, text, type: type, headers: spoken.headers(row.sequence) + extra, keepAlive: keepAlive)
        ended()
    }

    // MARK: streamed

    private func beginStream() {
        note(status: 200) { $0.began(self.answer.spending) }
        wire.head(
            200, headers(spoken.streamType) + [("cache-control", "no-cache"), ("transfer-encoding", "chunked")])
        isStreaming = true
        pump()
    }

    /// Writes events until the client falls behind, a token's delay is due, or a fault or the end comes.
    private func pump() {
        var batch: [UInt8] = []
        let half = answer.spending.allOutput / 2
        while !isOver {
            if let broken = row.fault?.streamBreak, narration.tokensSent >= half {
                send(batch)
                breakStream(broken)
                return
            }
            guard let moment = narration.next() else {
                send(batch)
                endStream()
                return
            }
            batch += voice.say(moment)
            if case .token = moment, state.configuration.tokenDelay > 0 {
                send(batch)
                after(state.configuration.tokenDelay) { if $0.wire.isWritable { $0.pump() } }
                return
            }
            if batch.count >= 16_384 {
                send(batch)
                batch = []
                // Goes on when the channel is writable again.
                if !wire.isWritable { return }
            }
        }
    }

    private func breakStream(_ broken: Fault.Break) {
        isStreaming = false
        switch broken {
        case .silence: break
        case .reset: fail { $0.reset() }
        case .close: fail { $0.close() }
        case .end: endStream()
        case .malformed:
            send(voice.brokenEvent())
            endStream()
        case .error:
            send(voice.errorEvent())
            endStream()
        }
    }

    private func send(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        written(bytes.count)
        wire.body(bytes)
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

    private func headers(_ type: String) -> [(String, String)] {
        [("content-type", type)] + spoken.headers(row.sequence)
    }

    private func fail(_ end: (Wire) -> Void) {
        guard !isOver else { return }
        isOver = true
        state.abandon(row.sequence, byClient: false)
        end(wire)
        ended()
    }

    private func note(status: Int, _ change: (inout LogRow) -> Void) {
        state.update(row.sequence) {
            $0.status = status
            $0.isBilled = !answer.inquiry.onlyCounts
            change(&$0)
        }
    }

    private func written(_ bytes: Int) {
        state.update(row.sequence) {
            $0.bytesWritten += bytes
            if isStream {
                $0.completionTokens = narration.tokensSent
                $0.reasoningTokens = narration.reasoningSent
            }
        }
    }
}
