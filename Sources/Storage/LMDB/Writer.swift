import CLMDB
import Dispatch
import NIOConcurrencyHelpers

/// The one thread that writes an environment. Whatever waits when it comes round is applied in one transaction and
/// made durable by one sync: group commit, so that a thousand settles cost a few syncs.
package final class Writer: Sendable {
    package enum Durability: Sendable, Hashable {
        /// A change is answered when it is on disk.
        case strict
        /// A change is answered when it is applied, and on disk at most so many milliseconds later. A crash of the
        /// process or the machine loses what was answered in between; the file stays whole.
        case relaxed(milliseconds: Int)
    }

    /// One change waiting for its turn. `apply` may run twice: alone again, if the batch it was in failed.
    private struct Job: Sendable {
        let apply: @Sendable (borrowing WriteTransaction) throws(StorageError) -> Void
        let answer: @Sendable (StorageError?) -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var isClosed = false
        var closeWaiters: [CheckedContinuation<Void, Never>] = []
        var hasEnded = false
    }

    private let environment: Environment
    private let durability: Durability
    private let maximumBatch: Int
    private let maximumWaiting: Int
    private let state = NIOLockedValueBox(State())
    private let done = NIOLockedValueBox(WriterFigures())
    /// Signalled when `waiting` stops being empty, and on close.
    private let wakeup = DispatchSemaphore(value: 0)

    /// - Parameter maximumBatch: changes a transaction; 1 gives each change its own.
    package init(
        _ environment: Environment, name: String, durability: Durability = .strict, maximumBatch: Int,
        maximumWaiting: Int = 65_536
    ) {
        self.environment = environment
        self.durability = durability
        self.maximumBatch = maximumBatch
        self.maximumWaiting = maximumWaiting
        // A queue of its own that runs one long block is a thread of its own, off the cooperative pool.
        DispatchQueue(label: name).async { [self] in run() }
    }

    /// Runs `change` on the writer's thread and answers its result once it is as durable as this writer promises.
    /// `change` decides by its result; if it throws, nothing of it is kept.
    package func perform<R: Sendable>(
        _ change: @escaping @Sendable (borrowing WriteTransaction) throws(StorageError) -> R
    ) async throws(StorageError) -> R {
        let outcome = NIOLockedValueBox<R?>(nil)
        let failure: StorageError? = await withUnsafeContinuation { continuation in
            let job = Job(
                apply: { transaction throws(StorageError) in
                    let result = try change(transaction)
                    outcome.withLockedValue { $0 = result }
                },
                answer: { continuation.resume(returning: $0) })
            if let refusal = enqueue(job) { continuation.resume(returning: refusal) }
        }
        if let failure { throw failure }
        guard let result = outcome.withLockedValue({ $0 }) else { throw StorageError(.failed, "apply change") }
        return result
    }

    package var figures: WriterFigures {
        var figures = done.withLockedValue { $0 }
        figures.waiting = state.withLockedValue { $0.waiting.count }
        return figures
    }

    /// Takes no more changes, makes durable what waits, and answers when the thread has ended.
    package func close() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLockedValue { state in
                state.isClosed = true
                if !state.hasEnded { state.closeWaiters.append(continuation) }
                return state.hasEnded
            }
            wakeup.signal()
            if hasEnded { continuation.resume() }
        }
    }

    private func enqueue(_ job: Job) -> StorageError? {
        let (refusal, wasEmpty) = state.withLockedValue { state -> (StorageError?, Bool) in
            if state.isClosed { return (StorageError(.closed, "write"), false) }
            if state.waiting.count >= maximumWaiting { return (StorageError(.overloaded, "write"), false) }
            state.waiting.append(job)
            return (nil, state.waiting.count == 1)
        }
        if wasEmpty { wakeup.signal() }
        return refusal
    }

    private func take() -> [Job] {
        state.withLockedValue { state in
            if state.waiting.count <= maximumBatch {
                defer { state.waiting = [] }
                return state.waiting
            }
            defer { state.waiting.removeFirst(maximumBatch) }
            return Array(state.waiting.prefix(maximumBatch))
        }
    }

    // MARK: the writer's thread

    private func run() {
        while true {
            let jobs = take()
            guard jobs.isEmpty else {
                switch durability {
                case .strict: commit(jobs)
                case .relaxed(let milliseconds): commitLater(jobs, within: milliseconds)
                }
                continue
            }
            if endIfClosed() { return }
            wakeup.wait()
        }
    }

    private func endIfClosed() -> Bool {
        let waiters = state.withLockedValue { state -> [CheckedContinuation<Void, Never>]? in
            guard state.isClosed, state.waiting.isEmpty else { return nil }
            state.hasEnded = true
            defer { state.closeWaiters = [] }
            return state.closeWaiters
        }
        guard let waiters else { return false }
        for waiter in waiters { waiter.resume() }
        return true
    }

    private func commit(_ jobs: [Job]) {
        do throws(StorageError) {
            let transaction = try WriteTransaction(environment)
            for job in jobs { try job.apply(transaction) }
            try commit(transaction, changes: jobs.count)
            for job in jobs { job.answer(nil) }
        } catch {
            // One bad change must not fail its neighbours: each again, alone.
            guard jobs.count > 1 else { return jobs[0].answer(error) }
            for job in jobs { commit([job]) }
        }
    }

    /// Relaxed: answers each change as it is applied, and keeps the transaction open for those that come within the
    /// time. If one fails, the transaction is gone: what was answered is applied again, in order, each alone.
    private func commitLater(_ jobs: [Job], within milliseconds: Int) {
        let deadline = DispatchTime.now() + .milliseconds(milliseconds)
        var waiting = jobs[...]
        var answered: [Job] = []
        do throws(StorageError) {
            let transaction = try WriteTransaction(environment)
            while let job = waiting.first {
                try job.apply(transaction)
                job.answer(nil)
                answered.append(job)
                waiting.removeFirst()
                if waiting.isEmpty { waiting = more(until: deadline)[...] }
            }
            try commit(transaction, changes: answered.count)
        } catch {
            for job in answered { commit([Job(apply: job.apply, answer: { _ in })]) }
            for job in waiting { commit([job]) }
        }
    }

    private func commit(_ transaction: consuming WriteTransaction, changes: Int) throws(StorageError) {
        let started = DispatchTime.now().uptimeNanoseconds
        do throws(StorageError) {
            try transaction.commit()
        } catch {
            done.withLockedValue { $0.failedCommits += 1 }
            throw error
        }
        let microseconds = Int(DispatchTime.now().uptimeNanoseconds - started) / 1_000
        done.withLockedValue { $0.noteCommit(changes: changes, microseconds: microseconds) }
    }

    private func more(until deadline: DispatchTime) -> [Job] {
        while DispatchTime.now() < deadline {
            let jobs = take()
            if !jobs.isEmpty || state.withLockedValue({ $0.isClosed }) { return jobs }
            if wakeup.wait(timeout: deadline) == .timedOut { return [] }
        }
        return []
    }
}
