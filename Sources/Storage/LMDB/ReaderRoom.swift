import Glibc

/// Blocks on disk for all of LMDB's table of readers, which is a sparse file that is mapped: a reader that takes a slot
/// on a full disk would kill the process with SIGBUS.
///
/// Its descriptor lives as long as the environment: LMDB's locks are POSIX locks on the same file, which end when the
/// process closes any descriptor of it.
final class ReaderRoom: Sendable {
    private let descriptor: Int32

    /// To be made when LMDB has opened the folder, and let go of after it has closed it.
    init(folder: String) throws(StorageError) {
        let path = folder + "/lock.mdb"
        descriptor = unsafe open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(opening: path, code: errno) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw StorageError(opening: path, code: errno) }
        let code = posix_fallocate(descriptor, 0, status.st_size)
        // A file system that cannot promise blocks is used without the promise.
        guard code == 0 || code == EOPNOTSUPP || code == EINVAL else {
            throw StorageError(code: code, "reserve room for readers")
        }
    }

    deinit { close(descriptor) }
}
