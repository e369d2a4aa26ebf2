import Domain

/// What runs under way hold.
package struct HeldFigures: Sendable {
    /// Runs with a hold and no end.
    package var holds: Int
    /// What is held for them.
    package var credits: NanoCredits
}

extension Ledger {
    package func heldFigures() throws(StorageError) -> HeldFigures {
        // As many as there are runs under way: few, where there may be many organizations.
        let open = try openRuns()
        return HeldFigures(holds: open.count, credits: open.reduce(.zero) { $0 + $1.hold })
    }
}
