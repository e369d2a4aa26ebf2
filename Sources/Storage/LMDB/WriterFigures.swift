import Measures

/// What a writer has done since the start, and what it has before it.
package struct WriterFigures: Sendable {
    package internal(set) var commits: UInt64 = 0
    package internal(set) var failedCommits: UInt64 = 0
    /// Microseconds of a commit and its sync.
    package internal(set) var commitTime = Histogram(.short)
    /// Changes that shared a commit.
    package internal(set) var batch = Histogram(.size)
    /// Changes that wait for their turn.
    package internal(set) var waiting = 0

    mutating func noteCommit(changes: Int, microseconds: Int) {
        commits += 1
        commitTime.observe(microseconds)
        batch.observe(changes)
    }
}
