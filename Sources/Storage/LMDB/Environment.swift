import CLMDB
import Glibc

/// One LMDB environment: a folder with a memory-mapped file. One a process and folder.
///
/// The handle is safe to share: LMDB's own locks guard it, read transactions are not tied to threads (`MDB_NOTLS`),
/// and write transactions begin only on the environment's `Writer`.
package final class Environment: Sendable {
    package struct Settings: Sendable {
        /// Address space reserved for the file, bytes. It costs nothing until used, and cannot grow later.
        package var mapBytes: Int
        package var maximumTables: UInt32
        package var maximumReaders: UInt32

        package init(mapBytes: Int = 256 << 30, maximumTables: UInt32 = 64, maximumReaders: UInt32 = 1022) {
            self.mapBytes = mapBytes
            self.maximumTables = maximumTables
            self.maximumReaders = maximumReaders
        }
    }

    /// Proof for the sharing: the pointer is set once, and LMDB documents an MDB_env as usable from all threads.
    nonisolated(unsafe) let handle: OpaquePointer
    private let lock: FolderLock

    /// Opens the folder, making it where it is missing, and takes it for this process alone.
    package init(folder: String, settings: Settings = Settings()) throws(StorageError) {
        lock = try FolderLock(folder: folder)
        var handle: OpaquePointer?
        try check(mdb_env_create(&handle), "create environment")
        guard let handle else { throw StorageError(.failed, "create environment") }
        self.handle = handle
        do throws(StorageError) {
            try check(mdb_env_set_mapsize(handle, settings.mapBytes), "reserve map")
            try check(mdb_env_set_maxdbs(handle, settings.maximumTables), "set tables")
            try check(mdb_env_set_maxreaders(handle, settings.maximumReaders), "set readers")
            try check(
                mdb_env_open(handle, folder, UInt32(MDB_NOTLS | MDB_NORDAHEAD), 0o600), "open environment")
            // A process that died keeps its reader slots, and with them old pages, until somebody looks.
            try check(mdb_reader_check(handle, nil), "clear dead readers")
        } catch {
            mdb_env_close(handle)
            throw error
        }
    }

    deinit { mdb_env_close(handle) }

    /// Opens the named tables, making those that are missing.
    package func tables(_ names: [String]) throws(StorageError) -> [Table] {
        let transaction = try WriteTransaction(self)
        var tables: [Table] = []
        for name in names { tables.append(try transaction.table(named: name)) }
        try transaction.commit()
        return tables
    }

    /// A read transaction of its own, for callers that are not on a gateway's loop.
    package func read<R>(_ body: (borrowing ReadTransaction) throws(StorageError) -> R) throws(StorageError) -> R {
        let transaction = try ReadTransaction(self)
        return try body(transaction)
    }
}

/// A named table of an environment (LMDB's "database"). Handles stay valid as long as the environment.
package struct Table: Sendable {
    let handle: MDB_dbi
}
