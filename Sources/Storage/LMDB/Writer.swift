import NIOConcurrencyHelpers

/// The one thread that writes an environment. Whatever waits when it comes round is applied in one transaction and
/// made durable by one sync: group commit, so that a thousand settles cost a few syncs. See `Writer+Thread.swift`.
///
/// It looks at the room that is left once a batch, and once a second, and refuses new work below the reserve. What ends
/// a run is tried whatever the room, and again until it is written.
package final class Writer: Sendable {
    package enum Durability: Sendable, Hashable {
        /// A change is answered when it is on disk.
        case strict
        /// A change is answered when it is applied, and on disk at most so many milliseconds later. A crash of the
        /// process or the machine loses what was answered in between; the file stays whole.
        case relaxed(milliseconds: Int)
    }

    /// What becomes of a change when there is little room.
    package enum Purpose: Sendable {
        /// Refused while the store is not `writable`.
        case newWork
        /// Tried in every state; where it fails for want of room or by the disk's fault, its caller is told so, and it
        /// is kept and tried again. To be bounded by what began before.
        case endsWork
    }

    struct State {
        var waiting: [any WaitingChange] = []
        var isClosed = false
        var closeWaiters: [CheckedContinuation<Int, Never>] = []
        /// How many changes were given up; nil until the thread has ended.
        var givenUp: Int?
        var standing = StoreState.writable
        var room = Room()
        var pending = 0
        /// The code of what last kept one from being written.
        var obstacle: Int32 = 0
        var refused: UInt64 = 0
        var commits = CommitFigures()
    }

    let environment: Environment
    let durability: Durability
    let maximumBatch: Int
    let reserve: Reserve
    let scope: (any BatchScope)?
    /// Told each new state, on the writer's thread.
    let report: @Sendable (StoreState) -> Void
    let state = NIOLockedValueBox(State())
    /// Signalled when `waiting` stops being empty, and on close.
    let wakeup = Wakeup()
    let answering: Answering
    private let maximumWaiting: Int

    /// - Parameters:
    ///   - maximumBatch: changes a transaction; 1 gives each change its own.
    ///   - scope: what the changes of a transaction share; nil: nothing.
    package init(
        _ environment: Environment, name: String, durability: Durability = .strict, maximumBatch: Int,
        maximumWaiting: Int = 65_536, reserve: Reserve = Reserve(),
        scope: (any BatchScope)? = nil, report: @escaping @Sendable (StoreState) -> Void = { _ in }
    ) throws(StorageError) {
        self.environment = environment
        self.durability = durability
        self.maximumBatch = maximumBatch
        self.maximumWaiting = maximumWaiting
        self.reserve = reserve
        self.scope = scope
        self.report = report
        answering = try Answering(name: "tollgate.answer")
        do throws(StorageError) {
            try startWriterThread(name: name) { [self] in run() }
        } catch {
            answering.close()
            throw error
        }
    }

    /// Runs `change` on the writer's thread and answers its result once it is as durable as this writer promises.
    /// `change` decides by its result; if it throws, nothing of it is kept.
    package func perform<R: Sendable>(
        _ purpose: Purpose = .newWork,
        _ change: @escaping @Sendable (borrowing WriteTransaction) throws(StorageError) -> R
    ) async throws(StorageError) -> R {
        let change = Change(purpose, change)
        let failure = await unsafe withUnsafeContinuation { continuation in
            unsafe change.continuation = continuation
            if let refusal = enqueue(change) { change.answer(refusal) }
        }
        if let failure { throw failure }
        guard let result = change.result else { throw StorageError(.failed, "apply change") }
        return result
    }

    /// Whether new work is taken, as of a second ago at most.
    package var standing: StoreState { state.withLockedValue { $0.standing } }

    package var figures: StoreFigures {
        let known = state.withLockedValue { state in
            var figures = StoreFigures()
            figures.state = state.standing
            figures.waiting = state.waiting.count
            figures.pendingSettles = state.pending
            figures.refused = state.refused
            figures.commits = state.commits
            figures.diskFreeBytes = state.room.diskFreeBytes
            return figures
        }
        return environment.completing(known)
    }

    /// Takes no more changes, makes durable what waits, and answers when the thread has ended.
    /// - Returns: how many changes that end work could not be written, and are given up; those lost to a fatal fault
    ///   included.
    @discardableResult
    package func close() async -> Int {
        await withCheckedContinuation { continuation in
            let givenUp = state.withLockedValue { state in
                state.isClosed = true
                if state.givenUp == nil { state.closeWaiters.append(continuation) }
                return state.givenUp
            }
            wakeup.signal()
            if let givenUp { continuation.resume(returning: givenUp) }
        }
    }

    /// Takes no more changes; the thread makes durable what waits and ends, and nobody waits for it. For an owner that is
    /// let go without a `close`: the thread would stay for good.
    func letGo() {
        state.withLockedValue { $0.isClosed = true }
        wakeup.signal()
    }

    private func enqueue(_ change: some WaitingChange) -> StorageError? {
        let (refusal, wasEmpty) = state.withLockedValue { state -> (StorageError?, Bool) in
            if state.isClosed { return (StorageError(.closed, "write"), false) }
            if change.purpose == .newWork, let refusal = state.standing.refusal {
                state.refused += 1
                return (refusal, false)
            }
            // What ends work is bounded by what began.
            if change.purpose == .newWork, state.waiting.count >= maximumWaiting {
                return (StorageError(.overloaded, "write"), false)
            }
            state.waiting.append(change)
            return (nil, state.waiting.count == 1)
        }
        if wasEmpty { wakeup.signal() }
        return refusal
    }
}
