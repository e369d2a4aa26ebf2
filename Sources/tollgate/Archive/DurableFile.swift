import Glibc

/// Files that are there whole, after a crash too, or not at all.
enum DurableFile {
    private static let ending = ".partial"

    /// Makes the file, mode 0600, or takes the place of the one there; on disk when this returns.
    static func write(_ bytes: [UInt8], to name: String, in folder: String) throws(CommandFailure) {
        let path = "\(folder)/\(name)"
        let partial = path + ending
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(partial) }
        do throws(CommandFailure) {
            try append(bytes, to: descriptor, path)
            guard fsync(descriptor) == 0 else { throw failure(partial) }
        } catch {
            close(descriptor)
            unlink(partial)
            throw error
        }
        close(descriptor)
        guard rename(partial, path) == 0 else { throw failure(path) }
        try sync(folder: folder)
    }

    /// Makes what names were given and taken in the folder last.
    static func sync(folder: String) throws(CommandFailure) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(folder) }
        defer { close(descriptor) }
        // A file system that cannot do this for a folder does it by itself.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure(folder) }
    }

    /// Whether the name is of a file that was not finished.
    static func isPartial(_ name: String) -> Bool { name.hasSuffix(ending) }

    /// Writes all of the bytes.
    /// - Parameter name: of the file, for the failure.
    static func append(_ bytes: [UInt8], to descriptor: Int32, _ name: String) throws(CommandFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                // Who shares the descriptor made it non-blocking.
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&ready, 1, -1)
                continue
            }
            guard count > 0 else { throw failure(name) }
            rest = rest.dropFirst(count)
        }
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("\(path): \(String(cString: strerror(errno)))")
    }
}
