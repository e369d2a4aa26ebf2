import FoundationEssentials
import Glibc

enum StandardError {
    static func write(_ text: String) { write(Array(text.utf8)) }

    static func write(_ bytes: [UInt8]) { _ = StandardOutput.write(bytes, to: STDERR_FILENO) }
}

enum StandardOutput {
    /// Ends the process, with exit code 1, where they cannot be written: half of an answer is to be taken for none.
    static func write(_ bytes: [UInt8]) {
        // Whoever read it has gone: there is nobody left to tell.
        guard let code = write(bytes, to: STDOUT_FILENO), code != EPIPE else { return }
        StandardError.write("standard output: \(String(cString: strerror(code)))\n")
        exit(1)
    }

    /// - Returns: errno's code where they cannot be written.
    fileprivate static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
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
            guard count > 0 else { return errno }
            rest = rest.dropFirst(count)
        }
        return nil
    }
}

enum StandardInput {
    /// All of it, at most so many bytes.
    static func read(maximumBytes: Int) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(STDIN_FILENO, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw CommandFailure("standard input cannot be read") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= maximumBytes else {
                throw CommandFailure("standard input has more than \(ByteSize.text(maximumBytes))")
            }
        }
    }
}
