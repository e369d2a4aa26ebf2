import Domain
import Prompting

/// Decoded versions under their content hash: right forever, so there is nothing to invalidate, only to bound.
/// One a loop, so without a lock. The least recently used go first when the bytes run out; the newest stays, also alone
/// and larger than the cache, or it would be decoded again for every run.
struct PlanCache {
    private struct Entry {
        var plan: Plan
        var usedAt: UInt64
    }

    /// Lowered, it is kept from the next insertion on.
    var maximumBytes: Int
    private var entries: [Digest: Entry] = [:]
    private var clock: UInt64 = 0
    private(set) var bytes = 0
    private var hits: UInt64 = 0
    private var misses: UInt64 = 0

    /// What there is to show of a cache, or of several.
    struct Figures: Sendable {
        var hits: UInt64 = 0
        var misses: UInt64 = 0
        var bytes = 0

        mutating func add(_ other: Figures) {
            hits += other.hits
            misses += other.misses
            bytes += other.bytes
        }
    }

    var figures: Figures { Figures(hits: hits, misses: misses, bytes: bytes) }

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    subscript(hash: Digest) -> Plan? {
        mutating get {
            clock += 1
            guard let index = entries.index(forKey: hash) else {
                misses += 1
                return nil
            }
            hits += 1
            entries.values[index].usedAt = clock
            return entries.values[index].plan
        }
    }

    mutating func insert(_ plan: Plan, under hash: Digest) {
        clock += 1
        if let old = entries.updateValue(Entry(plan: plan, usedAt: clock), forKey: hash) { bytes -= old.plan.byteCost }
        bytes += plan.byteCost
        guard bytes > maximumBytes else { return }
        // Down to three quarters at once, so that a full cache does not sort on every insertion.
        for (old, entry) in entries.sorted(by: { $0.value.usedAt < $1.value.usedAt }) where old != hash {
            guard bytes > maximumBytes / 4 * 3 else { return }
            entries[old] = nil
            bytes -= entry.plan.byteCost
        }
    }
}
