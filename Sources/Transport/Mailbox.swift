import CCurl
import Glibc
import NIOConcurrencyHelpers

/// What the world asks of a lane. At most three commands an exchange, so as bounded as the exchanges are.
enum LaneCommand: Sendable {
    case start(ExchangeCore)
    case resume(ExchangeCore)
    case cancel(ExchangeCore)
    case close
}

/// The only way into a lane's thread: a locked list, and an eventfd that is written only while the lane sleeps.
final class Mailbox: Sendable {
    private struct State {
        var commands: [LaneCommand] = []
        var isAsleep = false
        var isClosed = false
        var hasEnded = false
        var running = 0
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    /// Readable when there may be commands.
    let wakeDescriptor: Int32
    private let maximumExchanges: Int
    private let state = NIOLockedValueBox(State())

    init?(maximumExchanges: Int) {
        self.maximumExchanges = maximumExchanges
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard wakeDescriptor >= 0 else { return nil }
    }

    deinit {
        if wakeDescriptor >= 0 { Glibc.close(wakeDescriptor) }
    }

    /// Nil when accepted; else why not.
    func admit(_ exchange: ExchangeCore) -> TransportError? {
        let (refusal, mustWake) = state.withLockedValue { state -> (TransportError?, Bool) in
            if state.isClosed { return (TransportError(.closed, requestSent: false), false) }
            if state.running >= maximumExchanges { return (TransportError(.overloaded, requestSent: false), false) }
            state.running += 1
            return (nil, Self.append(.start(exchange), to: &state))
        }
        if mustWake { wake() }
        return refusal
    }

    func post(_ command: LaneCommand) {
        let mustWake = state.withLockedValue { state in
            state.hasEnded ? false : Self.append(command, to: &state)
        }
        if mustWake { wake() }
    }

    func close() {
        let mustWake = state.withLockedValue { state in
            guard !state.isClosed else { return false }
            state.isClosed = true
            return Self.append(.close, to: &state)
        }
        if mustWake { wake() }
    }

    /// Takes all commands. Finding none, marks the lane asleep: the next command will wake it.
    func drain() -> [LaneCommand] {
        state.withLockedValue { state in
            state.isAsleep = state.commands.isEmpty
            var commands: [LaneCommand] = []
            swap(&commands, &state.commands)
            return commands
        }
    }

    func release(_ count: Int) {
        state.withLockedValue { $0.running -= count }
    }

    var running: Int { state.withLockedValue { $0.running } }

    /// The thread's last act. Every start was admitted before the closing command, so none is left in the box.
    func end() {
        let closers = state.withLockedValue { state in
            state.hasEnded = true
            state.running = 0
            state.commands = []
            defer { state.closers = [] }
            return state.closers
        }
        for closer in closers { closer.resume() }
    }

    nonisolated(nonsending) func waitForEnd() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLockedValue { state in
                if !state.hasEnded { state.closers.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() }
        }
    }

    private static func append(_ command: LaneCommand, to state: inout State) -> Bool {
        state.commands.append(command)
        let mustWake = state.isAsleep
        state.isAsleep = false
        return mustWake
    }

    private func wake() {
        // An eventfd refuses only when its count is near 2^64; the lane is awake then in any case.
        eventfd_write(wakeDescriptor, 1)
    }
}
