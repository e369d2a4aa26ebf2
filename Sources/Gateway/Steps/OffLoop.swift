import NIOPosix

extension RunPipeline {
    /// Bytes of an input or an answer that are gone through within a loop's turn: a few milliseconds at most.
    private static var largestWithinTurn: Int { 64 << 10 }

    /// Does what takes as long as there are bytes: here where they are few, else on one of a few threads that all loops
    /// share, so that large bodies wait for each other and nobody else for them. What waits is bounded by the bytes of
    /// bodies that may be in memory at once.
    func work<R: Sendable, E: Error>(
        on byteCount: Int, _ work: @escaping @Sendable () throws(E) -> R
    ) async throws(E) -> R {
        guard byteCount > Self.largestWithinTurn else { return try work() }
        let result: Result<R, E> = await withCheckedContinuation { continuation in
            // Also where the threads are no more: nobody else would answer.
            NIOThreadPool.singleton.submit { _ in
                continuation.resume(returning: Result { () throws(E) in try work() })
            }
        }
        return try result.get()
    }
}
