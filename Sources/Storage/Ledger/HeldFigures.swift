import Domain

/// What runs under way hold.
package struct HeldFigures: Sendable {
    /// Runs with a hold and no end.
    package var holds: Int
    /// What is held for them.
    package var credits: NanoCredits
}

extension Ledger {
    /// Reads as many numbers as runs are under way: few, where there may be many organizations. What begins or ends
    /// meanwhile is in it or not.
    /// - Parameter chunk: runs read in one transaction, so that many do not hold old pages back.
    package func heldFigures(chunk: Int = 1_000) throws(StorageError) -> HeldFigures {
        var figures = HeldFigures(holds: 0, credits: .zero)
        var next: UInt64? = 0
        while let start = next {
            next = try environment.read { transaction throws(StorageError) in
                var count = 0
                var last: UInt64 = 0
                try transaction.scan(tables.open, prefix: Key(), from: Key(start)) { key, held throws(StorageError) in
                    last = try Key.number(key, at: 0)
                    figures.holds += 1
                    let credits = NanoCredits(Int64(bitPattern: try Key.number(held, at: 0)))
                    figures.credits = figures.credits.addingClamped(credits)
                    count += 1
                    return count < chunk
                }
                return count < chunk ? nil : last + 1
            }
        }
        return figures
    }
}
