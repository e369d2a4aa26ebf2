import Domain
import NIOConcurrencyHelpers

/// The runs under way that have an idempotency key, of all loops together: whoever repeats the request of one waits here
/// for its end. The lock covers the table and nothing that a run does.
final class KeyedRuns: Sendable {
    enum Entrance: Equatable {
        /// Nobody has the key: it is the caller's now, until `end`.
        case first
        case underWay(RunID)
        /// Another request has the key.
        case conflict(RunID)
    }

    enum Outcome: Sendable, Equatable {
        /// The run ended, with the response that its repeats get. Nil: look again, for it may have left no trace.
        case ended(KeptResponse?)
        /// Who waited was told to stop.
        case gaveUp
    }

    private struct Running {
        var run: RunID
        var request: Digest
        /// By the ids of the requests that wait. Each is resumed by whoever takes it out.
        var waiting: [RunID: CheckedContinuation<Outcome, Never>] = [:]
    }

    private let running = NIOLockedValueBox<[RunKey.Name: Running]>([:])

    func enter(_ key: RunKey, _ run: RunID) -> Entrance {
        running.withLockedValue { running in
            guard let first = running[key.name] else {
                running[key.name] = Running(run: run, request: key.request)
                return .first
            }
            return first.request == key.request ? .underWay(first.run) : .conflict(first.run)
        }
    }

    /// Gives the key back. A second time changes nothing.
    func end(_ name: RunKey.Name, _ run: RunID, _ response: KeptResponse?) {
        let waiting = running.withLockedValue { running in
            running[name]?.run == run ? running.removeValue(forKey: name)?.waiting : nil
        }
        for waiter in (waiting ?? [:]).values { waiter.resume(returning: .ended(response)) }
    }

    /// Waits for a run's end, until told to stop or cancelled.
    /// - Parameter request: id of the request that waits.
    func wait(_ request: RunID, for run: RunID, _ name: RunKey.Name) async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let already = running.withLockedValue { running -> Outcome? in
                    guard running[name]?.run == run else { return .ended(nil) }
                    // Cancelled from here on, its handler comes after this lock, and finds it waiting.
                    if Task.isCancelled { return .gaveUp }
                    running[name]?.waiting[request] = continuation
                    return nil
                }
                if let already { continuation.resume(returning: already) }
            }
        } onCancel: {
            stopWaiting(request, name)
        }
    }

    /// Of one that does not wait nothing comes.
    func stopWaiting(_ request: RunID, _ name: RunKey.Name) {
        running.withLockedValue { $0[name]?.waiting.removeValue(forKey: request) }?.resume(returning: .gaveUp)
    }

    /// Requests that wait.
    var waiters: Int { running.withLockedValue { $0.values.reduce(0) { $0 + $1.waiting.count } } }
}

/// A request's hold on its idempotency key while it makes its run; without a key, of nothing.
struct KeyClaim {
    let key: RunKey?
    let run: RunID
    let runs: KeyedRuns

    /// Lets those who wait go on. A second time changes nothing.
    func end(_ response: KeptResponse? = nil) {
        if let key { runs.end(key.name, run, response) }
    }
}
