/// Whether a store takes new work, and if not, why. What ends a run is taken in every state but the last.
package enum StoreState: String, Sendable, CaseIterable {
    case writable
    /// The disk has less room than the reserve.
    case diskNearlyFull = "disk_nearly_full"
    /// The map has; only a larger one, at the next start, helps.
    case mapNearlyFull = "map_nearly_full"
    /// A change that must not be lost could not be written: it is in memory, and tried again.
    case behind
    /// LMDB met a fault after which it writes nothing more until the process starts anew.
    case broken

    package var takesNewWork: Bool { self == .writable }

    /// For people: what is wrong and what mends it.
    package var explanation: StaticString {
        switch self {
        case .writable: "it takes changes"
        case .diskNearlyFull: "the disk has less room than ledger.disk_reserve_bytes: free some"
        case .mapNearlyFull: "the map is nearly full: set a larger map_bytes and restart"
        case .behind: "settles could not be written and wait in memory: see to the disk; do not kill the process"
        case .broken: "the store met a fatal fault: see to the disk, then restart"
        }
    }

    /// What new work is refused with; nil: it is taken.
    var refusal: StorageError? {
        switch self {
        case .writable: nil
        case .diskNearlyFull: StorageError(.full, "write: less room on the disk than the reserve")
        case .mapNearlyFull: StorageError(.full, "write: less room in the map than the reserve")
        case .behind: StorageError(.full, "write: earlier changes wait for the disk")
        case .broken: StorageError(.broken, "write: after a fatal fault; restart")
        }
    }
}

/// How a store stands and what it has done, for metrics. Taken at once, but for the disk, which is asked once a batch
/// and once a second.
package struct StoreFigures: Sendable {
    package var state = StoreState.writable
    /// Address space reserved; the most the file can grow to.
    package var mapBytes = 0
    /// Up to the last page in use, free ones before it included.
    package var usedBytes = 0
    /// What this user may still write on the file system.
    package var diskFreeBytes = 0
    /// The most slots of readers that were in use at once; they are used again.
    package var readerSlots = 0
    package var maximumReaderSlots = 0
    /// Changes that wait for the writer.
    package var waiting = 0
    /// Changes that could not be written and are tried again.
    package var pendingSettles = 0
    /// New work refused, because of the state.
    package var refused: UInt64 = 0
    package var commits = CommitFigures()
}

/// Commits that succeeded: how many, how long each took, and how many changes each held.
package struct CommitFigures: Sendable {
    /// Upper bounds of the buckets, microseconds; one more bucket takes what is above the last.
    package static let boundsMicroseconds: [UInt64] = [
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    ]

    package private(set) var count: UInt64 = 0
    package private(set) var totalNanoseconds: UInt64 = 0
    /// Changes in all of them.
    package private(set) var changes: UInt64 = 0
    /// Changes in the last one.
    package private(set) var lastBatch = 0
    /// Commits in each bucket alone (not summed up), by `boundsMicroseconds`.
    package private(set) var buckets = [UInt64](repeating: 0, count: boundsMicroseconds.count + 1)
    package private(set) var failed: UInt64 = 0

    mutating func note(batch: Int, nanoseconds: UInt64) {
        count += 1
        totalNanoseconds += nanoseconds
        changes += UInt64(batch)
        lastBatch = batch
        let bounds = Self.boundsMicroseconds
        buckets[bounds.firstIndex { nanoseconds <= $0 * 1_000 } ?? bounds.count] += 1
    }

    mutating func noteFailure() { failed += 1 }
}
