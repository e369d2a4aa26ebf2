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
    /// A table for this transaction alone; nil where there is none of the name.
    fileprivate func table(ifNamed name: String) throws(StorageError) -> Table? {
        var handle: MDB_dbi = 0
        let code = unsafe mdb_dbi_open(self.handle, name, 0, &handle)
        if code == MDB_NOTFOUND { return nil }
        // A plain key of that name, or a table of another kind.
        guard code != MDB_INCOMPATIBLE else { return nil }
        try check(code, "open table")
        return Table(handle: handle)
    }

    fileprivate func tableCount() throws(StorageError) -> Int {
        var handle: MDB_dbi = 0
        try check(unsafe mdb_dbi_open(self.handle, nil, 0, &handle), "open table")
        return try count(Table(handle: handle))
    }
}
