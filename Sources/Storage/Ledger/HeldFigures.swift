import Domain

/// What runs under way hold.
package struct HeldFigures: Sendable {
    /// Runs with a hold and no end.
    package var holds: Int
    /// What is held for them.
    package var credits: NanoCredits
}

extension Ledger {
    /// Reads as many runs as are under way: few, where there may be many organizations. What begins or ends meanwhile is
    /// in it or not.
    /// - Parameter chunk: runs read in one transaction, so that many do not hold old pages back.
    package func heldFigures(chunk: Int = 1_000) throws(StorageError) -> HeldFigures {
        var figures = HeldFigures(holds: 0, credits: .zero)
        var next: Key? = Key()
        while let start = next {
            next = try environment.read { transaction throws(StorageError) in
                var count = 0
                var last: Key?
                try transaction.scan(tables.open, prefix: Key(), from: start) { key, _ throws(StorageError) in
                    let key = unsafe key.withUnsafeBytes { unsafe Key(bytes: Array($0)) }
                    let hold = try transaction.withValue(tables.runs, key) { bytes throws(StorageError) in
                        try RunRecord(bytes).hold
                    }
                    guard let hold else { throw StorageError(.corrupt, "read open run: no record") }
                    figures.holds += 1
                    figures.credits = figures.credits + hold
                    count += 1
                    last = key
                    return count < chunk
                }
                // The least key above the last one.
                return count < chunk ? nil : last.map { Key(bytes: $0.bytes + [0]) }
            }
        }
        return figures
    }
}
