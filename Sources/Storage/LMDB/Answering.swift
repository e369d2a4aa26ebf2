import Dispatch
import NIOConcurrencyHelpers

/// The thread that answers what is written, while the writer's goes on with the next batch: to wake the tasks that wait
/// took a quarter of the writer's time. A thread of its own for the writer's reason: see `startWriterThread`.
final class Answering: Sendable {
    private struct State {
        var written: [any WaitingChange] = []
        var isClosed = false
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
    func close() {
        state.withLockedValue { $0.isClosed = true }
        wakeup.signal()
    }

    private func run() -> ThreadEnd {
        while true {
            let (written, isClosed) = state.withLockedValue { state in
                defer { state.written = [] }
                return (state.written, state.isClosed)
            }
            for change in written { change.answer(nil) }
            if !written.isEmpty { continue }
            if isClosed { return {} }
            _ = wakeup.wait(until: .distantFuture)
        }
    }
}
