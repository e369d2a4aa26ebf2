import FoundationEssentials
import Glibc

/// Small files only their owner may read.
enum SecretFile {
    /// The text without white space around it; nil where there is none to read.
    static func read(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        let text = String(decoding: data, as: UTF8.self).trimmingSpaces
        return text.isEmpty ? nil : text
    }

    /// Makes the file, mode 0600, with a line end after the text, on disk when this returns. An existing file stays
    /// unless it may be replaced.
    static func write(_ text: String, to path: String, replacing: Bool = false) throws(CommandFailure) {
        let flags = O_WRONLY | O_CREAT | O_CLOEXEC | (replacing ? O_TRUNC : O_EXCL)
        let descriptor = open(path, flags, 0o600)
        guard descriptor >= 0 else { throw CommandFailure("\(path): \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        let bytes = Array((text + "\n").utf8)
        guard fchmod(descriptor, 0o600) == 0, Glibc.write(descriptor, bytes, bytes.count) == bytes.count,
            fsync(descriptor) == 0
        else { throw CommandFailure("\(path): cannot be written") }
    }
}
