import CLMDB

/// Room that is kept free so that what runs can still be settled when all else is full.
package struct Reserve: Sendable, Hashable {
    /// On the file system, bytes; 0: none is kept. In the map as many, but at most an eighth of it.
    package var bytes: Int

    package init(bytes: Int = 0) { self.bytes = bytes }

    /// How a store with this much room stands. Pages that were freed within the file count as used.
    func state(_ room: Room) -> StoreState {
        if room.diskFreeBytes < bytes { return .diskNearlyFull }
        if room.mapBytes - room.usedBytes < min(bytes, room.mapBytes / 8) { return .mapNearlyFull }
        return .writable
    }
}

/// What is left to write to.
struct Room: Sendable {
    var mapBytes = Int.max
    /// Up to the last page in use.
    var usedBytes = 0
    var diskFreeBytes = Int.max
}

extension Environment {
    /// Asked by the writer's thread: statvfs can wait for a disk.
    func room() -> Room {
        var room = Room()
        (room.mapBytes, room.usedBytes) = extent()
        // A file system that does not say is not one that is full.
        room.diskFreeBytes = FileSystem.freeBytes(at: folder) ?? .max
        return room
    }

    func completing(_ figures: StoreFigures) -> StoreFigures {
        var figures = figures
        (figures.mapBytes, figures.usedBytes) = extent()
        var info = unsafe MDB_envinfo()
        // Fills what it is given from memory that the handle keeps mapped.
        if unsafe mdb_env_info(handle, &info) == MDB_SUCCESS {
            figures.readerSlots = Int(clamping: unsafe info.me_numreaders)
            figures.maximumReaderSlots = Int(clamping: unsafe info.me_maxreaders)
        }
        return figures
    }

    private func extent() -> (mapBytes: Int, usedBytes: Int) {
        var info = unsafe MDB_envinfo()
        guard unsafe mdb_env_info(handle, &info) == MDB_SUCCESS else { return (.max, 0) }
        return unsafe (Int(clamping: info.me_mapsize), Int(clamping: info.me_last_pgno + 1) * pageBytes)
    }
}
