import Dispatch
import NIOConcurrencyHelpers

/// The thread that answers what is written, while the writer's goes on with the next batch: to wake the tasks that wait
/// took a quarter of the writer's time. A thread of its own for the writer's reason: see `startWriterThread`.
final class Answering: Sendable {
    private struct State {
        var written: [any WaitingChange] = []
        /// What is done when all are answered and the thread ends; nil: it goes on.
        var end: ThreadEnd?
    }

    private let state = NIOLockedValueBox(State())
    private let wakeup = Wakeup()

    init(name: String) throws(StorageError) { try startWriterThread(name: name) { [self] in run() } }

    /// Answers them soon, after those that came before.
    func answer(_ changes: [any WaitingChange]) {
        state.withLockedValue { $0.written += changes }
        wakeup.signal()
    }

    /// The thread ends when all are answered. None may come after.
    func close(_ end: @escaping ThreadEnd = {}) {
        state.withLockedValue { $0.end = end }
        wakeup.signal()
    }

    private func run() -> ThreadEnd {
        while true {
            let (written, end) = state.withLockedValue { state in
                defer { state.written = [] }
                return (state.written, state.end)
            }
            for change in written { change.answer(nil) }
            if !written.isEmpty { continue }
            if let end { return end }
            _ = wakeup.wait(until: .distantFuture)
        }
    }
}
