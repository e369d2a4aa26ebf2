import CLMDB
import Glibc

/// One LMDB environment: a folder with a memory-mapped file. One a process and folder.
///
/// The handle is safe to share: LMDB's own locks guard it, read transactions are not tied to threads (`MDB_NOTLS`),
/// and write transactions begin only on the environment's `Writer`.
///
/// `@safe`: the handle is open from the end of `init` to `deinit`, and whoever uses it holds this object.
@safe package final class Environment: Sendable {
    package struct Settings: Sendable {
        /// Address space reserved for the file, bytes. It costs nothing until used, and cannot grow later.
        package var mapBytes: Int
        package var maximumTables: UInt32
        package var maximumReaders: UInt32
        /// Whether a store that is missing is made; else that is refused.
        package var makesStore: Bool

        package init(
            mapBytes: Int = 256 << 30, maximumTables: UInt32 = 64, maximumReaders: UInt32 = 1022,
            makesStore: Bool = true
        ) {
            self.mapBytes = mapBytes
            self.maximumTables = maximumTables
            self.maximumReaders = maximumReaders
            self.makesStore = makesStore
        }
    }

    /// Proof for the sharing: the pointer is set once, and LMDB documents an MDB_env as usable from all threads.
    nonisolated(unsafe) let handle: OpaquePointer
    let folder: String
    let pageBytes: Int
    /// Nil where another process may have the folder.
    private let lock: FolderLock?
    private let readerRoom: ReaderRoom

    /// Opens the folder, making it where it is missing, and takes it for this process alone. A folder that is refused
    /// (`StorageError.refusal`) keeps its data as they were; only `lock` files may be new in it.
    package init(folder: String, settings: Settings = Settings()) throws(StorageError) {
        self.folder = folder
        if !settings.makesStore, unsafe access(folder + "/" + DataFile.name, F_OK) != 0, errno == ENOENT {
            throw StorageError(.missing, folder)
        }
        lock = try FolderLock(folder: folder, makesFolder: settings.makesStore)
        // The file is closed again here: its descriptor holds none of LMDB's locks, which are on lock.mdb.
        try DataFile(folder: folder)?.check(mapBytes: settings.mapBytes)
        try unsafe (handle, readerRoom, pageBytes) = Self.open(folder, settings, flags: 0)
    }

    /// Opens the folder to read it, beside the process that has it where one does. Of all files only LMDB's table of
    /// readers is written; a write transaction fails. For a process of its own: what damage to the file does to its reader
    /// would be done to the owner as well.
    package init(reading folder: String, settings: Settings = Settings()) throws(StorageError) {
        self.folder = folder
        lock = nil
        try DataFile.checkBesideOwner(folder: folder, mapBytes: settings.mapBytes)
        try unsafe (handle, readerRoom, pageBytes) = Self.open(folder, settings, flags: UInt32(MDB_RDONLY))
    }

    private static func open(
        _ folder: String, _ settings: Settings, flags: UInt32
    ) throws(StorageError) -> (OpaquePointer, ReaderRoom, pageBytes: Int) {
        var handle: OpaquePointer?
        try unsafe check(mdb_env_create(&handle), "create environment")
        guard let handle = unsafe handle else { throw StorageError(.failed, "create environment") }
        do throws(StorageError) {
            try unsafe check(mdb_env_set_mapsize(handle, settings.mapBytes), "reserve map")
            try unsafe check(mdb_env_set_maxdbs(handle, settings.maximumTables), "set tables")
            try unsafe check(mdb_env_set_maxreaders(handle, settings.maximumReaders), "set readers")
            try unsafe check(
                mdb_env_open(handle, folder, flags | UInt32(MDB_NOTLS | MDB_NORDAHEAD), 0o600), "open environment")
            // A process that died keeps its reader slots, and with them old pages, until somebody looks.
            try unsafe check(mdb_reader_check(handle, nil), "clear dead readers")
            let readerRoom = try ReaderRoom(folder: folder)
            var statistics = MDB_stat()
            try unsafe check(mdb_env_stat(handle, &statistics), "read page size")
            return unsafe (handle, readerRoom, Int(statistics.ms_psize))
        } catch {
            unsafe mdb_env_close(handle)
            throw error
        }
    }

    deinit { unsafe mdb_env_close(handle) }

    /// Lets go of what readers held that ended without a word: a process beside this one, which was killed.
    package func clearDeadReaders() throws(StorageError) {
        try unsafe check(mdb_reader_check(handle, nil), "clear dead readers")
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
