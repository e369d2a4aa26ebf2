import Measures

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
    /// Changes that end work, could not be written and are tried again; after a fatal fault, lost.
    package var pendingSettles = 0
    /// New work refused, because of the state.
    package var refused: UInt64 = 0
    package var commits = CommitFigures()
}

/// What a writer has committed since the start.
package struct CommitFigures: Sendable {
    package private(set) var count: UInt64 = 0
    package private(set) var failed: UInt64 = 0
    /// Microseconds of a commit with its sync.
    package private(set) var time = Histogram(.short)
    /// Changes that shared a commit.
    package private(set) var batch = Histogram(.size)

    mutating func note(batch changes: Int, nanoseconds: UInt64) {
        count += 1
        time.observe(Int(clamping: nanoseconds / 1_000))
        batch.observe(changes)
    }

    mutating func noteFailure() { failed += 1 }
}
