import NIOCore
import NIOConcurrencyHelpers

/// What all connections of a simulator share.
final class SimulatorState: Sendable {
    struct Counts: Sendable {
        /// Requests for an answer, read whole.
        var arrived = 0
        /// Held at the barrier now.
        var waiting = 0
        /// Answered to the last byte, errors included.
        var served = 0
        /// Arrived and not yet ended.
        var running = 0
        /// Connections accepted so far.
        var connections = 0
        /// Clients that left before the end of their answer.
        var disconnects = 0
    }

    private struct Guarded {
        var counts = Counts()
        var faults: FaultPlan
        var log: RequestLog
        var sequence = 0
        var isClosed = false
        var held: [Int: EventLoopPromise<Void>] = [:]
    }

    let configuration: SimulatorConfiguration
    private let file: LineFile?
    private let guarded: NIOLockedValueBox<Guarded>

    init(configuration: SimulatorConfiguration, file: LineFile?) {
        self.configuration = configuration
        self.file = file
        guarded = NIOLockedValueBox(
            Guarded(
                faults: FaultPlan(rates: configuration.faults, seed: configuration.seed),
                log: RequestLog(limit: configuration.logRows)))
    }

    var counts: Counts { guarded.withLockedValue { $0.counts } }

    func connected() { guarded.withLockedValue { $0.counts.connections += 1 } }

    /// Gives a request its number, its fault if it draws one, and its row.
    func arrive(
        in spoken: any SimulatedProtocol, drawsFault: Bool, _ describe: (inout LogRow) -> Void
    ) -> LogRow {
        guarded.withLockedValue { state in
            state.sequence += 1
            state.counts.arrived += 1
            state.counts.running += 1
            var row = LogRow(sequence: state.sequence, id: spoken.answerID(state.sequence), spoken: spoken.name)
            describe(&row)
            if drawsFault, row.fault == nil { row.fault = state.faults.draw() }
            state.log.append(row)
            return row
        }
    }

    func update(_ sequence: Int, _ change: (inout LogRow) -> Void) {
        _ = guarded.withLockedValue { $0.log.update(sequence, change) }
    }

    /// The last byte is about to be written: whoever has seen it finds the row finished.
    func finish(_ sequence: Int) {
        let row = guarded.withLockedValue { state in
            state.counts.running -= 1
            state.counts.served += 1
            return state.log.update(sequence) { $0.isFinished = true }
        }
        write(row)
    }

    /// The request ended early: because its client left, or by one of our faults.
    func abandon(_ sequence: Int, byClient: Bool) {
        let (row, promise) = guarded.withLockedValue { state in
            state.counts.running -= 1
            if byClient { state.counts.disconnects += 1 }
            let promise = state.held.removeValue(forKey: sequence)
            state.counts.waiting = state.held.count
            return (state.log.update(sequence) { _ in }, promise)
        }
        promise?.fail(ChannelError.ioOnClosedChannel)
        write(row)
    }

    private func write(_ row: LogRow?) {
        guard let file, let row else { return }
        file.append(row.json(withBody: false))
    }

    // MARK: the barrier

    /// Nil when it is open.
    func holdAtBarrier(_ sequence: Int, on eventLoop: any EventLoop) -> EventLoopFuture<Void>? {
        let promise = eventLoop.makePromise(of: Void.self)
        let isHeld = guarded.withLockedValue { state in
            guard state.isClosed else { return false }
            state.held[sequence] = promise
            state.counts.waiting = state.held.count
            return true
        }
        if isHeld { return promise.futureResult }
        promise.succeed()
        return nil
    }

    func setBarrier(closed: Bool) {
        let released = guarded.withLockedValue { state in
            state.isClosed = closed
            guard !closed else { return [Int: EventLoopPromise<Void>]() }
            defer { state.held = [:] }
            state.counts.waiting = 0
            return state.held
        }
        for (_, promise) in released.sorted(by: { $0.key < $1.key }) { promise.succeed() }
    }

    // MARK: control

    func order(next: [Fault], rates: [Fault: Double]?) {
        guarded.withLockedValue { state in
            state.faults.order(next)
            if let rates { state.faults.setRates(rates) }
        }
    }

    func clearLog() { guarded.withLockedValue { $0.log.clear() } }

    func logJSON(withBodies: Bool) -> String {
        // The copy shares storage; the text is made outside the lock.
        let log = guarded.withLockedValue { $0.log }
        return log.json(withBodies: withBodies)
    }
}
