import Glibc

/// A file that a person names for a command's output.
enum OutputFile {
    /// Makes the file, or replaces what is in it, and waits until it is on disk.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        try DurableFile.append(bytes, to: descriptor, path)
        // Devices and pipes have nothing to be synced.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw failure(path) }
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("\(path): \(String(cString: strerror(errno)))")
    }
}
