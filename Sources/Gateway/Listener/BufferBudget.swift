import Synchronization

/// How many bytes of request bodies may lie in memory at once, all connections together: over it, requests are shed
/// rather than memory grown.
final class BufferBudget: Sendable {
    private let limit: Int
    private let used = Atomic<Int>(0)

    init(bytes limit: Int) { self.limit = limit }

    /// False, having taken nothing, where there is not so much left.
    func take(_ bytes: Int) -> Bool {
        guard used.add(bytes, ordering: .relaxed).newValue > limit else { return true }
        give(bytes)
        return false
    }

    func give(_ bytes: Int) { used.subtract(bytes, ordering: .relaxed) }
}

/// What one request's body takes of the budget, for as long as anybody holds it: the connection that reads it, then the
/// run, which may outlive the connection.
final class BufferedBytes: Sendable {
    private let budget: BufferBudget
    private let count = Atomic<Int>(0)

    init(_ budget: BufferBudget) { self.budget = budget }

    deinit { budget.give(count.load(ordering: .relaxed)) }

    /// False, having taken nothing, where there is not so much left.
    func take(_ bytes: Int) -> Bool {
        guard budget.take(bytes) else { return false }
        count.add(bytes, ordering: .relaxed)
        return true
    }
}
