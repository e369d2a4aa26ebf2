import NIOPosix

extension RunPipeline {
    /// Whether so many bytes of an input or an answer are gone through within a loop's turn: a few milliseconds at most.
    func fitsTurn(_ byteCount: Int) -> Bool { byteCount <= 64 << 10 }

    /// What a check with a schema may take of it: some tens of nanoseconds each, a microsecond at worst.
    static var schemaStepsInTurn: Int { 50_000 }

    /// Does what takes long on one of a few threads that all loops share, so that such work waits for its like and
    /// nobody else for it. What waits is bounded by the bytes of bodies that may be in memory at once.
    func offLoop<R: Sendable>(_ work: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { continuation in
            // Also where the threads are no more: nobody else would answer.
            NIOThreadPool.singleton.submit { _ in continuation.resume(returning: work()) }
        }
    }
}
