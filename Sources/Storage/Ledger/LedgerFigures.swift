import Domain

/// How the books stand.
package struct LedgerFigures: Sendable {
    /// Runs with a hold and no end.
    package var openHolds: Int
    /// What is held for them.
    package var held: NanoCredits
}

extension Ledger {
    package func figures() throws(StorageError) -> LedgerFigures {
        // As many as there are runs under way: few, where there may be many organizations.
        let open = try openRuns()
        return LedgerFigures(openHolds: open.count, held: open.reduce(.zero) { $0 + $1.hold })
    }

    package var writerFigures: WriterFigures { writer.figures }
}

extension Catalog {
    package var writerFigures: WriterFigures { writer.figures }
}
