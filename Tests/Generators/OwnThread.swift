import Foundation

/// Runs each piece of a task on a new thread: for what computes for long, or needs a stack of a certain size. Swift's own
/// threads are as few as the processor's cores, and what holds two of them for seconds holds up all other tests.
package final class OwnThread: TaskExecutor {
    private let stackBytes: Int?

    private init(stackBytes: Int?) { self.stackBytes = stackBytes }

    /// - Parameter stackBytes: of the thread; the system's default where it is nil.
    package static func run<Answer>(
        stackBytes: Int? = nil, _ work: () throws -> Answer
    ) async throws -> Answer {
        try await withTaskExecutorPreference(OwnThread(stackBytes: stackBytes)) { try work() }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let thread = Thread { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        if let stackBytes { thread.stackSize = stackBytes }
        thread.start()
    }
}
