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
