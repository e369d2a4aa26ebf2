import Dispatch
import Synchronization

/// Work that takes long and reads much, off the cooperative pool: one piece at a time.
final class OneAtATime: Sendable {
    private let isRunning = Atomic(false)
    private let queue: DispatchQueue

    init(_ label: String) { queue = DispatchQueue(label: label, qos: .utility) }

    /// - Throws: `rateLimited` while another piece runs, else what `body` throws.
    func run<R: Sendable>(
        _ what: String, _ body: @escaping @Sendable () throws(ControlFault) -> R
    ) async throws(ControlFault) -> R {
        guard isRunning.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged else {
            throw ControlFault(.rateLimited, "\(what) runs already; try again when that is done")
        }
        defer { isRunning.store(false, ordering: .releasing) }
        let result: Result<R, ControlFault> = await withCheckedContinuation { continuation in
            queue.async {
                do throws(ControlFault) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }
}
