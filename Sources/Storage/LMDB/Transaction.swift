import CLMDB

/// What can be read in a transaction of either kind. Bytes are lent from the map for the length of a closure, as spans
/// that cannot leave it; the map keeps them as they are while the transaction is open. LMDB fills an `MDB_val` with a
/// place in the map and its length, and writes through none that it is given.
package protocol Transaction: ~Copyable {
    var handle: OpaquePointer { get }
}

extension Transaction where Self: ~Copyable {
    /// Lends the value under the key; nil, without calling `body`, where there is none.
    package func withValue<R>(
        _ table: Table, _ key: UnsafeRawBufferPointer, _ body: (RawSpan) throws(StorageError) -> R
    ) throws(StorageError) -> R? {
        // LMDB does not write through the key's pointer.
        var keyValue = unsafe MDB_val(mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
        var value = unsafe MDB_val()
        let code = unsafe mdb_get(handle, table.handle, &keyValue, &value)
        if code == MDB_NOTFOUND { return nil }
        try check(code, "get")
        return try unsafe body(UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size).bytes)
    }

    package func withValue<R>(
        _ table: Table, _ key: some StoredBytes, _ body: (RawSpan) throws(StorageError) -> R
    ) throws(StorageError) -> R? {
        try unsafe key.withBytes { bytes throws(StorageError) in try unsafe withValue(table, bytes, body) }
    }

    package func contains(_ table: Table, _ key: some StoredBytes) throws(StorageError) -> Bool {
        try withValue(table, key) { _ in true } ?? false
    }

    /// A copy of the value, for the control plane and other cold paths.
    package func value(_ table: Table, _ key: Key) throws(StorageError) -> [UInt8]? {
        try withValue(table, key) { bytes in unsafe bytes.withUnsafeBytes { unsafe Array($0) } }
    }

    package func count(_ table: Table) throws(StorageError) -> Int {
        var statistics = MDB_stat()
        try unsafe check(mdb_stat(handle, table.handle, &statistics), "count")
        return statistics.ms_entries
    }

    /// Walks the keys that begin with `prefix`, in order, from `start` on (from the prefix's first where nil), or
    /// backwards from the last one not above `start`; ends when `body` answers false.
    package func scan(
        _ table: Table, prefix: Key, from start: Key? = nil, backwards: Bool = false,
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StorageError) -> Bool
    ) throws(StorageError) {
        var cursor: OpaquePointer?
        try unsafe check(mdb_cursor_open(handle, table.handle, &cursor), "open cursor")
        defer { unsafe mdb_cursor_close(cursor) }
        var key = unsafe MDB_val()
        var value = unsafe MDB_val()
        var code = try unsafe position(cursor, prefix: prefix, start: start, backwards: backwards, &key, &value)
        var rows = 0
        var most = try count(table)
        while code == MDB_SUCCESS {
            rows += 1
            if rows > most {
                // The pages of a damaged file may lead round in a circle.
                most = try count(table)
                guard rows <= most else { throw StorageError(.corrupt, "scan: more rows than there are") }
            }
            let keyBytes = unsafe UnsafeRawBufferPointer(start: key.mv_data, count: key.mv_size)
            guard unsafe keyBytes.starts(with: prefix.bytes) else { return }
            let valueBytes = unsafe UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
            guard try unsafe body(keyBytes.bytes, valueBytes.bytes) else { return }
            code = unsafe mdb_cursor_get(cursor, &key, &value, backwards ? MDB_PREV : MDB_NEXT)
        }
        guard code == MDB_NOTFOUND else { throw StorageError(code: code, "scan") }
    }

    private func position(
        _ cursor: OpaquePointer?, prefix: Key, start: Key?, backwards: Bool, _ key: inout MDB_val,
        _ value: inout MDB_val
    ) throws(StorageError) -> Int32 {
        guard backwards else { return unsafe seek(cursor, start ?? prefix, &key, &value) }
        // The last key not above the bound: the first one at or above it, or else the one before.
        let bound = start ?? prefix.successor
        var code = bound.map { unsafe seek(cursor, $0, &key, &value) } ?? MDB_NOTFOUND
        if code == MDB_NOTFOUND { return unsafe mdb_cursor_get(cursor, &key, &value, MDB_LAST) }
        try check(code, "seek")
        let found = unsafe UnsafeRawBufferPointer(start: key.mv_data, count: key.mv_size)
        if let start, unsafe found.elementsEqual(start.bytes) { return code }
        code = unsafe mdb_cursor_get(cursor, &key, &value, MDB_PREV)
        return code
    }

    private func seek(_ cursor: OpaquePointer?, _ bound: Key, _ key: inout MDB_val, _ value: inout MDB_val) -> Int32 {
        unsafe bound.withBytes { bytes in
            if unsafe bytes.isEmpty { return unsafe mdb_cursor_get(cursor, &key, &value, MDB_FIRST) }
            unsafe key = MDB_val(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
            return unsafe mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE)
        }
    }
}

/// A snapshot of an environment. Short: it holds old pages back, and never spans an `await`.
///
/// `@safe`: the handle is begun by `init` and ended by `deinit`, once; it can be lent, not copied.
@safe package struct ReadTransaction: Transaction, ~Copyable {
    package let handle: OpaquePointer

    init(_ environment: Environment) throws(StorageError) {
        var handle: OpaquePointer?
        try unsafe check(mdb_txn_begin(environment.handle, nil, UInt32(MDB_RDONLY), &handle), "begin read")
        guard let handle = unsafe handle else { throw StorageError(.failed, "begin read") }
        unsafe self.handle = handle
    }

    deinit { unsafe mdb_txn_abort(handle) }
}

/// The one writer's transaction. `commit()` ends it durably; let go in any other way, nothing of it happened.
///
/// `@safe`: the handle is begun by `init` and ended by `commit` or `deinit`, once; it can be lent, not copied.
@safe package struct WriteTransaction: Transaction, ~Copyable {
    package let handle: OpaquePointer

    init(_ environment: Environment) throws(StorageError) {
        var handle: OpaquePointer?
        try unsafe check(mdb_txn_begin(environment.handle, nil, 0, &handle), "begin write")
        guard let handle = unsafe handle else { throw StorageError(.failed, "begin write") }
        unsafe self.handle = handle
    }

    deinit { unsafe mdb_txn_abort(handle) }

    consuming func commit() throws(StorageError) {
        let handle = unsafe handle
        // Commit frees the handle whether it succeeds or not, so the deinit's abort must not run.
        discard self
        try unsafe check(mdb_txn_commit(handle), "commit")
    }

    package func put(
        _ table: Table, _ key: borrowing some StoredBytes & ~Copyable, _ value: borrowing some StoredBytes & ~Copyable
    ) throws(StorageError) {
        try put(table, key, value, flags: 0)
    }

    /// Puts a value under a key above all others of the table, which is cheaper than `put`.
    package func append(
        _ table: Table, _ key: borrowing some StoredBytes & ~Copyable, _ value: borrowing some StoredBytes & ~Copyable
    ) throws(StorageError) {
        try put(table, key, value, flags: UInt32(MDB_APPEND))
    }

    private func put(
        _ table: Table, _ key: borrowing some StoredBytes & ~Copyable, _ value: borrowing some StoredBytes & ~Copyable,
        flags: UInt32
    ) throws(StorageError) {
        try unsafe key.withBytes { key throws(StorageError) in
            try unsafe value.withBytes { value throws(StorageError) in
                try unsafe put(table, key, value, flags: flags)
            }
        }
    }

    /// - Parameter flags: LMDB's.
    func put(
        _ table: Table, _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, flags: UInt32 = 0
    ) throws(StorageError) {
        // LMDB writes through neither pointer.
        var key = unsafe MDB_val(mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
        var value = unsafe MDB_val(mv_size: value.count, mv_data: UnsafeMutableRawPointer(mutating: value.baseAddress))
        try unsafe check(mdb_put(handle, table.handle, &key, &value, flags), "put")
    }

    /// True where there was something to delete.
    @discardableResult
    package func delete(_ table: Table, _ key: some StoredBytes) throws(StorageError) -> Bool {
        let code = unsafe key.withBytes { key in
            var keyValue = unsafe MDB_val(
                mv_size: key.count, mv_data: UnsafeMutableRawPointer(mutating: key.baseAddress))
            return unsafe mdb_del(handle, table.handle, &keyValue, nil)
        }
        if code == MDB_NOTFOUND { return false }
        try check(code, "delete")
        return true
    }

    func table(named name: String) throws(StorageError) -> Table {
        var handle: MDB_dbi = 0
        try unsafe check(mdb_dbi_open(self.handle, name, UInt32(MDB_CREATE), &handle), "open table")
        return Table(handle: handle)
    }
}
