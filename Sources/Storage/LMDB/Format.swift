import CLMDB

/// The number a store's layout has, in its table `meta` under `format`. A new store takes ours; one of another number
/// is refused before anything is written.
enum Format {
    static let table = "meta"
    static let key = Key("format")

    /// Opens the named tables of a store of this format, making those that are missing. `meta` is among them.
    static func open(
        _ names: [String], format: UInt64, in environment: Environment
    ) throws(StorageError) -> [Table] {
        let found = try found(in: environment)
        if let found, found != format {
            throw StorageError(.otherFormat(found: found, ours: format), environment.folder)
        }
        let transaction = try WriteTransaction(environment)
        var tables: [Table] = []
        for name in names {
            let table = try transaction.table(named: name)
            tables.append(table)
            if found == nil, name == Self.table { try transaction.put(table, key, Key(format).bytes) }
        }
        // Where nothing was missing nothing is written.
        try transaction.commit()
        return tables
    }

    /// The same of a store that is only read, which makes nothing.
    static func openToRead(
        _ names: [String], format: UInt64, in environment: Environment
    ) throws(StorageError) -> [Table] {
        guard let found = try found(in: environment) else { throw StorageError(.missing, environment.folder) }
        guard found == format else {
            throw StorageError(.otherFormat(found: found, ours: format), environment.folder)
        }
        let transaction = try ReadTransaction(environment)
        var tables: [Table] = []
        for name in names {
            guard let table = try transaction.table(ifNamed: name) else {
                throw StorageError(.corrupt, "open table: it is gone")
            }
            tables.append(table)
        }
        try transaction.keepTables()
        return tables
    }

    /// Nil where the store is new, or was left so by an interrupted start.
    private static func found(in environment: Environment) throws(StorageError) -> UInt64? {
        let transaction = try ReadTransaction(environment)
        guard let table = try transaction.table(ifNamed: Self.table) else {
            guard try transaction.tableCount() == 0 else { throw StorageError(.foreign, environment.folder) }
            return nil
        }
        guard let bytes = try transaction.value(table, key) else { return nil }
        guard bytes.count == 8 else { throw StorageError(.foreign, environment.folder) }
        return try unsafe Key.number(bytes.span.bytes, at: 0)
    }
}

extension ReadTransaction {
    /// A table for this transaction alone, unless `keepTables` ends it; nil where there is none of the name.
    fileprivate func table(ifNamed name: String) throws(StorageError) -> Table? {
        var handle: MDB_dbi = 0
        let code = unsafe mdb_dbi_open(self.handle, name, 0, &handle)
        if code == MDB_NOTFOUND { return nil }
        // A plain key of that name, or a table of another kind.
        guard code != MDB_INCOMPATIBLE else { return nil }
        try check(code, "open table")
        return Table(handle: handle)
    }

    /// Ends it; the tables that it opened stay open with the environment.
    fileprivate consuming func keepTables() throws(StorageError) {
        let handle = unsafe handle
        // Commit frees the handle whether it succeeds or not, so the deinit's abort must not run.
        discard self
        try check(unsafe mdb_txn_commit(handle), "keep tables")
    }

    fileprivate func tableCount() throws(StorageError) -> Int {
        var handle: MDB_dbi = 0
        try check(unsafe mdb_dbi_open(self.handle, nil, 0, &handle), "open table")
        return try count(Table(handle: handle))
    }
}
