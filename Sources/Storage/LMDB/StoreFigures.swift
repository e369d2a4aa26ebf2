import CLMDB
import Glibc

/// How much room a store has, and who reads it.
package struct StoreFigures: Sendable {
    /// Address space reserved for the file, which it cannot outgrow; bytes.
    package var mapBytes: Int
    /// Of that, what the file's pages take; bytes. Pages freed stay the file's and are used again.
    package var usedBytes: Int
    /// Left on the file system for this user; bytes.
    package var diskFreeBytes: Int
    /// Reader slots that were ever in use at once, since the environment was made.
    package var readers: Int
}

extension Environment {
    /// - Parameter folder: the environment's own.
    package func figures(folder: String) throws(StorageError) -> StoreFigures {
        var info = MDB_envinfo()
        var statistics = MDB_stat()
        try check(mdb_env_info(handle, &info), "read map's size")
        try check(mdb_env_stat(handle, &statistics), "read page size")
        var disk = statvfs()
        guard statvfs(folder, &disk) == 0 else { throw StorageError(.failed, "read disk's room") }
        return StoreFigures(
            mapBytes: info.me_mapsize, usedBytes: (info.me_last_pgno + 1) * Int(statistics.ms_psize),
            diskFreeBytes: Int(disk.f_bavail) * Int(disk.f_frsize), readers: Int(info.me_numreaders))
    }
}
