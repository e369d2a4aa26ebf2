import Glibc

/// Holds a store's folder for one process: a locked file in it, let go when the process ends, however it ends.
package final class FolderLock: Sendable {
    private let descriptor: Int32

    /// - Parameter makesFolder: whether a missing folder is made.
    package init(folder: String, makesFolder: Bool) throws(StorageError) {
        // Before anything is made: nothing of ours belongs there.
        if let type = FileSystem.type(at: folder), let name = FileSystem.networkName(ofType: type) {
            throw StorageError(.network(name), folder)
        }
        if makesFolder, unsafe mkdir(folder, 0o700) != 0, errno != EEXIST {
            throw StorageError(opening: folder, code: errno)
        }
        descriptor = unsafe open(folder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageError(opening: folder, code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            // `deinit` closes it: all that is stored is set.
            let code = errno
            throw code == EWOULDBLOCK
                ? StorageError(.inUse, folder) : StorageError(.unavailable, "take folder", code: code)
        }
    }

    deinit { close(descriptor) }
}
