import NIOConcurrencyHelpers

/// One request on its way, seen from its single consumer: `head()`, then `next()` until it answers nil.
/// An exchange let go of before its end is cancelled.
package final class Exchange: Sendable {
    let core: ExchangeCore

    init(core: ExchangeCore) {
        self.core = core
    }

    deinit {
        core.cancel()
    }

    /// Waits for the answer's final head. Answers the same one when asked again.
    nonisolated(nonsending) package func head() async throws(TransportError) -> ResponseHead {
        while true {
            switch core.takeHead() {
            case .ready(let head): return head
            case .failed(let error): throw error
            case .wait: await core.wait(for: .head)
            }
        }
    }

    /// Everything that came since the last call, waiting while there is nothing; nil once the answer is complete.
    nonisolated(nonsending) package func next() async throws(TransportError) -> [UInt8]? {
        while true {
            switch core.takeBytes() {
            case .ready(let bytes): return bytes
            case .failed(let error): throw error
            case .wait: await core.wait(for: .bytes)
            }
        }
    }

    /// Ends the exchange and its connection: the consumer sees `.cancelled`. Harmless when repeated or too late.
    package func cancel() {
        core.cancel()
    }

    /// Nil until the exchange has ended.
    package var facts: ExchangeFacts? { core.facts }
}

/// The state shared by the lane's thread, which fills it, and the consumer, who drains it.
final class ExchangeCore: Sendable {
    enum Need { case head, bytes }
    enum Take<Value> {
        case ready(Value)
        case failed(TransportError)
        case wait
    }

    private struct State {
        var head: ResponseHead?
        var buffer: [UInt8] = []
        /// libcurl was told to hold the provider back until the buffer is drained.
        var isPaused = false
        var isCancelled = false
        var outcome: Outcome?
        var facts: ExchangeFacts?
        var waiter: (need: Need, continuation: CheckedContinuation<Void, Never>)?

        func answers(_ need: Need) -> Bool {
            switch need {
            case .head: head != nil || outcome != nil
            case .bytes: !buffer.isEmpty || outcome != nil
            }
        }
    }

    enum Outcome: Sendable {
        case complete
        case failed(TransportError)
    }

    let request: ExchangeRequest
    /// Microseconds on the lane's clock.
    let startedAt: Int
    private let mailbox: Mailbox
    private let state = NIOLockedValueBox(State())

    init(request: ExchangeRequest, mailbox: Mailbox) {
        self.request = request
        self.mailbox = mailbox
        self.startedAt = LaneClock.microseconds()
    }

    // MARK: the consumer's side

    var facts: ExchangeFacts? { state.withLockedValue { $0.facts } }

    func takeHead() -> Take<ResponseHead> {
        state.withLockedValue { state in
            if let head = state.head, !state.isCancelled { return .ready(head) }
            switch state.outcome {
            case .failed(let error): return .failed(error)
            case .complete: return .failed(TransportError(.cancelled, requestSent: true))
            case nil: return .wait
            }
        }
    }

    func takeBytes() -> Take<[UInt8]?> {
        let (take, resume) = state.withLockedValue { state -> (Take<[UInt8]?>, Bool) in
            if !state.buffer.isEmpty {
                var bytes: [UInt8] = []
                swap(&bytes, &state.buffer)
                let resume = state.isPaused
                state.isPaused = false
                return (.ready(bytes), resume)
            }
            switch state.outcome {
            case .failed(let error): return (.failed(error), false)
            case .complete:
                return (state.isCancelled ? .failed(TransportError(.cancelled, requestSent: true)) : .ready(nil), false)
            case nil: return (.wait, false)
            }
        }
        if resume { mailbox.post(.resume(self)) }
        return take
    }

    nonisolated(nonsending) func wait(for need: Need) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLockedValue { state in
                    if state.answers(need) { return true }
                    precondition(state.waiter == nil, "an exchange has one consumer")
                    state.waiter = (need, continuation)
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            cancel()
        }
    }

    /// The lane ends the exchange, so that what is said about the request having been sent is true.
    func cancel() {
        let isFirst = state.withLockedValue { state in
            guard !state.isCancelled else { return false }
            state.isCancelled = true
            state.buffer = []
            return state.outcome == nil
        }
        if isFirst { mailbox.post(.cancel(self)) }
    }

    // MARK: the lane's side

    func publish(_ head: ResponseHead) {
        state.withLockedValue { $0.head = head }
    }

    /// False when the consumer is too far behind to take these bytes now.
    func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
        state.withLockedValue { state in
            if state.isCancelled { return true }
            guard state.buffer.count < request.limits.highWater || state.buffer.isEmpty else {
                state.isPaused = true
                return false
            }
            unsafe state.buffer.append(contentsOf: bytes)
            return true
        }
    }

    /// The first outcome stands.
    func end(_ outcome: Outcome, _ facts: ExchangeFacts = ExchangeFacts()) {
        state.withLockedValue { state in
            guard state.outcome == nil else { return }
            state.outcome = outcome
            state.facts = facts
            state.isPaused = false
        }
    }

    /// Resumes the consumer if there is something for it. Once a turn, not once a read.
    func wake() {
        let ready = state.withLockedValue { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiter, state.answers(waiter.need) else { return nil }
            state.waiter = nil
            return waiter.continuation
        }
        ready?.resume()
    }
}
