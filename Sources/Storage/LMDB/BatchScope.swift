/// What a store gathers while one write transaction is open, and writes once, before it commits: sums that many changes of
/// a batch move.
///
/// Called on the writer's thread alone.
package protocol BatchScope: Sendable {
    /// A transaction has begun: what was gathered in another one does not count.
    func begin()
    /// The transaction is about to commit.
    func flush(_ transaction: borrowing WriteTransaction) throws(StorageError)
}
