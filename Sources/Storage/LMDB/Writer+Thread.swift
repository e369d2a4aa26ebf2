import Dispatch

/// What the writer's thread does. `pending` is its own: changes that must not be lost and could not be written, in
/// the order in which they came.
extension Writer {
    /// Between two tries of what is pending.
    private static let retryMilliseconds = 100
    /// Between two looks at the room, with nothing to do.
    private static let idleMilliseconds = 1_000
    /// How long closing tries what is pending.
    private static let closeMilliseconds = 2_000

    func run() {
        var pending: [Job] = []
        var deadline: DispatchTime?
        while true {
            look(pending.count)
            let taken = take()
            let jobs = admitted(taken)
            let hasWork = !taken.isEmpty || !pending.isEmpty
            if hasWork { write(jobs, &pending) }
            if hasWork, pending.isEmpty { continue }
            // So that it is known before the next try.
            if !pending.isEmpty { look(pending.count) }
            if isClosed {
                let closing = deadline ?? .now() + .milliseconds(Self.closeMilliseconds)
                deadline = closing
                if pending.isEmpty || standing == .broken || .now() > closing {
                    if end(givingUp: pending.count) { return }
                    continue
                }
            }
            let pause = pending.isEmpty ? Self.idleMilliseconds : Self.retryMilliseconds
            _ = wakeup.wait(until: .now() + .milliseconds(pause))
        }
    }

    private var isClosed: Bool { state.withLockedValue { $0.isClosed } }

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

    /// Sees how the store stands, and tells of it where that is new.
    private func look(_ pending: Int) {
        let room = environment.room()
        let new = state.withLockedValue { state -> StoreState? in
            state.room = room
            state.pending = pending
            guard state.standing != .broken else { return nil }
            let standing = pending > 0 ? StoreState(behind: state.obstacle) : reserve.state(room)
            defer { state.standing = standing }
            return standing == state.standing ? nil : standing
        }
        if let new { report(new) }
    }

    /// Those that may be written now; the others are answered.
    private func admitted(_ jobs: [Job]) -> [Job] {
        guard let refusal = standing.refusal else { return jobs }
        return jobs.filter { job in
            guard job.purpose == .newWork else { return true }
            state.withLockedValue { $0.refused += 1 }
            job.answer(refusal)
            return false
        }
    }

    /// False, having ended nothing, where a change that came before the close still waits. After it none comes.
    private func end(givingUp count: Int) -> Bool {
        let waiters = state.withLockedValue { state -> [CheckedContinuation<Int, Never>]? in
            guard state.isClosed, state.waiting.isEmpty else { return nil }
            state.givenUp = count
            defer { state.closeWaiters = [] }
            return state.closeWaiters
        }
        guard let waiters else { return false }
        for waiter in waiters { waiter.resume(returning: count) }
        return true
    }

    // MARK: writing

    private func write(_ jobs: [Job], _ pending: inout [Job]) {
        if standing == .broken {
            for job in jobs { job.answer(StoreState.broken.refusal) }
            // Never written by this process, but counted until it ends.
            pending += jobs.filter { $0.purpose == .endsWork }.map(\.kept)
        } else if jobs.isEmpty, pending.isEmpty {
            return
        } else if case .relaxed(let milliseconds) = durability, pending.isEmpty {
            commitLater(jobs, within: milliseconds, &pending)
        } else {
            commit(jobs, &pending)
        }
    }

    /// What is pending, and then the jobs, in one transaction.
    private func commit(_ jobs: [Job], _ pending: inout [Job]) {
        let all = pending + jobs
        do throws(StorageError) {
            try commitTogether(all)
            pending = []
            for job in jobs { job.answer(nil) }
        } catch {
            // One bad change must not fail its neighbours: each again, alone.
            if all.count > 1 { pending = commitEach(all) } else { pending = fail(all[0], error) ? [all[0].kept] : [] }
        }
    }

    /// - Returns: what is to be tried again. After the first of these none is tried, so that their order stays.
    private func commitEach(_ jobs: [Job]) -> [Job] {
        var kept: [Job] = []
        var obstacle: StorageError?
        for job in jobs {
            do throws(StorageError) {
                if let obstacle { throw obstacle }
                try commitTogether([job])
                job.answer(nil)
            } catch {
                guard fail(job, error) else { continue }
                kept.append(job.kept)
                obstacle = error
            }
        }
        return kept
    }

    private func commitTogether(_ jobs: [Job]) throws(StorageError) {
        do throws(StorageError) {
            let transaction = try begin()
            for job in jobs { try job.apply(transaction) }
            try end(transaction, batch: jobs.count)
        } catch {
            if error.isRetried { state.withLockedValue { $0.commits.noteFailure() } }
            throw error
        }
    }

    private func begin() throws(StorageError) -> WriteTransaction {
        let transaction = try WriteTransaction(environment)
        scope?.begin()
        return transaction
    }

    private func end(_ transaction: consuming WriteTransaction, batch: Int) throws(StorageError) {
        try scope?.flush(transaction)
        let start = DispatchTime.now().uptimeNanoseconds
        try transaction.commit()
        let nanoseconds = DispatchTime.now().uptimeNanoseconds - start
        state.withLockedValue { $0.commits.note(batch: batch, nanoseconds: nanoseconds) }
    }

    /// Answers a job that failed. True where it is to be kept: to be tried again or, after a fatal fault, counted as lost.
    private func fail(_ job: Job, _ error: StorageError) -> Bool {
        let isNew = state.withLockedValue { state in
            if error.isRetried { state.obstacle = error.code }
            guard error.kind == .broken, state.standing != .broken else { return false }
            state.standing = .broken
            return true
        }
        if isNew { report(.broken) }
        job.answer(error)
        return (error.isRetried || error.kind == .broken) && job.purpose == .endsWork
    }

    /// Relaxed: answers each change as it is applied, and keeps the transaction open for those that come within the
    /// time. If one fails, the transaction is gone: what was answered is applied again, in order, each alone, and kept
    /// like a settle where that fails too, since what was answered stands.
    private func commitLater(_ jobs: [Job], within milliseconds: Int, _ pending: inout [Job]) {
        let deadline = DispatchTime.now() + .milliseconds(milliseconds)
        var waiting = jobs[...]
        var answered: [Job] = []
        do throws(StorageError) {
            let transaction = try begin()
            while let job = waiting.first {
                try job.apply(transaction)
                job.answer(nil)
                answered.append(job)
                waiting.removeFirst()
                if waiting.isEmpty { waiting = admitted(more(until: deadline))[...] }
            }
            try end(transaction, batch: answered.count)
        } catch {
            pending = commitEach(answered.map(\.kept) + waiting)
        }
    }

    private func more(until deadline: DispatchTime) -> [Job] {
        while DispatchTime.now() < deadline {
            let jobs = take()
            if !jobs.isEmpty || isClosed { return jobs }
            if !wakeup.wait(until: deadline) { return [] }
        }
        return []
    }
}
