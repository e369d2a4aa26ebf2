import Glibc

/// Holds a store's folder for one process: a locked file in it, let go when the process ends, however it ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    init(folder: String) throws(StorageError) {
        if mkdir(folder, 0o700) != 0, errno != EEXIST { throw StorageError(.unavailable, "make folder", code: errno) }
        descriptor = open(folder + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StorageError(.unavailable, "open folder", code: errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw StorageError(.unavailable, "take folder: another process has it", code: code)
        }
    }

    deinit { close(descriptor) }
}
