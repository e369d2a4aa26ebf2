/// A ledger's tables, to be read.
package struct LedgerView: Sendable {
    package let environment: Environment
    let tables: LedgerTables

    init(_ environment: Environment, _ tables: LedgerTables) {
        self.environment = environment
        self.tables = tables
    }

    /// Throws why LMDB cannot be let near the files; they are not mapped.
    package static func check(_ folder: String, mapBytes: Int) throws(StorageError) {
        try DataFile.checkBesideOwner(folder: folder, mapBytes: mapBytes)
    }

    /// Those of files that another process may have open, and write. For a process of its own, as
    /// `Environment(reading:)` says.
    package init(reading folder: String, settings: Environment.Settings = .init()) throws(StorageError) {
        environment = try Environment(reading: folder, settings: settings)
        tables = try LedgerTables(reading: environment)
    }
}

extension Ledger {
    package var view: LedgerView { LedgerView(environment, tables) }
}
