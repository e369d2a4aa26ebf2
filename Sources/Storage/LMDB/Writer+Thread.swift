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

    func run() -> ThreadEnd {
        var pending: [any WaitingChange] = []
        var deadline: DispatchTime?
        while true {
            look(pending.count)
            let taken = take()
            let changes = admitted(taken)
            let hasWork = !taken.isEmpty || !pending.isEmpty
            if hasWork { write(changes, &pending) }
            if hasWork, pending.isEmpty { continue }
            // So that it is known before the next try.
            if !pending.isEmpty { look(pending.count) }
            if isClosed {
                let closing = deadline ?? .now() + .milliseconds(Self.closeMilliseconds)
                deadline = closing
                if pending.isEmpty || standing == .broken || .now() > closing {
                    if let end = end(givingUp: pending.count) { return end }
                    continue
                }
            }
            let pause = pending.isEmpty ? Self.idleMilliseconds : Self.retryMilliseconds
            _ = wakeup.wait(until: .now() + .milliseconds(pause))
        }
    }

    private var isClosed: Bool { state.withLockedValue { $0.isClosed } }

    private func take() -> [any WaitingChange] {
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
    private func admitted(_ changes: [any WaitingChange]) -> [any WaitingChange] {
        guard let refusal = standing.refusal else { return changes }
        return changes.filter { change in
            guard change.purpose == .newWork else { return true }
            state.withLockedValue { $0.refused += 1 }
            change.answer(refusal)
            return false
        }
    }

    /// Nil, having ended nothing, where a change that came before the close still waits. After it none comes.
    private func end(givingUp count: Int) -> ThreadEnd? {
        let waiters = state.withLockedValue { state -> [CheckedContinuation<Int, Never>]? in
            guard state.isClosed, state.waiting.isEmpty else { return nil }
            state.givenUp = count
            defer { state.closeWaiters = [] }
            return state.closeWaiters
        }
        guard let waiters else { return nil }
        // Only when neither thread holds anything of the store.
        return { [answering] in answering.close { for waiter in waiters { waiter.resume(returning: count) } } }
    }

    // MARK: writing

    private func write(_ changes: [any WaitingChange], _ pending: inout [any WaitingChange]) {
        if standing == .broken {
            for change in changes { change.answer(StoreState.broken.refusal) }
            // Never written by this process, but counted until it ends.
            pending += changes.filter { $0.purpose == .endsWork }
        } else if changes.isEmpty, pending.isEmpty {
            return
        } else if case .relaxed(let milliseconds) = durability, pending.isEmpty {
            commitLater(changes, within: milliseconds, &pending)
        } else {
            commit(changes, &pending)
        }
    }

    /// What is pending, and then the changes, in one transaction.
    private func commit(_ changes: [any WaitingChange], _ pending: inout [any WaitingChange]) {
        let all = pending.isEmpty ? changes : pending + changes
        do throws(StorageError) {
            try commitTogether(all)
            pending = []
            // One is answered sooner than another thread is woken.
            if changes.count == 1 { changes[0].answer(nil) } else { answering.answer(changes) }
        } catch {
            // One bad change must not fail its neighbours: each again, alone.
            if all.count > 1 { pending = commitEach(all) } else { pending = fail(all[0], error) ? [all[0]] : [] }
        }
    }

    /// - Returns: what is to be tried again. After the first of these none is tried, so that their order stays.
    private func commitEach(_ changes: [any WaitingChange]) -> [any WaitingChange] {
        var kept: [any WaitingChange] = []
        var obstacle: StorageError?
        for change in changes {
            do throws(StorageError) {
                if let obstacle { throw obstacle }
                try commitTogether([change])
                change.answer(nil)
            } catch {
                guard fail(change, error) else { continue }
                kept.append(change)
                obstacle = error
            }
        }
        return kept
    }

    private func commitTogether(_ changes: [any WaitingChange]) throws(StorageError) {
        do throws(StorageError) {
            let transaction = try begin()
            for change in changes { try change.apply(transaction) }
            try end(transaction, batch: changes.count)
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

    /// Answers a change that failed. True where it is to be kept: to be tried again or, after a fatal fault, counted as lost.
    private func fail(_ change: any WaitingChange, _ error: StorageError) -> Bool {
        let isNew = state.withLockedValue { state in
            if error.isRetried { state.obstacle = error.code }
            guard error.kind == .broken, state.standing != .broken else { return false }
            state.standing = .broken
            return true
        }
        if isNew { report(.broken) }
        change.answer(error)
        return (error.isRetried || error.kind == .broken) && change.purpose == .endsWork
    }

    /// Relaxed: answers each change as it is applied, and keeps the transaction open for those that come within the
    /// time. If one fails, the transaction is gone: what was answered is applied again, in order, each alone, and kept
    /// like a settle where that fails too, since what was answered stands.
    private func commitLater(
        _ changes: [any WaitingChange], within milliseconds: Int, _ pending: inout [any WaitingChange]
    ) {
        let deadline = DispatchTime.now() + .milliseconds(milliseconds)
        var waiting = changes[...]
        var answered: [any WaitingChange] = []
        do throws(StorageError) {
            let transaction = try begin()
            while let change = waiting.first {
                try change.apply(transaction)
                change.answer(nil)
                answered.append(change)
                waiting.removeFirst()
                if waiting.isEmpty { waiting = admitted(more(until: deadline))[...] }
            }
            try end(transaction, batch: answered.count)
        } catch {
            for change in answered { change.keep() }
            pending = commitEach(answered + waiting)
        }
    }

    private func more(until deadline: DispatchTime) -> [any WaitingChange] {
        while DispatchTime.now() < deadline {
            let changes = take()
            if !changes.isEmpty || isClosed { return changes }
            if !wakeup.wait(until: deadline) { return [] }
        }
        return []
    }
}
