import Glibc

/// The lines of a file, in pieces that one request can carry.
struct LineChunks: ~Copyable {
    struct Chunk {
        /// In the file, counted from 1.
        var firstLine: Int
        var lineCount: Int
        var bytes: [UInt8]
    }

    /// How many a piece has at most: other changes wait while it is written.
    static let maximumLines = 2_000
    /// Bytes that a piece has at most, unless it is one line.
    static let maximumBytes = 1 << 20
    /// Bytes of one line: what the admin API takes.
    static let maximumLineBytes = 5 << 20

    /// Bytes of the whole, where it is known.
    let total: Int?
    private let name: String
    private let descriptor: Int32
    private let maximumLines: Int
    /// What was read and not handed out yet.
    private var buffer: [UInt8] = []
    private var start = 0
    private var line = 1
    private var hasEnded = false

    /// - Parameter path: `-` for standard input.
    init(_ path: String, maximumLines: Int = Self.maximumLines) throws(CommandFailure) {
        name = path == "-" ? "standard input" : path
        self.maximumLines = maximumLines
        descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw CommandFailure("\(path): \(String(cString: strerror(errno)))") }
        var status = stat()
        let isFile = fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        total = isFile ? Int(status.st_size) : nil
    }

    deinit { if descriptor != STDIN_FILENO { close(descriptor) } }

    /// The next piece; nil at the end.
    mutating func next() throws(CommandFailure) -> Chunk? {
        var end = start
        var count = 0
        while count < maximumLines {
            guard let lineEnd = try endOfLine(from: &end) else { break }
            guard count == 0 || lineEnd - start <= Self.maximumBytes else { break }
            end = lineEnd
            count += 1
        }
        guard count > 0 else { return nil }
        defer {
            start = end
            line += count
        }
        return Chunk(firstLine: line, lineCount: count, bytes: Array(buffer[start..<end]))
    }

    /// Where the line that begins there ends, its line feed included; nil where there is none.
    /// - Parameter begin: moves with what is read, since what was handed out is let go of.
    private mutating func endOfLine(from begin: inout Int) throws(CommandFailure) -> Int? {
        var searched = begin
        while true {
            if let feed = buffer[searched...].firstIndex(of: 10) { return feed + 1 }
            searched = buffer.count
            guard searched - begin <= Self.maximumLineBytes else {
                throw CommandFailure("\(name): a line has more than \(Self.maximumLineBytes) bytes")
            }
            if hasEnded { return searched > begin ? searched : nil }
            let dropped = start
            try read()
            begin -= dropped
            searched -= dropped
        }
    }

    private mutating func read() throws(CommandFailure) {
        buffer.removeFirst(start)
        start = 0
        var block = [UInt8](repeating: 0, count: 1 << 20)
        var count = -1
        repeat {
            count = block.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        } while count < 0 && errno == EINTR
        guard count >= 0 else { throw CommandFailure("\(name): \(String(cString: strerror(errno)))") }
        if count == 0 { hasEnded = true } else { buffer += block[..<count] }
    }
}
