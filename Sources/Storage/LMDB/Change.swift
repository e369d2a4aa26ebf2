/// A change that waits for its turn in the writer's transaction.
protocol WaitingChange: AnyObject, Sendable {
    var purpose: Writer.Purpose { get }
    /// May run again: alone, if the batch it was in failed.
    func apply(_ transaction: borrowing WriteTransaction) throws(StorageError)
    /// Ends the wait of whoever asked for it. Once; after that nobody waits, and nothing happens.
    func answer(_ failure: StorageError?)
    /// From now on it ends work, whatever it was.
    func keep()
}

/// A change, what came of it, and the task that waits for that: one object for all.
///
/// `@safe` and `@unchecked Sendable`: one at a time has it: its task until it is among those that wait, the writer until it
/// is answered, and then, but for `body` and `purpose`, its task again.
@safe final class Change<R: Sendable>: WaitingChange, @unchecked Sendable {
    private(set) var purpose: Writer.Purpose
    /// Of the last time that it was applied before it was answered.
    private(set) var result: R?
    /// Resumed once: `answer` takes it.
    var continuation: UnsafeContinuation<StorageError?, Never>?
    private let body: @Sendable (borrowing WriteTransaction) throws(StorageError) -> R

    init(
        _ purpose: Writer.Purpose,
        _ body: @escaping @Sendable (borrowing WriteTransaction) throws(StorageError) -> R
    ) {
        self.purpose = purpose
        self.body = body
    }

    func apply(_ transaction: borrowing WriteTransaction) throws(StorageError) {
        let result = try body(transaction)
        // Once it is answered, what came of it is its task's.
        if unsafe continuation != nil { self.result = result }
    }

    func answer(_ failure: StorageError?) { unsafe continuation.take()?.resume(returning: failure) }

    func keep() { purpose = .endsWork }
}
